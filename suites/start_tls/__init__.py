"""Chapter start_tls: a plain connection becomes a TLS one, on either side."""
