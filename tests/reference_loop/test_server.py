"""parts.server: connections that can't be accepted, or that nobody serves."""

from __future__ import annotations

import asyncio
import errno
import gc
import socket
import warnings
from typing import Any

import pytest

from reference_loop import ReferenceLoop
from reference_loop.kernel.kernel import READ
from reference_loop.parts import server as module
from reference_loop.parts.server import Server

from .conftest import Turns


class Listener:
    """Stands in for a listening socket that finds no descriptors, or gives one connection."""

    def __init__(self, sock: socket.socket, given: socket.socket | None = None) -> None:
        self._sock = sock
        self.given = given
        self.asked = 0

    def accept(self) -> tuple[socket.socket, None]:
        """Do that."""
        self.asked += 1
        if self.given is None:
            raise OSError(errno.EMFILE, "too many open files")
        given, self.given = self.given, None
        return given, None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


def serving(loop: ReferenceLoop, sock: socket.socket, factory: Any) -> Any:
    """A server that does not listen by itself: the test calls _accept()."""
    server: Any = Server(loop, [sock], factory, None, backlog=5)
    server._serving = True
    return server


def test_a_shortage_is_told_once_and_rested_from(
    reference: ReferenceLoop, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REST", 0.0)
    reports: list[dict[str, Any]] = []
    reference.set_exception_handler(lambda _, context: reports.append(context))
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        listener: Any = Listener(sock)
        server = serving(reference, listener, asyncio.Protocol)
        reference.kernel.watch(sock, READ, lambda: None)

        server._accept(listener)
        watched = reference.kernel.unwatch(sock, READ)
        turns(2)
        again = reference.kernel.unwatch(sock, READ)
        server.close()

    assert (listener.asked, len(reports)) == (1, 1), (
        f"{listener.asked} calls of accept() and {len(reports)} reports; expected one of each"
    )
    assert (watched, again) == (False, True), (
        f"watched while it rests: {watched}, and afterwards: {again}; expected False and True"
    )


@pytest.mark.parametrize("kind", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
def test_a_connection_that_nobody_serves_is_closed_at_once(
    reference: ReferenceLoop,
    sockets: tuple[socket.socket, socket.socket],
    kind: type[BaseException],
) -> None:
    def factory() -> asyncio.Protocol:
        raise kind("no protocol")

    reference.set_exception_handler(lambda *_: None)
    accepted, _ = sockets
    with socket.socket() as sock:
        server = serving(reference, sock, factory)
        if kind is ZeroDivisionError:
            server._serve(accepted)
        else:
            with pytest.raises(kind, match="no protocol"):
                server._serve(accepted)
        number = accepted.fileno()
        server.close()

    assert number == -1, (
        "the socket is still open; expected it to be closed, not left to a collector"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gc.collect()
