"""Chapter tasks: create_task() without a factory, and what tasks do on the loop."""
