"""A module for --preload that patches, and a factory that works only where it came first."""

from __future__ import annotations

import asyncio
import socket
import sys


class PatchedSocket(socket.socket):
    """What a library that works by patching puts in the place of socket.socket."""


if "loopconform.hosting" not in sys.modules:
    setattr(socket, "socket", PatchedSocket)  # noqa: B010 - a patch, of which mypy is not to know


def patched_only() -> asyncio.AbstractEventLoop:
    """Return a loop where the patch came before all else."""
    if socket.socket is not PatchedSocket:
        raise RuntimeError("the patch has not come first")
    return asyncio.SelectorEventLoop()
