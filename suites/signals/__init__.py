"""Chapter signals: Unix signal handlers, and Ctrl+C."""
