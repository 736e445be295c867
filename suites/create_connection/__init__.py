"""Chapter create_connection: from arguments to a connected transport."""
