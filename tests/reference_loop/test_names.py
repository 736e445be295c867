"""parts.names, parts.listening and loop: what a user of asyncio can see on few machines only."""

from __future__ import annotations

import socket

import pytest

from reference_loop import ReferenceLoop
from reference_loop.parts.listening import set_reuse_port
from reference_loop.parts.names import resolve


def test_a_resolver_that_has_nothing_to_say_is_an_error(
    reference: ReferenceLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [])

    with pytest.raises(OSError, match="no address for 'name'"):
        reference.run_until_complete(resolve(reference, ("name", 80)))


def test_a_platform_without_reuse_port_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "SO_REUSEPORT", raising=False)

    with socket.socket() as sock, pytest.raises(ValueError, match="not supported"):
        set_reuse_port(sock)


def test_a_loop_that_is_dropped_is_closed() -> None:
    loop = ReferenceLoop()

    with pytest.warns(ResourceWarning, match="unclosed event loop"):
        loop.__del__()

    assert loop.is_closed(), "the loop is not closed; expected it to be, with its descriptors"
