"""Chapter futures: create_future(), what a future does on its loop, and wrap_future()."""
