"""DatagramProtocol.error_received(): which errors of sending are told, and what they end."""

from __future__ import annotations

import errno
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.datagrams import Mailbox, address_of, endpoint, heard, refusing, send, udp
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.turns import turns

API = "asyncio.DatagramProtocol.error_received"
DOC = "library/asyncio-protocol.html#asyncio.DatagramProtocol.error_received"
TOO_LARGE = bytes(70000)


async def provoke(transport: Any, protocol: Mailbox, data: bytes, address: Any = None) -> None:
    """Send what has to fail, and wait until the protocol is told."""
    try:
        transport.sendto(data, address)
    except OSError as error:
        raise AssertionError(
            f"sendto() of {len(data)} bytes raised {error!r}; expected error_received() instead"
        ) from error
    await protocol.until(lambda: bool(protocol.errors or protocol.lost_with))
    await turns()


@requirement(
    "datagrams.error_received.refused_peer", api=API, level="documented", since="3.11", doc=DOC
)
async def test_a_refused_datagram_is_told_and_closes_nothing(loop: AbstractEventLoop) -> None:
    """A refused datagram on a connected endpoint is error_received(ConnectionRefusedError).

    The endpoint stays open, the exception handler silent. If this fails, look for errors of
    a datagram socket that are treated as a connection's.
    """
    reports = Reports(loop)
    with refusing() as peer:
        async with endpoint(loop, remote_addr=peer.getsockname()) as (transport, protocol):
            await provoke(transport, protocol, b"hello")
            calls, is_closing = protocol.calls.copy(), transport.is_closing()

    told = [type(error).__name__ for error in protocol.errors]
    assert told[:1] == ["ConnectionRefusedError"], (
        f"a datagram that the peer refused called {calls}, with the errors {told}; "
        "expected error_received(ConnectionRefusedError)"
    )
    assert (is_closing, "connection_lost" in calls) == (False, False), (
        f"a refused datagram called {calls}, and is_closing() is {is_closing}; "
        "expected the endpoint to stay open"
    )
    reports.expect_none("after a refused datagram")


@requirement(
    "datagrams.error_received.transport_usable_afterwards",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_after_an_error_the_endpoint_goes_on(loop: AbstractEventLoop) -> None:
    """After error_received the endpoint sends and receives again.

    If this fails, look for a reader that is not armed again after an error.
    """
    with refusing() as peer:
        async with endpoint(loop, remote_addr=peer.getsockname()) as (transport, protocol):
            await provoke(transport, protocol, b"refused")
            peer.connect(address_of(transport))  # from now on it hears the endpoint
            send(transport, b"question")
            questions = [data for data, _ in await heard(peer, 1)]
            peer.send(b"answer")
            await protocol.until_received(1)

    assert protocol.errors, (
        f"a refused datagram called {protocol.calls}; expected error_received(), without which "
        "nothing can be said of the time after it"
    )
    assert questions == [b"question"], (
        f"after error_received(), sendto(b'question') brought the peer {questions}; "
        "expected [b'question']"
    )
    assert protocol.data == [b"answer"], (
        f"after error_received(), the peer's answer arrived as {protocol.data}; "
        "expected [b'answer']"
    )


@requirement(
    "datagrams.error_received.oversized_datagram",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_an_oversized_datagram_is_told_and_closes_nothing(loop: AbstractEventLoop) -> None:
    """A datagram too large for the protocol gives error_received(OSError EMSGSIZE), no exception.

    If this fails, look for an error of the system that leaves sendto(), or that is taken
    for the end of the endpoint.
    """
    with udp() as peer:
        async with endpoint(loop) as (transport, protocol):
            await provoke(transport, protocol, TOO_LARGE, peer.getsockname())
            calls, is_closing = protocol.calls.copy(), transport.is_closing()

    told = [getattr(error, "errno", None) for error in protocol.errors]
    assert told == [errno.EMSGSIZE], (
        f"sendto() of {len(TOO_LARGE)} bytes called {calls}, with the errors "
        f"{protocol.errors}; expected error_received() with EMSGSIZE ({errno.EMSGSIZE})"
    )
    assert (is_closing, "connection_lost" in calls) == (False, False), (
        f"an oversized datagram called {calls}, and is_closing() is {is_closing}; "
        "expected the endpoint to stay open"
    )


@requirement(
    "datagrams.error_received.receives_oserror_only",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
@pytest.mark.parametrize("cause", ["refused", "oversized"])
async def test_the_argument_is_an_oserror(loop: AbstractEventLoop, cause: str) -> None:
    """The argument is an OSError.

    If this fails, look for an error code, a text or an exception of the loop's own that is
    handed on as it came from below.
    """
    with refusing() as peer:
        async with endpoint(loop, remote_addr=peer.getsockname()) as (transport, protocol):
            data = b"refused" if cause == "refused" else TOO_LARGE
            await provoke(transport, protocol, data)

    is_oserror = [isinstance(error, OSError) for error in protocol.errors]
    assert is_oserror == [True], (
        f"a datagram that was {cause} called error_received() with {protocol.errors}; "
        "expected one OSError"
    )


@requirement(
    "datagrams.unconnected_send_to_closed_port_is_silent",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_an_unconnected_endpoint_hears_of_no_refusal(loop: AbstractEventLoop) -> None:
    """An unconnected endpoint sending to a closed port sees no callback and stays open.

    If this fails, look for an option such as IP_RECVERR that nobody asked for, or for a
    socket that is connected to whomever it sends.
    """
    with refusing() as closed, udp() as peer:
        async with endpoint(loop) as (transport, protocol):
            send(transport, b"refused", closed.getsockname())
            await turns()
            send(transport, b"question", peer.getsockname())
            for _, sender in await heard(peer, 1):
                peer.sendto(b"answer", sender)
            await protocol.until(lambda: "datagram_received" in protocol.calls)
            calls = protocol.calls.copy()

    assert calls == ["connection_made", "datagram_received"], (
        f"an unconnected endpoint sent to a closed port, and then exchanged a datagram with "
        f"another peer; it was called {calls}; expected connection_made, datagram_received"
    )
