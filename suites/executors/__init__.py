"""Chapter executors: run_in_executor(), the default executor and its shutdown."""
