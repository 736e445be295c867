"""Loops that spoil what the oracles watch, around checks that pass."""

from __future__ import annotations

import atexit
import os
import socket
import threading
from typing import Any

from . import SoundLoop, mutant

QUIET = "call_soon.order.fifo"
"""A check that opens nothing and starts nothing."""
CONNECTED = "create_connection.returns.pair"


class Leaving(SoundLoop):
    """No mutant itself: does something more when it is closed, once."""

    def leave(self) -> None:
        """Do it; the loop is closed by now."""

    def close(self) -> None:
        """Close as one should."""
        was_closed = self.is_closed()
        super().close()
        if not was_closed:
            self.leave()


@mutant(breaks="oracle.descriptors", says="descriptor", seen_in=QUIET)
class KeepsADescriptor(Leaving):
    """Leaves a descriptor open."""

    def leave(self) -> None:
        """Leave it."""
        os.dup(0)


@mutant(breaks="oracle.resource_warning", says="unclosed", seen_in=QUIET)
class DropsASocket(Leaving):
    """Leaves the closing of a socket to the garbage collector."""

    def leave(self) -> None:
        """Drop it."""
        socket.socket()


@mutant(breaks="oracle.threads", says="keeper", seen_in=QUIET)
class KeepsAThread(Leaving):
    """Leaves a thread that never ends."""

    def leave(self) -> None:
        """Start it."""
        threading.Thread(target=threading.Event().wait, name="keeper", daemon=True).start()


@mutant(breaks="oracle.children", says="child", seen_in=QUIET)
class ForgetsAChild(Leaving):
    """Does not wait for a process that it started."""

    def leave(self) -> None:
        """Start it, and have it end: what is left is a zombie."""
        os.posix_spawnp("true", ["true"], os.environ)


@mutant(breaks="oracle.exception_handler", says="an internal handle", seen_in=QUIET)
class ReportsWhatIsNoError(Leaving):
    """Tells the exception handler of its own affairs."""

    def leave(self) -> None:
        """Tell it."""
        self.call_exception_handler({"message": "an internal handle was cancelled"})


class _Dropped:
    def __del__(self) -> None:
        """Fail."""
        raise ValueError("the handle was freed before")


@mutant(breaks="oracle.unraisable", says="the handle was freed before", seen_in=QUIET)
class FailsInADestructor(Leaving):
    """Has an object whose destructor raises."""

    def leave(self) -> None:
        """Drop it."""
        _Dropped()


@mutant(breaks="oracle.loop_close", says="handles are still open", seen_in=QUIET)
class RaisesAtClose(Leaving):
    """Its close() does its work, and raises."""

    def leave(self) -> None:
        """Raise."""
        raise RuntimeError("handles are still open")


@mutant(breaks="oracle.worker_exit", says="status 3", seen_in=QUIET)
class SpoilsTheExit(SoundLoop):
    """Ends the interpreter in its own way."""

    def __init__(self) -> None:
        super().__init__()
        atexit.register(os._exit, 3)


@mutant(breaks="oracle.protocol_callbacks", says="connection_lost", seen_in=CONNECTED)
class TellsTheEndTwice(SoundLoop):
    """Calls connection_lost() of a connection twice."""

    def create_connection(self, protocol_factory: Any, *args: Any, **options: Any) -> Any:
        """Have it called twice."""

        def factory() -> Any:
            protocol = protocol_factory()
            lost = protocol.connection_lost

            def connection_lost(error: Exception | None) -> None:
                lost(error)
                lost(error)

            protocol.connection_lost = connection_lost
            return protocol

        return super().create_connection(factory, *args, **options)
