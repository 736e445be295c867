"""DatagramProtocol.datagram_received(): which datagrams arrive, and how."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.datagrams import Address, Mailbox, address_of, endpoint, opened, udp
from ..support.listeners import IPV4
from ..support.reports import Planted
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.turns import turns

API = "asyncio.DatagramProtocol.datagram_received"
DOC = "library/asyncio-protocol.html#asyncio.DatagramProtocol.datagram_received"
ABORT = "library/asyncio-protocol.html#asyncio.DatagramTransport.abort"
LEANING = ["aioquic", "aiocoap"]


class Choking(Mailbox):
    """Raises Planted for the datagram b"bad"."""

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Record, and raise if it is that one."""
        super().datagram_received(data, addr)
        if data == b"bad":
            raise Planted("in datagram_received()")


@requirement(
    "datagrams.receive.boundaries_and_order", api=API, level="documented", since="3.11", doc=DOC
)
async def test_each_datagram_is_one_callback(loop: AbstractEventLoop) -> None:
    """One callback for each datagram, unmerged, in order, as bytes.

    If this fails, look for several reads whose results are joined, for a list that is
    delivered from its end, or for a buffer that is handed out itself.
    """
    sent = [bytes([size % 251]) * size for size in (1, 20000, 10, 2, 3000, 1)]
    with udp() as sender:
        async with endpoint(loop) as (transport, protocol):
            for data in sent:
                sender.sendto(data, address_of(transport))
            await protocol.until_received(len(sent))

    kinds = {type(data).__name__ for data in protocol.data}
    sizes = [len(data) for data in protocol.data]
    assert protocol.data == sent, (
        f"datagrams of {[len(data) for data in sent]} bytes arrived as {sizes} bytes; "
        "expected the same ones in the same order"
    )
    assert kinds == {"bytes"}, (
        f"datagram_received() was called with data of the type {kinds}; expected bytes"
    )


@requirement("datagrams.receive.empty_datagram", api=API, level="implied", since="3.11", doc=DOC)
async def test_an_empty_datagram_is_delivered(loop: AbstractEventLoop) -> None:
    """An empty datagram is delivered as b'' and does not close the endpoint.

    If this fails, look for a read of no bytes that is taken for the end of a stream.
    """
    with udp() as sender:
        async with endpoint(loop) as (transport, protocol):
            for data in (b"", b"x"):
                sender.sendto(data, address_of(transport))
            await protocol.until(lambda: b"x" in protocol.data or bool(protocol.lost_with))
            calls = protocol.calls.copy()

    assert (protocol.data, calls[3:]) == ([b"", b"x"], []), (
        f"an empty datagram and b'x' called {calls}, with the data {protocol.data}; "
        "expected both to be delivered and no connection_lost"
    )


@requirement("datagrams.receive.sender_address", api=API, level="documented", since="3.11", doc=DOC)
async def test_each_datagram_has_its_own_senders_address(loop: AbstractEventLoop) -> None:
    """Each datagram carries its own sender's address.

    If this fails, look for an address that is kept beside the datagrams and overwritten by
    the next one.
    """
    with udp() as first, udp() as second, udp() as third:
        async with endpoint(loop) as (transport, protocol):
            senders = {b"first": first, b"second": second, b"third": third}
            for data, sender in senders.items():
                sender.sendto(data, address_of(transport))
            await protocol.until_received(3)

        expected = sorted((data, sender.getsockname()) for data, sender in senders.items())
    assert sorted(protocol.received) == expected, (
        f"datagrams of three senders arrived as {protocol.received}; "
        f"expected, in any order, {expected}"
    )


@requirement("datagrams.receive.max_size_datagram", api=API, level="implied", since="3.11", doc=DOC)
async def test_a_large_datagram_arrives_whole(loop: AbstractEventLoop) -> None:
    """Large datagrams arrive whole.

    If this fails, look for a buffer that is made for streams: what does not fit into it is
    lost with datagrams.
    """
    large = bytes(range(250)) * 240
    with udp() as sender:
        async with endpoint(loop) as (transport, protocol):
            sender.sendto(large, (IPV4, address_of(transport)[1]))
            await protocol.until_received(1)

    assert protocol.data == [large], (
        f"a datagram of {len(large)} bytes arrived as {[len(data) for data in protocol.data]} "
        "bytes; expected it whole"
    )


@requirement(
    "datagrams.callback_error.datagram_received_is_reported",
    api="asyncio.DatagramTransport",
    level="interop",
    since="3.11",
    libraries=LEANING,
    doc=ABORT,
)
async def test_an_exception_in_datagram_received_is_reported(loop: AbstractEventLoop) -> None:
    """An exception in datagram_received goes to the exception handler.

    If this fails, look for callbacks of the protocol that are called in a try block whose
    except clause says nothing.
    """
    reports = Reports(loop)
    with udp() as sender:
        call = loop.create_datagram_endpoint(Choking, local_addr=(IPV4, 0))
        async with opened(call, "create_datagram_endpoint()") as (transport, protocol):
            sender.sendto(b"bad", address_of(transport))
            await protocol.until_received(1)
            await turns()

    kinds = [type(error).__name__ for error in reports.errors]
    assert protocol.data == [b"bad"], (
        f"the datagram b'bad' arrived as {protocol.data}; expected one callback"
    )
    assert "Planted" in kinds, (
        f"datagram_received() raised Planted, and the exception handler got {kinds}; "
        "expected the exception"
    )


@requirement(
    "datagrams.callback_error.transport_survives",
    api="asyncio.DatagramTransport",
    level="interop",
    since="3.11",
    libraries=LEANING,
    doc=ABORT,
)
async def test_an_endpoint_survives_an_exception_of_its_protocol(loop: AbstractEventLoop) -> None:
    """The endpoint goes on receiving after an exception in datagram_received.

    If this fails, look for a reader that is not armed again, or for an endpoint that is
    closed like a connection in that case.
    """
    Reports(loop)
    with udp() as sender:
        call = loop.create_datagram_endpoint(Choking, local_addr=(IPV4, 0))
        async with opened(call, "create_datagram_endpoint()") as (transport, protocol):
            for data in (b"bad", b"good"):
                sender.sendto(data, address_of(transport))
            await protocol.until_received(2)
            await turns()
            is_lost = bool(protocol.lost_with)

    assert (protocol.data, is_lost) == ([b"bad", b"good"], False), (
        f"after datagram_received(b'bad') raised, b'good' was sent, and the protocol was called "
        f"{protocol.calls}, with the data {protocol.data}; expected both datagrams"
    )
