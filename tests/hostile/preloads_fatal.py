"""A module that kills who imports it."""

from . import deaths

deaths.segfault()
