"""The reference loop from inside: what the suites, which see a black box, can't reach."""
