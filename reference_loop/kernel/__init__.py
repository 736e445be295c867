"""Floor two: handles, the descriptors that are watched, and one turn of the loop."""
