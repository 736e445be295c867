"""Chapter unix_sockets: connections and servers on Unix domain sockets."""
