"""create_datagram_endpoint(family=AF_UNIX): addresses that are paths."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.datagrams import endpoint, expect_endpoint, expect_refusal, heard, send, unix_paths
from ..support.datagrams import unix_socket as socket_at
from ..support.machine import needs_unix_sockets
from ..support.requirement import requirement

API = "loop.create_datagram_endpoint"


@requirement(
    "datagrams.endpoint.unix_path", api=API, level="documented", since="3.11", platforms=["unix"]
)
@pytest.mark.parametrize("connected", [False, True], ids=["local_addr", "local_and_remote_addr"])
async def test_unix_endpoints_take_paths(loop: AbstractEventLoop, connected: bool) -> None:
    """AF_UNIX datagram endpoints take path strings as addresses.

    If this fails, look for code that takes an address for host and port, or for a sender
    whose path gets lost.
    """
    needs_unix_sockets()
    with unix_paths(2) as (own, other), socket_at(other) as peer:
        addresses = {"local_addr": own} | ({"remote_addr": other} if connected else {})
        async with endpoint(loop, family=socket.AF_UNIX, **addresses) as (transport, protocol):
            peer.sendto(b"question", own)
            await protocol.until_received(1)
            send(transport, b"answer", None if connected else other)
            answers = await heard(peer, 1)

    assert protocol.received == [(b"question", other)], (
        f"a datagram from {other!r} arrived as {protocol.received}; expected {(b'question', other)}"
    )
    assert answers == [(b"answer", own)], (
        f"sendto(b'answer') of the endpoint at {own!r} brought its peer {answers}; "
        f"expected {(b'answer', own)}"
    )


@requirement(
    "datagrams.args.unix_path_must_be_str",
    api=API,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
@pytest.mark.parametrize("which", ["local_addr", "remote_addr"])
async def test_a_unix_address_that_is_no_str_is_a_typeerror(
    loop: AbstractEventLoop, which: str
) -> None:
    """For AF_UNIX an address that is not a str is a TypeError.

    If this fails, look for an address that the system sees first.
    """
    needs_unix_sockets()
    with unix_paths(2) as (own, other), socket_at(other):
        path = own if which == "local_addr" else other
        await expect_endpoint(loop, family=socket.AF_UNIX, **{which: path})

        options: dict[str, Any] = {"family": socket.AF_UNIX, which: ("127.0.0.1", 1)}
        await expect_refusal(loop, TypeError, **options)
