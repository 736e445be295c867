"""Chapter errors: exception handlers, and what is told to them."""
