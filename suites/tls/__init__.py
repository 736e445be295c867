"""Chapter tls: transports and servers under TLS, from the handshake to close_notify."""
