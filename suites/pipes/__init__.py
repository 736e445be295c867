"""Chapter pipes: connect_read_pipe() and connect_write_pipe()."""
