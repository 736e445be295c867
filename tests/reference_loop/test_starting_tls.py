"""parts.starting_tls: transports that can't be upgraded any more, or are full, and the limits."""

from __future__ import annotations

import asyncio
import socket
import ssl
from types import SimpleNamespace
from typing import Any

import pytest

from reference_loop import ReferenceLoop
from reference_loop.parts.tls_transport import Tls, TlsTransport

from .conftest import Turns

Sockets = tuple[socket.socket, socket.socket]
CONTEXT = ssl.create_default_context()
TOO_MUCH = b"x" * 4_000_000


class Told(asyncio.Protocol):
    """Keeps what it was told of the flow."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def pause_writing(self) -> None:
        """Too much waits."""
        self.told.append("pause")

    def resume_writing(self) -> None:
        """Little waits again."""
        self.told.append("resume")


def upgrade(loop: ReferenceLoop, transport: asyncio.Transport, protocol: Any) -> Any:
    """Begin to upgrade a transport, as a client."""
    return loop.create_task(
        loop.start_tls(transport, protocol, CONTEXT, server_hostname="loop.test")
    )


def ends_with(task: asyncio.Task[Any], turns: Turns) -> BaseException | None:
    """What the task raised within a few turns; None where it goes on."""
    turns(5)
    if task.done():
        return task.exception()
    task.cancel()
    turns(5)
    return None


def test_a_lost_transport_is_refused_at_once(
    reference: ReferenceLoop, transport: asyncio.Transport, turns: Turns
) -> None:
    transport.abort()
    turns(3)

    error = ends_with(upgrade(reference, transport, Told()), turns)

    assert isinstance(error, ConnectionError), f"it ended with {error!r}; expected an error at once"


def test_a_transport_that_has_ended_its_side_is_refused(
    reference: ReferenceLoop, transport: asyncio.Transport, turns: Turns
) -> None:
    transport.write_eof()
    protocol = transport.get_protocol()

    error = ends_with(upgrade(reference, transport, Told()), turns)

    assert isinstance(error, RuntimeError), f"it ended with {error!r}; expected a RuntimeError"
    assert transport.get_protocol() is protocol, "it was refused, and has another protocol"


@pytest.mark.parametrize(("same", "expected"), [(False, ["pause"]), (True, [])])
def test_a_full_transport_is_full_under_tls_too(
    reference: ReferenceLoop, sockets: Sockets, turns: Turns, same: bool, expected: list[str]
) -> None:
    first = Told()
    made, _ = reference.run_until_complete(
        reference.create_connection(lambda: first, sock=sockets[0])
    )
    made.write(TOO_MUCH)
    assert first.told == ["pause"], f"{len(TOO_MUCH)} bytes were written, and it was told nothing"
    first.told.clear()
    protocol = first if same else Told()

    error = ends_with(upgrade(reference, made, protocol), turns)

    assert error is None, f"it ended with {error!r}; expected it to wait for the peer"
    assert protocol.told == expected, f"it was told {protocol.told}; expected {expected}"


def test_an_idle_transport_tells_nothing(
    reference: ReferenceLoop, transport: asyncio.Transport, turns: Turns
) -> None:
    protocol = Told()

    ends_with(upgrade(reference, transport, protocol), turns)

    assert protocol.told == [], f"it was told {protocol.told}; expected nothing"


def test_what_waits_in_the_session_counts_as_buffered(
    reference: ReferenceLoop, transport: asyncio.Transport
) -> None:
    upper: Any = TlsTransport(reference, Told(), Tls(CONTEXT, False, "loop.test"))
    upper.stand_on(transport)
    upper._session = SimpleNamespace(unwritten=23)

    size = upper.get_write_buffer_size()

    assert size == 23, f"23 bytes wait in the session, and it says {size}"


def test_the_limits_are_those_of_the_manual() -> None:
    tls = Tls(CONTEXT, False)
    assert tls.handshake_limit == 60.0, "ssl_handshake_timeout is 60 seconds by default"
    assert tls.shutdown_limit == 30.0, "ssl_shutdown_timeout is 30 seconds by default"
