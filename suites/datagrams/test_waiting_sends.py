"""DatagramTransport: datagrams that the system does not take at once."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop

from ..support.blocking import read_only_if_stuck
from ..support.datagrams import (
    clogged,
    endpoint,
    expect_endpoint,
    heard,
    send,
    unix_paths,
    unix_socket,
)
from ..support.expect import not_observable
from ..support.idling import expect_idle, used_while_idle
from ..support.machine import needs_unix_sockets
from ..support.requirement import requirement
from ..support.turns import turns
from ..support.watching import Calls, pair_with_number, watch

API = "asyncio.DatagramTransport"
SENDTO = "library/asyncio-protocol.html#asyncio.DatagramTransport.sendto"
LIMITS = "library/asyncio-protocol.html#asyncio.WriteTransport.set_write_buffer_limits"
ABORT = "library/asyncio-protocol.html#asyncio.DatagramTransport.abort"
MANY = 600
"""Datagrams of 1000 bytes: more than a Unix socket holds, by number and by size."""


async def needs_endpoints_at_paths(loop: AbstractEventLoop) -> None:
    """Expect endpoints of the loop's own Unix sockets, which have a requirement of their own."""
    with unix_paths(1) as (path,):
        try:
            await expect_endpoint(loop, family=socket.AF_UNIX, local_addr=path)
        except AssertionError:
            not_observable("the loop makes no endpoint that can be full by itself")


@requirement(
    "datagrams.sendto.does_not_block",
    api="asyncio.DatagramTransport.sendto",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=SENDTO,
)
async def test_sendto_blocks_on_no_full_socket(loop: AbstractEventLoop) -> None:
    """sendto() does not block: what the system does not take yet is buffered and sent later.

    If this fails, look for an endpoint's own socket that was left in blocking mode.
    """
    needs_unix_sockets()
    with clogged():  # says whether a full socket makes anybody wait here
        pass
    await needs_endpoints_at_paths(loop)
    sent = [number.to_bytes(2, "big") + bytes(998) for number in range(MANY)]
    with unix_paths(2) as (own, other), unix_socket(other) as peer:
        options = {"family": socket.AF_UNIX, "local_addr": own, "remote_addr": other}
        async with endpoint(loop, **options) as (transport, _):
            with read_only_if_stuck(peer) as read:
                for data in sent:
                    send(transport, data)
            arrived = [data for data, _ in await heard(peer, MANY)]

    assert not read, (
        f"{MANY} calls of sendto() to a peer that reads nothing returned only when somebody read; "
        "expected none of them to block"
    )
    assert arrived == sent, (
        f"of {MANY} datagrams sent to a peer that read nothing, {len(arrived)} arrived when it "
        f"read, {'in order' if arrived == sent[: len(arrived)] else 'in disorder'}; "
        "expected all of them, in order"
    )


@requirement(
    "datagrams.flow.lowering_limits_pauses_at_once",
    api=API,
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=LIMITS,
)
async def test_lower_limits_pause_at_once(loop: AbstractEventLoop) -> None:
    """A high mark that is set below the size of the queue pauses the protocol.

    It takes no further sendto(). If this fails, look for limits that are compared with the
    size when a datagram is queued only.
    """
    needs_unix_sockets()
    with clogged() as (sock, _, _):
        async with endpoint(loop, sock=sock) as (transport, protocol):
            transport.set_write_buffer_limits(high=1 << 20)
            for _ in range(3):
                send(transport, bytes(1000))
            await turns()
            before = protocol.calls[1:]
            transport.set_write_buffer_limits(high=100)
            await turns()
            after = protocol.calls[1:]

    assert before == [], (
        f"3000 bytes queued below the high mark called {before}; expected nothing before it "
        "was lowered"
    )
    assert after == ["pause_writing"], (
        f"set_write_buffer_limits(high=100) with 3000 bytes queued had called {after} some turns "
        "later; expected pause_writing"
    )


@requirement(
    "datagrams.abort.descriptor_number_is_free",
    api=API,
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=ABORT,
)
async def test_an_aborted_endpoints_number_can_be_watched(loop: AbstractEventLoop) -> None:
    """When an endpoint was aborted with datagrams queued, its descriptor's number can be watched.

    If this fails, look for a registration that waits for the full socket to be writable, and
    that outlives it.
    """
    needs_unix_sockets()
    calls = Calls()
    with clogged() as (sock, _, _):
        number = sock.fileno()
        async with endpoint(loop, sock=sock) as (transport, protocol):
            send(transport, b"queued")
            transport.abort()
            await protocol.until_called("connection_lost")
            await turns()
        with pair_with_number(loop, number) as (watched, other):
            other.send(b"data")
            watch(loop, "reader", watched.fileno(), calls, "the number of an aborted endpoint's")
            called = await calls.until()

    assert called, (
        "add_reader() on a new socket with the number of an aborted endpoint's led to no call; "
        "expected one"
    )


@requirement(
    "datagrams.flow.sent_queue_costs_nothing",
    api=API,
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=SENDTO,
)
async def test_an_endpoint_whose_queue_was_sent_rests(loop: AbstractEventLoop) -> None:
    """An endpoint that has sent its queue uses no processor time while it is idle.

    If this fails, look for a socket that is still watched for writing: it is ready nearly
    always, and the loop never waits again.
    """
    needs_unix_sockets()
    with clogged() as (sock, peer, count):
        async with endpoint(loop, sock=sock) as (transport, _):
            send(transport, b"queued")
            await turns()
            arrived = [data for data, _ in await heard(peer, count + 1)][count:]
            used = await used_while_idle()

    assert arrived == [b"queued"], (
        f"of a datagram queued on a full socket {arrived} arrived when there was room; "
        "expected the datagram"
    )
    expect_idle(used, "a queued datagram was sent")
