"""Chapter asyncgens: asynchronous generators: their hooks and shutdown_asyncgens()."""
