"""create_datagram_endpoint(): who else may use the address, and to whom it may send."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop

import pytest

from ..support.datagrams import address_of, endpoint, expect_refusal, heard, send, udp
from ..support.expect import not_observable
from ..support.listeners import IPV4
from ..support.requirement import requirement
from ..support.sockets import exposed_socket

API = "loop.create_datagram_endpoint"


@requirement(
    "datagrams.endpoint.reuse_port", api=API, level="documented", since="3.11", platforms=["unix"]
)
async def test_reuse_port_lets_two_endpoints_share_an_address(loop: AbstractEventLoop) -> None:
    """reuse_port=True lets two endpoints share an address.

    If this fails, look for a keyword that is accepted and forgotten, or for an option that
    is set after the bind.
    """
    option = getattr(socket, "SO_REUSEPORT", None)
    if option is None:
        not_observable("this system has no SO_REUSEPORT, and the manual promises nothing there")

    async with endpoint(loop, local_addr=(IPV4, 0), reuse_port=True) as (first, _):
        address = address_of(first)
        is_set = exposed_socket(first).getsockopt(socket.SOL_SOCKET, option)
        assert is_set, (
            "SO_REUSEPORT is off on the socket of an endpoint made with reuse_port=True; "
            "expected it to be on"
        )
        async with endpoint(loop, local_addr=address, reuse_port=True) as (second, _):
            shared = address_of(second)

    assert shared == address, (
        f"a second endpoint with local_addr={address!r}, reuse_port=True is bound to {shared!r}; "
        "expected the same address"
    )


@requirement(
    "datagrams.endpoint.no_address_sharing_by_default",
    api=API,
    level="documented",
    since="3.11",
)
async def test_addresses_are_not_shared_by_default(loop: AbstractEventLoop) -> None:
    """By default SO_REUSEADDR is off, and a second bind is an OSError.

    If this fails, look for an option that is meant for listeners: with datagrams it lets
    any process take them away.
    """
    async with endpoint(loop, local_addr=(IPV4, 0)) as (first, _):
        sock = exposed_socket(first)
        is_set = sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
        await expect_refusal(loop, OSError, local_addr=sock.getsockname())

    assert not is_set, (
        "SO_REUSEADDR is on for the socket of an endpoint made with local_addr alone; "
        "expected it to be off"
    )


@requirement("datagrams.endpoint.allow_broadcast", api=API, level="documented", since="3.11")
@pytest.mark.parametrize("allowed", [True, False, None], ids=["true", "false", "default"])
async def test_allow_broadcast_sets_the_option(
    loop: AbstractEventLoop, allowed: bool | None
) -> None:
    """allow_broadcast=True sets SO_BROADCAST, default off.

    If this fails, look for a keyword that is accepted and forgotten.
    """
    given = {} if allowed is None else {"allow_broadcast": allowed}

    async with endpoint(loop, local_addr=(IPV4, 0), **given) as (transport, _):
        is_set = exposed_socket(transport).getsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST)

    assert bool(is_set) == bool(allowed), (
        f"SO_BROADCAST is {is_set} on the socket of an endpoint made with {given}; "
        f"expected it to be {'on' if allowed else 'off'}"
    )


@requirement(
    "datagrams.endpoint.allow_broadcast_with_remote_addr", api=API, level="implied", since="3.11"
)
async def test_allow_broadcast_and_remote_addr_combine(loop: AbstractEventLoop) -> None:
    """With allow_broadcast=True, sendto without an address still reaches remote_addr.

    If this fails, look for an endpoint that is not connected in that case, and has nowhere
    else kept the address it was given.
    """
    with udp() as peer:
        options = {"remote_addr": peer.getsockname(), "allow_broadcast": True}
        async with endpoint(loop, **options) as (transport, _):
            send(transport, b"hello")
            arrived = [data for data, _ in await heard(peer, 1)]

    assert arrived == [b"hello"], (
        f"sendto(b'hello') of an endpoint with remote_addr and allow_broadcast=True brought the "
        f"peer {arrived}; expected [b'hello']"
    )
