"""Chapter dns: getaddrinfo() and getnameinfo()."""
