"""Floor three: the methods of the loop, one module for each heading of the manual."""
