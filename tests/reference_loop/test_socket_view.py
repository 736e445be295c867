"""parts.socket_view and parts.socket_transport: what a program and a server see of a socket."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from reference_loop.parts.socket_transport import SocketTransport
from reference_loop.parts.socket_view import SocketView


def test_a_view_never_blocks() -> None:
    with socket.socket() as sock:
        sock.setblocking(False)
        view = SocketView(sock)
        view.setblocking(False)
        view.settimeout(0)
        for limit in (None, 1, 0.5):
            with pytest.raises(ValueError, match="blocking"):
                view.settimeout(limit)
        with pytest.raises(ValueError, match="blocking"):
            view.setblocking(True)

        assert (view.getblocking(), view.gettimeout(), sock.gettimeout()) == (False, 0.0, 0.0), (
            f"getblocking() {view.getblocking()}, gettimeout() {view.gettimeout()}, the socket's "
            f"{sock.gettimeout()}; expected it not to block"
        )


def test_a_server_hears_what_stands_for_its_connection(transport: asyncio.Transport) -> None:
    heard: list[Any] = []

    class Listening:
        def stands_for(self, *what: Any) -> None:
            heard.append(what)

    assert isinstance(transport, SocketTransport)
    front = asyncio.Transport()
    transport.server_hears_of(front)
    transport.server = Listening()  # type: ignore[assignment]  # all that is asked of one here
    transport.server_hears_of(front)

    assert heard == [(transport, front)], f"the server heard {heard}; expected transport and front"
