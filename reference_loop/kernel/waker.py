"""The waker: a socket pair whose far end, when it becomes readable, ends the loop's wait.

Another thread or a signal handler writes a byte; the loop, which watches the near end
like any descriptor, wakes and finds what was put into its queue. Python itself writes
a signal's number there once signal.set_wakeup_fd() points at the far end, so the bytes
also tell which signals came.

wake() may be called from any thread and inside a signal handler.
"""

from __future__ import annotations

import socket

WAKE = b"\0"
"""No signal has the number 0."""
CHUNK = 4096


class Waker:
    """One socket pair, non-blocking at both ends."""

    def __init__(self) -> None:
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)

    def fileno(self) -> int:
        """The descriptor to watch for reading."""
        return self._near.fileno()

    def signal_fileno(self) -> int:
        """The descriptor for signal.set_wakeup_fd()."""
        return self._far.fileno()

    def wake(self) -> None:
        """End the wait that is in progress, or else the next one."""
        try:  # noqa: SIM105 - a context manager costs as much as the call
            self._far.send(WAKE)
        except OSError:
            pass  # full: enough bytes wait to wake it; closed: nobody is left to wake

    def drain(self) -> list[int]:
        """Take all bytes; the numbers of the signals among them, as they came."""
        taken = b""
        try:
            while data := self._near.recv(CHUNK):
                taken += data
        except (BlockingIOError, InterruptedError):
            pass
        return [number for number in taken if number != WAKE[0]]

    def close(self) -> None:
        """Close both ends."""
        self._near.close()
        self._far.close()
