"""Floor one: what needs no loop, no clock and no descriptor; it is told the time and the bytes."""
