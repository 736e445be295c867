"""What checks share: the mark, waiting without a clock, expectations, peers."""
