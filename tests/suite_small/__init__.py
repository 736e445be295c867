"""A suite of a few fast checks, for tests of the checker itself; given to it by --suite."""
