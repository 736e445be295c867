"""The guards of all rooms: tests, mutants, innocents."""
