"""The protocol of a TLS transport, get_protocol() and set_protocol(); its state when closed."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable

from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_peers import TlsPeer
from ..support.tls_sessions import Filling, Side, both_sides, heard, lost, session

API = "asyncio.BaseTransport (TLS)"
DOC = "library/asyncio-protocol.html#asyncio.BaseTransport.set_protocol"


def answer_each(*lines: bytes) -> Callable[[TlsPeer], None]:
    """A conversation that sends a line for each byte it gets, and ends the session."""

    def answer(peer: TlsPeer) -> None:
        for line in lines:
            peer.read_exactly(1)
            peer.write(line)
        peer.say_goodbye()

    return answer


@both_sides
@requirement(
    "tls.get_protocol.reports_application_protocol",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_get_protocol_returns_the_applications_protocol(
    loop: AbstractEventLoop, side: Side
) -> None:
    """get_protocol() of a TLS transport returns the application's protocol.

    If this fails, look for the protocol of the TCP transport below, which is the TLS
    layer itself.
    """
    protocol = Recorder()
    async with session(loop, side, protocol) as tls:
        seen = tls.transport.get_protocol()

    assert seen is protocol, (
        f"get_protocol() of {tls.doing} returned {seen!r}; expected the application's protocol, "
        f"{protocol!r}"
    )


@both_sides
@requirement(
    "tls.set_protocol.redirects_data_and_lost",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_new_protocol_gets_data_and_end(loop: AbstractEventLoop, side: Side) -> None:
    """After set_protocol() the new protocol gets data, EOF and loss; the old one nothing more.

    If this fails, look for a method of the first protocol that the TLS layer has kept.
    """
    old, new = Recorder(), Recorder()
    async with session(loop, side, old, answer_each(b"hello")) as tls:
        tls.transport.set_protocol(new)
        tls.transport.write(b".")
        await heard(new, 5)
        await lost(new, f"{tls.doing}, after set_protocol() and the peer's end")

    assert old.calls == ["connection_made"], (
        f"after set_protocol() {tls.doing} called {old.calls[1:]} on the old protocol; expected "
        "nothing"
    )
    expected = ["data_received", "eof_received", "connection_lost"]
    assert (new.calls, bytes(new.received)) == (expected, b"hello"), (
        f"after set_protocol() {tls.doing} called {new.calls} on the new protocol, with the data "
        f"{bytes(new.received)!r}; expected {expected} and b'hello'"
    )


@both_sides
@requirement(
    "tls.buffered_protocol.switch_to_and_from",
    api="asyncio.BufferedProtocol (TLS)",
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_protocols_of_both_kinds_take_turns(loop: AbstractEventLoop, side: Side) -> None:
    """set_protocol() switches between streaming and buffered protocols for the next data.

    The new protocol gets no connection_made(). If this fails, look for the way to receive
    data that is chosen once, for the first protocol.
    """
    first, second, third = Recorder(), Filling(), Recorder()
    async with session(loop, side, first, answer_each(b"one", b"two", b"three")) as tls:
        for protocol, size in ((first, 3), (second, 3), (third, 5)):
            if protocol is not first:
                tls.transport.set_protocol(protocol)
            tls.transport.write(b".")
            if len(await heard(protocol, size)) < size:
                break

    received = [bytes(one.received) for one in (first, second, third)]
    assert received == [b"one", b"two", b"three"], (
        f"{tls.doing}, with set_protocol() from streaming to buffered and back, brought "
        f"{received}; expected b'one', b'two' and b'three'"
    )
    made_again = [one for one in (second, third) if "connection_made" in one.calls]
    assert not made_again, (
        f"set_protocol() called connection_made() on {made_again}; expected no such call"
    )


@both_sides
@requirement(
    "tls.transport.repr_is_safe",
    api=API,
    level="interop",
    since="3.11",
    libraries=("aiohttp", "asyncio streams"),
    doc=DOC,
)
async def test_repr_works_in_every_state(loop: AbstractEventLoop, side: Side) -> None:
    """repr() of a TLS transport works while it is open, closing and closed.

    If this fails, look for the TCP transport below, or the session, that the TLS layer
    has let go of.
    """
    async with session(loop, side, Recorder()) as tls:
        shown = {"open": shown_as(tls.transport)}
        tls.transport.close()
        shown["closing"] = shown_as(tls.transport)
        await lost(tls.protocol, f"{tls.doing}, then close()")
        shown["closed"] = shown_as(tls.transport)

    raised = {state: error for state, error in shown.items() if isinstance(error, Exception)}
    assert not raised, f"repr() of the transport of {tls.doing} raised {raised}; expected a text"


@both_sides
@requirement(
    "tls.transport.closed_state_queries_are_safe",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_closed_transport_answers(loop: AbstractEventLoop, side: Side) -> None:
    """After connection_lost() is_closing() is True, and can_write_eof(), abort() and close() work.

    If this fails, look for the TCP transport below, which the TLS layer has let go of.
    """
    async with session(loop, side, Recorder()) as tls:
        tls.transport.can_write_eof()
        tls.transport.close()
        await lost(tls.protocol, f"{tls.doing}, then close()")
        raised: dict[str, Exception] = {}
        for name in ("can_write_eof", "abort", "close"):
            try:
                getattr(tls.transport, name)()
            except Exception as error:  # noqa: BLE001 - any error is what the check looks for
                raised[name] = error
        closing = tls.transport.is_closing()
        assert not raised, (  # here, as the session ends with an abort() of its own
            f"after connection_lost() of {tls.doing} these raised: {raised}; expected them to work"
        )

    assert closing is True, (
        f"after connection_lost() of {tls.doing} is_closing() returned {closing!r}; expected True"
    )


def shown_as(transport: asyncio.BaseTransport) -> object:
    """What repr() makes of it: a text, or the error it raised."""
    try:
        return repr(transport)
    except Exception as error:  # noqa: BLE001 - any error is what the check looks for
        return error
