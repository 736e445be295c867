"""What a machine may lack, named by the check that needs it.

Such a check fails with these words on asyncio's own loop as well, so that the checker
says `undecided` for the machine, and never passes over the promise in silence.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress


def needs_ipv6() -> None:
    """Expect that the machine has the address ::1 and lets a socket be bound to it."""
    with suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
        sock.bind(("::1", 0))
        return
    raise AssertionError(
        "this machine has no IPv6 loopback address ::1; expected one to judge with"
    )


def needs_unix_sockets() -> None:
    """Expect that the machine has Unix domain sockets."""
    assert hasattr(socket, "AF_UNIX"), (
        "this machine has no Unix domain sockets; expected them to judge with"
    )


def needs_pidfd() -> None:
    """Expect that the kernel lets a process watch another by a descriptor, as Linux does."""
    with suppress(AttributeError, OSError):
        os.close(os.pidfd_open(os.getpid()))
        return
    raise AssertionError("this machine has no pidfd_open(); expected it to judge with")


def needs_descriptors(count: int) -> None:
    """Expect that the process may have `count` descriptors open."""
    import resource  # not on Windows, where nothing that asks for descriptors runs

    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert limit == resource.RLIM_INFINITY or limit >= count, (
        f"this process may open {limit} descriptors only; expected {count} to judge with"
    )
