"""DatagramTransport.sendto(): what may be sent, to whom, and how it leaves."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.datagrams import clogged, endpoint, heard, send, udp
from ..support.expect import expect_raises
from ..support.machine import needs_unix_sockets
from ..support.requirement import requirement
from ..support.turns import turns

API = "asyncio.DatagramTransport.sendto"
DOC = "library/asyncio-protocol.html#asyncio.DatagramTransport.sendto"


@requirement("datagrams.sendto.bytes_like", api=API, level="documented", since="3.11", doc=DOC)
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
async def test_sendto_takes_bytes_like_objects(loop: AbstractEventLoop, kind: Any) -> None:
    """bytes, bytearray and memoryview are accepted.

    If this fails, look for a test of the class bytes alone, or for a call below that takes
    no buffer.
    """
    data = kind(b"payload")
    with udp() as peer:
        async with endpoint(loop) as (transport, _):
            send(transport, data, peer.getsockname())
            arrived = [data for data, _ in await heard(peer, 1)]

    assert arrived == [b"payload"], (
        f"after sendto({kind.__name__}) the peer received {arrived}; expected [b'payload']"
    )


@requirement(
    "datagrams.sendto.non_bytes_is_typeerror", api=API, level="implied", since="3.11", doc=DOC
)
@pytest.mark.parametrize("data", ["text", None], ids=["str", "none"])
async def test_sendto_of_what_is_no_bytes_is_a_typeerror(
    loop: AbstractEventLoop, data: Any
) -> None:
    """Sending a str or None is a TypeError.

    If this fails, look for an exception of the send that goes to error_received() whatever
    it is, or for data whose class is seen only once it leaves a queue.
    """
    with udp() as peer:
        async with endpoint(loop) as (transport, _):
            with expect_raises(TypeError, f"sendto({data!r}, address)"):
                transport.sendto(data, peer.getsockname())
            send(transport, b"bytes", peer.getsockname())
            arrived = [data for data, _ in await heard(peer, 1)]

    assert arrived == [b"bytes"], (
        f"after sendto({data!r}) and sendto(b'bytes') the peer received {arrived}; "
        "expected [b'bytes']"
    )


@requirement(
    "datagrams.sendto.empty_datagram_is_sent", api=API, level="documented", since="3.13", doc=DOC
)
async def test_an_empty_payload_is_a_datagram(loop: AbstractEventLoop) -> None:
    """An empty payload sends an empty datagram.

    If this fails, look for a short cut that fits streams, where no bytes are nothing to send.
    """
    with udp() as peer:
        async with endpoint(loop) as (transport, _):
            send(transport, b"", peer.getsockname())
            send(transport, b"end", peer.getsockname())
            arrived = [data for data, _ in await heard(peer, 1)]

    assert arrived == [b""], (
        f"after sendto(b'') and sendto(b'end') the first that the peer received is {arrived}; "
        "expected the empty datagram"
    )


@requirement(
    "datagrams.sendto.connected_accepts_own_peer", api=API, level="implied", since="3.11", doc=DOC
)
@pytest.mark.parametrize("named", [True, False], ids=["its_address", "none"])
async def test_a_connected_endpoint_may_name_its_peer(loop: AbstractEventLoop, named: bool) -> None:
    """On a connected endpoint the peer's own address or None may be passed.

    If this fails, look for a sendto() that refuses any address once there is a peer, or for
    a system call that does: not every system lets a connected socket name an address.
    """
    with udp() as peer:
        address = peer.getsockname() if named else None
        async with endpoint(loop, remote_addr=peer.getsockname()) as (transport, _):
            send(transport, b"hello", address)
            arrived = [data for data, _ in await heard(peer, 1)]

    assert arrived == [b"hello"], (
        f"after sendto(b'hello', {address!r}) the peer received {arrived}; expected [b'hello']"
    )


@requirement(
    "datagrams.sendto.connected_other_address_is_valueerror",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_connected_endpoint_sends_to_nobody_else(loop: AbstractEventLoop) -> None:
    """On a connected endpoint, any other address than the peer's is a ValueError.

    If this fails, look for an address that is dropped in silence because there is a peer.
    """
    with udp() as peer, udp() as stranger:
        async with endpoint(loop, remote_addr=peer.getsockname()) as (transport, _):
            with expect_raises(ValueError, "sendto(data, another address than the peer's)"):
                transport.sendto(b"stray", stranger.getsockname())
            send(transport, b"hello")
            arrived = [data for data, _ in await heard(peer, 1)]

    assert arrived == [b"hello"], (
        f"after sendto(b'stray', another address) and sendto(b'hello') the peer received "
        f"{arrived}; expected [b'hello']"
    )


@requirement(
    "datagrams.sendto.burst_keeps_boundaries", api=API, level="documented", since="3.11", doc=DOC
)
async def test_many_sends_keep_order_and_boundaries(loop: AbstractEventLoop) -> None:
    """Many sends keep order and boundaries.

    If this fails, look for a write buffer that joins what was sent in one turn, or for sends
    that overtake those in a queue.
    """
    sent = [b"%d:" % number + bytes(number) for number in range(50)]
    with udp() as peer:
        async with endpoint(loop, remote_addr=peer.getsockname()) as (transport, _):
            for data in sent:
                send(transport, data)
            arrived = [data for data, _ in await heard(peer, len(sent))]

    heads = [data[:3] for data in arrived]
    assert arrived == sent, (
        f"50 datagrams sent in one turn arrived as {len(arrived)}, which begin with {heads}; "
        "expected the same 50 in the same order"
    )


@requirement(
    "datagrams.sendto.after_close_does_not_raise",
    api=API,
    level="interop",
    since="3.11",
    libraries=["aioquic", "aiocoap"],
    doc=DOC,
)
async def test_sendto_after_close_does_not_raise(loop: AbstractEventLoop) -> None:
    """A sendto() on a closing connected endpoint does not raise.

    If this fails, look for a closed endpoint that complains: programs send from timers that
    may fire late.
    """
    raised: list[str] = []

    def send_late(when: str) -> None:
        try:
            transport.sendto(b"late")
        except Exception as error:  # noqa: BLE001 - none is right, and the message tells which
            raised.append(f"{when}: {error!r}")

    with udp() as peer:
        async with endpoint(loop, remote_addr=peer.getsockname()) as (transport, protocol):
            send(transport, b"in time")
            arrived = [data for data, _ in await heard(peer, 1)]
            transport.close()
            send_late("after close()")
            await protocol.until_called("connection_lost")
            await turns()
            send_late("after connection_lost()")

    assert (arrived, protocol.lost_with) == ([b"in time"], [None]), (
        f"before close() the peer received {arrived}, and close() called {protocol.calls}; "
        "expected [b'in time'] and connection_lost(None)"
    )
    assert not raised, f"sendto() raised {raised}; expected no exception"


@requirement(
    "datagrams.sendto.buffered_data_is_copied",
    api=API,
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=DOC,
)
async def test_queued_data_is_a_snapshot(loop: AbstractEventLoop) -> None:
    """What is queued because the socket is full is a snapshot of the caller's bytearray.

    If this fails, look for a queue that keeps the caller's object: it is the caller's again
    when sendto() has returned.
    """
    needs_unix_sockets()
    data = bytearray(b"before")
    with clogged() as (sock, peer, count):
        async with endpoint(loop, sock=sock) as (transport, _):
            send(transport, data)
            data[:] = b"after!"
            await turns()
            arrived = [data for data, _ in await heard(peer, count + 1)][count:]

    assert arrived == [b"before"], (
        f"sendto(bytearray(b'before')) on a full socket, then changed to b'after!', brought the "
        f"peer {arrived}; expected [b'before']"
    )
