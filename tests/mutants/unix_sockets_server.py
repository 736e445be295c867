"""Loops whose Unix servers serve wrongly."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from typing import Any

from . import mutant
from .unix_sockets_parts import Serving


@mutant(
    breaks="unix_sockets.server.path_str_serves", says="made no socket file there; expected one"
)
class BindsElsewhere(Serving):
    """Binds to a path next to the given one."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Change it."""
        if call["path"] is not None:
            call["path"] += ".sock"


@mutant(breaks="unix_sockets.server.path_str_serves", says="expected the path alone")
class ReportsPathsInBytes(Serving):
    """Binds to the path without its directory, which it changes to meanwhile."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Bind to the last part alone."""
        self.before = os.getcwd()
        if call["path"] is not None:
            os.chdir(os.path.dirname(call["path"]))
            call["path"] = os.path.basename(call["path"])

    def serving(self, server: Any, path: Any) -> None:  # noqa: ARG002 - the base's form
        """Go back."""
        os.chdir(self.before)


@mutant(breaks="unix_sockets.server.path_str_serves", says="expected the server's echo")
@mutant(breaks="unix_sockets.server.sock", says="expected the server's echo")
class ForgetsToListen(Serving):
    """Waits for clients on a socket that is only bound."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Start nothing."""
        call["start_serving"] = False


@mutant(
    breaks="unix_sockets.server.path_bytes_and_pathlike",
    says="a path of type bytes) raised TypeError",
)
@mutant(
    breaks="unix_sockets.server.path_bytes_and_pathlike",
    says="a path of type PosixPath) raised TypeError",
)
class ServesAtStrOnly(Serving):
    """Takes a path of type str alone."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Insist."""
        if not isinstance(call["path"], str | None):
            raise TypeError("path must be a str")


@mutant(breaks="unix_sockets.server.abstract_name", says="expected the server's echo")
class MakesAFileOfEveryName(Serving):
    """Makes a file for a name that is abstract."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Make it somewhere."""
        if call["path"][:1] == "\0":
            self.folder = tempfile.TemporaryDirectory(dir="/tmp")
            call["path"] = os.path.join(self.folder.name, "s")

    def close(self) -> None:
        """Take it away."""
        if hasattr(self, "folder"):
            self.folder.cleanup()
        super().close()


@mutant(breaks="unix_sockets.server.sock", says="raised TypeError")
class RequiresAPath(Serving):
    """Knows no other way to a server than a path."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Insist."""
        if call["path"] is None:
            raise TypeError("a path is required")


@mutant(breaks="unix_sockets.server.start_serving_false", says="met a listener")
class ListensAtOnce(Serving):
    """Ignores start_serving."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        call.pop("start_serving", None)


@mutant(
    breaks="unix_sockets.server.peername_of_unnamed_client",
    says="are [None, ",
)
class EmptyNamesAreMissing(Serving):
    """Takes an empty address for a missing one."""

    def furnish(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Answer so."""
        ask = transport.get_extra_info
        transport.get_extra_info = lambda name, default=None: ask(name, default) or default


@mutant(breaks="unix_sockets.server.stale_socket_file_is_replaced", says="raised OSError")
class TakesEveryFileForAServers(Serving):
    """Does not bind where a file is."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Look for one."""
        if call["path"] is not None and os.path.exists(call["path"]):
            raise OSError(errno.EADDRINUSE, "Address already in use")


@mutant(
    breaks="unix_sockets.server.regular_file_is_not_touched",
    says="left 'no ordinary file' there",
)
class RemovesAnyFile(Serving):
    """Removes whatever file is at the path."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Remove it."""
        with suppress(OSError):
            os.unlink(call["path"])


@mutant(
    breaks="unix_sockets.server.regular_file_is_not_touched",
    says="expected the file with its content",
)
class EmptiesAnyFile(Serving):
    """Opens the path as a lock file before it binds."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Open it."""
        if os.path.isfile(call["path"]):
            open(call["path"], "w").close()


@mutant(
    breaks="unix_sockets.server.missing_directory_is_oserror",
    says="raised nothing; expected OSError",
)
class MakesDirectories(Serving):
    """Makes the directories on the way to the path."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Make them."""
        os.makedirs(os.path.dirname(call["path"]), exist_ok=True)


@mutant(breaks="unix_sockets.server.tls", says="expected b'ping' for each")
class ServesPlainText(Serving):
    """Ignores ssl where a path is served."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Ignore it."""
        call.pop("ssl", None)
