"""Chapter protocols: which callbacks a protocol gets, in which order, with what."""
