"""Chapter servers: create_server(), Server objects and connect_accepted_socket()."""
