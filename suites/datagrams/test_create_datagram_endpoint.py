"""create_datagram_endpoint(): what it returns, and which addresses the endpoint has."""

from __future__ import annotations

import asyncio
import socket
from asyncio import AbstractEventLoop

import pytest

from ..support.datagrams import (
    Mailbox,
    address_of,
    endpoint,
    free_udp_port,
    heard,
    opened,
    send,
    udp,
)
from ..support.listeners import IPV4, IPV6
from ..support.machine import needs_ipv6
from ..support.requirement import requirement

API = "loop.create_datagram_endpoint"


@requirement(
    "datagrams.endpoint.returns_pair_after_connection_made",
    api=API,
    level="documented",
    since="3.11",
)
async def test_the_pair_is_returned_after_connection_made(loop: AbstractEventLoop) -> None:
    """The result is (transport, protocol), connection_made having been called with that transport.

    If this fails, look for a call that returns while connection_made() is still queued, or
    that hands out a wrapper to one side only.
    """
    made = Mailbox()
    call = loop.create_datagram_endpoint(lambda: made, local_addr=(IPV4, 0))

    async with opened(call, "create_datagram_endpoint(local_addr=...)") as (transport, protocol):
        calls = made.calls.copy()

    assert protocol is made, (
        f"create_datagram_endpoint() returned the protocol {protocol!r}; "
        "expected the one that the factory made"
    )
    assert calls == ["connection_made"], (
        f"when create_datagram_endpoint() returned, the protocol had been called {calls}; "
        "expected connection_made"
    )
    assert made.transport is transport, (
        f"create_datagram_endpoint() returned {transport!r} and gave connection_made() "
        f"{made.transport!r}; expected the same transport"
    )


@requirement(
    "datagrams.endpoint.transport_type",
    api=API,
    level="documented",
    since="3.12",
    doc="library/asyncio-protocol.html#asyncio.DatagramTransport",
)
async def test_the_transport_is_a_datagram_transport(loop: AbstractEventLoop) -> None:
    """The transport is an asyncio.DatagramTransport.

    If this fails, look for a transport class that derives from BaseTransport, or from
    nothing of asyncio's.
    """
    async with endpoint(loop) as (transport, _):
        bases = [base.__name__ for base in type(transport).__mro__]

    assert isinstance(transport, asyncio.DatagramTransport), (
        f"create_datagram_endpoint() returned a transport of the classes {bases}; "
        "expected asyncio.DatagramTransport among them"
    )


@requirement("datagrams.endpoint.local_addr", api=API, level="documented", since="3.11")
async def test_local_addr_is_where_datagrams_arrive(loop: AbstractEventLoop) -> None:
    """local_addr binds; datagrams sent there arrive with the sender's address.

    If this fails, look for an endpoint that is bound elsewhere, or for the two arguments of
    datagram_received().
    """
    port = free_udp_port()
    with udp() as sender:
        async with endpoint(loop, local_addr=(IPV4, port)) as (_, protocol):
            sender.sendto(b"hello", (IPV4, port))
            await protocol.until_received(1)

        expected = [(b"hello", sender.getsockname())]
    assert protocol.received == expected, (
        f"a datagram sent to the endpoint's local_addr called datagram_received() with "
        f"{protocol.received}; expected {expected}"
    )


@requirement("datagrams.endpoint.remote_addr", api=API, level="documented", since="3.11")
async def test_remote_addr_is_where_datagrams_go(loop: AbstractEventLoop) -> None:
    """remote_addr connects: sendto without an address goes there, answers arrive, peername is set.

    If this fails, look for a sendto() that insists on an address, for a remote address that
    is not kept, or for a "peername" that is not set.
    """
    with udp() as peer:
        async with endpoint(loop, remote_addr=peer.getsockname()) as (transport, protocol):
            send(transport, b"question")
            questions = await heard(peer, 1)
            for _, sender in questions:
                peer.sendto(b"answer", sender)
            await protocol.until_received(len(questions))
            peername = transport.get_extra_info("peername")

        address = peer.getsockname()
    assert [data for data, _ in questions] == [b"question"], (
        f"after sendto(b'question') the peer at remote_addr received {questions}; "
        "expected the question"
    )
    assert protocol.received == [(b"answer", address)], (
        f"the answer of the peer arrived as {protocol.received}; expected {(b'answer', address)}"
    )
    assert peername == address, (
        f"get_extra_info('peername') is {peername!r}; expected the remote address, {address!r}"
    )


@requirement(
    "datagrams.endpoint.remote_addr_filters_other_senders",
    api=API,
    level="implied",
    since="3.11",
)
async def test_a_connected_endpoint_hears_its_peer_alone(loop: AbstractEventLoop) -> None:
    """A connected endpoint receives only from its peer.

    If this fails, look for a socket that is not connected, with the remote address kept
    for sendto() alone.
    """
    with udp() as peer, udp() as stranger:
        async with endpoint(loop, remote_addr=peer.getsockname()) as (transport, protocol):
            port = address_of(transport)[1]
            stranger.sendto(b"from a stranger", (IPV4, port))
            peer.sendto(b"from the peer", (IPV4, port))
            await protocol.until(lambda: b"from the peer" in protocol.data)

    assert protocol.data == [b"from the peer"], (
        f"a stranger and then the peer sent to a connected endpoint, which received "
        f"{protocol.data}; expected the peer's datagram alone"
    )


@requirement("datagrams.endpoint.local_and_remote", api=API, level="documented", since="3.11")
async def test_local_addr_and_remote_addr_combine(loop: AbstractEventLoop) -> None:
    """local_addr and remote_addr combine.

    If this fails, look for a connect without the bind before it.
    """
    local = (IPV4, free_udp_port())
    with udp() as peer:
        options = {"local_addr": local, "remote_addr": peer.getsockname()}
        async with endpoint(loop, **options) as (transport, _):
            send(transport, b"question")
            questions = await heard(peer, 1)

    assert questions == [(b"question", local)], (
        f"with local_addr={local!r} and a remote_addr, sendto(b'question') brought the peer "
        f"{questions}; expected the question from local_addr"
    )


@requirement("datagrams.endpoint.names_are_resolved", api=API, level="documented", since="3.11")
@pytest.mark.parametrize("which", ["local_addr", "remote_addr"])
async def test_names_are_resolved(loop: AbstractEventLoop, which: str) -> None:
    """Both addresses are resolved.

    If this fails, look for an address that goes to bind() or connect() as it was given, or
    that only a parser of numeric addresses sees.
    """
    with udp() as peer:
        port = 0 if which == "local_addr" else peer.getsockname()[1]
        options = {which: ("localhost", port), "family": socket.AF_INET}
        async with endpoint(loop, **options) as (transport, _):
            send(transport, b"hello", peer.getsockname() if which == "local_addr" else None)
            greetings = await heard(peer, 1)

    assert [(data, sender[0]) for data, sender in greetings] == [(b"hello", IPV4)], (
        f"an endpoint with {which}=('localhost', {port}) sent a datagram, and the peer "
        f"received {greetings}; expected it, from {IPV4}"
    )


@requirement("datagrams.endpoint.ipv6", api=API, level="documented", since="3.11")
async def test_ipv6_endpoints_work(loop: AbstractEventLoop) -> None:
    """IPv6 endpoints work, addresses having the IPv6 form.

    If this fails, look for addresses that are cut to host and port, or for a family that
    is always IPv4.
    """
    needs_ipv6()
    with udp(IPV6) as peer:
        async with endpoint(loop, local_addr=(IPV6, 0)) as (transport, protocol):
            send(transport, b"question", peer.getsockname())
            questions = await heard(peer, 1)
            for _, sender in questions:
                peer.sendto(b"answer", sender)
            await protocol.until_received(len(questions))

        expected = [(b"answer", peer.getsockname())]
    assert [(data, sender[0]) for data, sender in questions] == [(b"question", IPV6)], (
        f"sendto() of an IPv6 endpoint brought its peer {questions}; "
        f"expected b'question' from {IPV6}"
    )
    assert protocol.received == expected, (
        f"the answer of an IPv6 peer arrived as {protocol.received}; expected {expected}"
    )


@requirement("datagrams.endpoint.family_only", api=API, level="implied", since="3.11")
async def test_a_family_is_enough_for_an_endpoint(loop: AbstractEventLoop) -> None:
    """A family alone gives an unbound endpoint that can send and then receive answers.

    If this fails, look for a call that insists on an address, or for reading that begins
    only where the socket was bound.
    """
    with udp() as peer:
        async with endpoint(loop, family=socket.AF_INET) as (transport, protocol):
            send(transport, b"question", peer.getsockname())
            questions = await heard(peer, 1)
            for _, sender in questions:
                peer.sendto(b"answer", (IPV4, sender[1]))
            await protocol.until_received(len(questions))

    assert [data for data, _ in questions] == [b"question"], (
        f"an endpoint made with family alone sent b'question', and the peer received "
        f"{questions}; expected the question"
    )
    assert protocol.data == [b"answer"], (
        f"an endpoint made with family alone received {protocol.received} of the peer's "
        "answer; expected b'answer'"
    )
