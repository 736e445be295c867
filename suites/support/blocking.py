"""Whether a call that must not block does so, because its peer reads nothing."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

STUCK = 0.5
"""Seconds after which a call that has not returned is taken to block."""


@contextmanager
def read_only_if_stuck(peer: socket.socket) -> Iterator[list[bytes]]:
    """Have a thread read what `peer` gets, but only if the block does not end without.

    What it read, which is nothing unless somebody blocked until it did. The peer does not
    block.
    """
    ended, read = threading.Event(), list[bytes]()

    def rescue() -> None:
        ended.wait(STUCK)
        give_up = time.monotonic() + STUCK
        while not ended.is_set() and time.monotonic() < give_up:
            select.select([peer], [], [], 0.001)
            with suppress(BlockingIOError):
                read.append(peer.recv(65536))

    thread = threading.Thread(target=rescue, daemon=True)
    thread.start()
    try:
        yield read
    finally:
        ended.set()
        thread.join()
