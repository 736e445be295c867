"""Chapter watchers: add_reader(), add_writer() and their removal."""
