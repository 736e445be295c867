"""Loops that close their Unix servers wrongly."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import Any

from . import mutant
from .unix_sockets_parts import Serving, for_ever, nothing_to_wait_for

REMOVAL = (3, 13)
"""Since then cleanup_socket is known."""


class Closing(Serving):
    """No mutant itself: its servers do something more when they are closed."""

    def closing(self, path: Any) -> None:
        """Do it, after the sound close()."""

    def serving(self, server: Any, path: Any) -> None:
        """Put it behind close()."""
        close = server.close

        def close_and_more() -> None:
            close()
            self.closing(path)

        server.close = close_and_more


@mutant(breaks="unix_sockets.server.close_refuses", says="met a listener at the path")
class KeepsListening(Serving):
    """Has the listening socket in two places and closes one."""

    kept: socket.socket | None = None

    def arrange(self, call: dict[str, Any]) -> None:
        """Have it twice."""
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(call["path"])
        call["path"], call["sock"], self.kept = None, sock, sock.dup()

    def serving(self, server: Any, path: Any) -> None:
        """Keep its file too, whatever close() does to it."""
        close = server.close

        def close_and_put_back() -> None:
            os.rename(path, f"{path}2")
            close()
            os.rename(f"{path}2", path)

        server.close = close_and_put_back

    def close(self) -> None:
        """Let it go."""
        if self.kept is not None:
            self.kept.close()
        super().close()


@mutant(
    breaks="unix_sockets.server.cleanup_removes_path",
    says="expected it to be there and then to be removed",
    since=REMOVAL,
)
class LeavesTheFile(Serving):
    """Removes a socket file only if asked."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Wait to be asked."""
        call.setdefault("cleanup_socket", False)


@mutant(
    breaks="unix_sockets.server.cleanup_given_sock",
    says="expected a listener and then the file to be removed",
    since=REMOVAL,
)
class LeavesTheFileOfAGivenSocket(Serving):
    """Remembers the file only where the loop binds itself."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        if call.get("sock") is not None:
            call["cleanup_socket"] = False


@mutant(
    breaks="unix_sockets.server.cleanup_can_be_disabled",
    says="expected a listener, and then the file of a closed socket",
    since=REMOVAL,
)
class AlwaysRemovesTheFile(Serving):
    """Ignores cleanup_socket."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        call.pop("cleanup_socket", None)


@mutant(
    breaks="unix_sockets.server.cleanup_spares_replaced_path",
    says="expected that listener",
    since=REMOVAL,
)
@mutant(
    breaks="unix_sockets.server.path_left_in_place_before_313",
    says="expected a listener, and then the file of a closed socket",
)
class RemovesByName(Closing):
    """Removes whatever is at the server's path, on any Python."""

    def closing(self, path: Any) -> None:
        """Remove it."""
        with suppress(FileNotFoundError):
            os.unlink(path)


@mutant(
    breaks="unix_sockets.server.cleanup_tolerates_missing_path",
    says="raised FileNotFoundError",
    since=REMOVAL,
)
class ExpectsItsFile(Closing):
    """Removes the file as if it had to be there."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Leave it to closing()."""
        call["cleanup_socket"] = False

    def closing(self, path: Any) -> None:
        """Remove it."""
        os.unlink(path)


@mutant(
    breaks="unix_sockets.server.cleanup_tolerates_missing_path",
    says="the exception handler got",
    since=REMOVAL,
)
class ReportsAMissingFile(Closing):
    """Reports that the file is gone."""

    def closing(self, path: Any) -> None:
        """Look for it."""
        if not os.path.exists(path):
            self.call_exception_handler({"message": "the socket file is gone"})


@mutant(
    breaks="unix_sockets.server.cleanup_of_abstract_name",
    says="raised ValueError",
    since=REMOVAL,
)
class LooksForTheFileOfEveryName(Closing):
    """Takes every name for a file's when it is closed."""

    def closing(self, path: Any) -> None:
        """Look."""
        with suppress(FileNotFoundError):
            os.stat(path)


@mutant(
    breaks="unix_sockets.server.wait_closed_waits_for_clients",
    says="expected b'ping' and False",
    since=(3, 12),
)
class DoesNotWaitForClients(Serving):
    """Has nothing to wait for when a server is closed."""

    def serving(self, server: Any, path: Any) -> None:  # noqa: ARG002 - the base's form
        """Wait for nothing."""
        server.wait_closed = nothing_to_wait_for


@mutant(
    breaks="unix_sockets.server.wait_closed_waits_for_clients",
    says="was pending when its only client had gone",
    since=(3, 12),
)
class NeverStrikesAClientOff(Serving):
    """Counts clients that come, and not those that go."""

    def serving(self, server: Any, path: Any) -> None:  # noqa: ARG002 - the base's form
        """Wait for ever."""
        server.wait_closed = for_ever
