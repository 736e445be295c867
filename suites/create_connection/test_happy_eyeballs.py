"""create_connection(happy_eyeballs_delay=…): when attempts start, and what the winner gets.

`host=None` gives 127.0.0.1 and ::1 in an order that is the system's business, so that
a check in which the order matters runs once for each family. An address that does not
answer is a listener whose queue is full.
"""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import client_context, server_context
from ..support.connecting import connected
from ..support.conversations import echo
from ..support.listeners import (
    IPV4,
    IPV6,
    bound,
    bound_on_both,
    filled,
    listening_on_both,
    port_of,
    take_connection,
)
from ..support.protocols import dispose
from ..support.races import (
    FAR,
    arrivals_at,
    called_off,
    ends_soon,
    outcome_of,
    silent_and_listening,
    soon,
    start_connect,
    under_way,
)
from ..support.requirement import requirement
from ..support.sockets import CountedFactory
from ..support.tls_peers import tls_server
from ..support.turns import turns

API = "loop.create_connection"
DELAY = 0.01
NOT_IN_PARALLEL = 0.3
"""Seconds; somewhat more than the delay of 0.25 that RFC 8305 recommends."""


@pytest.mark.parametrize("silent", [IPV4, IPV6])
@requirement(
    "create_connection.happy_eyeballs.second_starts_after_delay",
    api=API,
    level="documented",
    since="3.11",
)
async def test_a_silent_address_does_not_hold_up_the_next(
    loop: AbstractEventLoop, silent: str
) -> None:
    """An address that does not answer within happy_eyeballs_delay does not hold up the next.

    If this fails, look for attempts that are made one after the other in spite of the
    delay, or for a delay that ends without starting the next attempt.
    """
    with silent_and_listening(silent) as listener:
        connecting = start_connect(loop, port_of(listener), happy_eyeballs_delay=DELAY)
        ended = await ends_soon(connecting)

        assert ended, (
            f"create_connection(happy_eyeballs_delay={DELAY}) did not return while {silent} did "
            "not answer; expected the next attempt to start after the delay, and to win"
        )
        transport, _ = await connected(
            connecting, f"create_connection(happy_eyeballs_delay={DELAY})"
        )
        with take_connection(listener):
            await dispose(transport)


@pytest.mark.parametrize("refusing", [IPV4, IPV6])
@requirement(
    "create_connection.happy_eyeballs.failure_starts_next_at_once",
    api=API,
    level="documented",
    since="3.11",
)
async def test_a_failed_attempt_starts_the_next_at_once(
    loop: AbstractEventLoop, refusing: str
) -> None:
    """An attempt that fails before the delay is over starts the next one immediately.

    If this fails, look for a pause between two attempts that takes the whole delay and
    does not end when the attempt before it does.
    """
    with bound_on_both() as pair:
        listener = next(sock for sock in pair if sock.getsockname()[0] != refusing)
        listener.listen()

        connecting = start_connect(loop, port_of(listener), happy_eyeballs_delay=FAR)
        ended = await ends_soon(connecting)

        assert ended, (
            f"create_connection(happy_eyeballs_delay={FAR}) did not return although {refusing} "
            "refused and the other address listens; expected the next attempt at once"
        )
        transport, _ = await connected(connecting, f"create_connection(happy_eyeballs_delay={FAR})")
        with take_connection(listener):
            await dispose(transport)


@requirement(
    "create_connection.happy_eyeballs.fast_winner_stops_race",
    api=API,
    level="documented",
    since="3.11",
)
async def test_an_address_that_answers_in_time_has_no_rival(loop: AbstractEventLoop) -> None:
    """When the first attempt connects within the delay, no other address is contacted.

    If this fails, look for attempts that are all started at once, or for the next attempt
    being started when the one before succeeds.
    """
    factory = CountedFactory()
    with listening_on_both() as pair, arrivals_at(pair) as arrivals:
        call = start_connect(loop, port_of(pair[0]), factory=factory, happy_eyeballs_delay=FAR)
        transport, _ = await connected(call, f"create_connection(happy_eyeballs_delay={FAR})")
        await turns()
        arrived = arrivals.count()

        await dispose(transport)
        assert (arrived, factory.calls) == (1, 1), (
            f"create_connection(happy_eyeballs_delay={FAR}) to two listening addresses made "
            f"{arrived} connections and {factory.calls} protocols; expected 1 and 1"
        )


@requirement(
    "create_connection.happy_eyeballs.without_delay_attempts_are_sequential",
    api=API,
    level="documented",
    since="3.11",
)
async def test_without_a_delay_attempts_do_not_race(loop: AbstractEventLoop) -> None:
    """Without happy_eyeballs_delay no attempt starts while the one before it still waits.

    If this fails, look for addresses that race by default, with the delay of RFC 8305.
    """
    with bound_on_both() as pair, filled(pair[0]), filled(pair[1]):
        port = port_of(pair[0])
        before = under_way()
        connecting = start_connect(loop, port)
        await soon(lambda: under_way() > before)

        await asyncio.wait([connecting], timeout=NOT_IN_PARALLEL)
        started = under_way() - before

        await called_off(connecting)
        assert started == 1, (
            f"create_connection() to two silent addresses had {started} connects under way after "
            f"{NOT_IN_PARALLEL} s; expected 1"
        )


@pytest.mark.parametrize("refuses", [False, True], ids=["listening", "refusing"])
@requirement(
    "create_connection.happy_eyeballs.single_address", api=API, level="implied", since="3.11"
)
async def test_a_single_address_does_not_wait_for_rivals(
    loop: AbstractEventLoop, refuses: bool
) -> None:
    """With one address Happy Eyeballs changes nothing: the result or the refusal comes at once.

    If this fails, look for a race that waits the delay although nothing is left to start.
    """
    with bound() as sock:
        if not refuses:
            sock.listen()

        connecting = start_connect(loop, port_of(sock), host=IPV4, happy_eyeballs_delay=FAR)
        seen = await outcome_of(connecting)

        expected = "ConnectionRefusedError" if refuses else "a connection"
        assert seen == expected, (
            f"create_connection(happy_eyeballs_delay={FAR}) to one address, which "
            f"{'refuses' if refuses else 'listens'}, ended in {seen}; expected {expected}"
        )


@requirement("create_connection.happy_eyeballs.with_tls", api=API, level="implied", since="3.11")
async def test_the_winner_of_a_race_speaks_tls(loop: AbstractEventLoop) -> None:
    """Under ssl the race is followed by a TLS handshake, on the connection that won.

    If this fails, look for a handshake that is part of each attempt, or for arguments
    such as ssl that the racing code path drops.
    """
    with tls_server(server_context("localhost"), echo, connections=2) as server:
        call = start_connect(
            loop,
            server.port,
            ssl=client_context(),
            server_hostname="localhost",
            happy_eyeballs_delay=DELAY,
        )
        transport, protocol = await connected(
            call, f"create_connection(ssl=..., happy_eyeballs_delay={DELAY})"
        )
        transport.write(b"ping")
        echoed = await protocol.until_received(4)

        await dispose(transport)
        assert (echoed, len(server.peers)) == (b"ping", 1), (
            f"create_connection(happy_eyeballs_delay={DELAY}, ssl=...) made {len(server.peers)} "
            f"connections, and a TLS peer echoed {echoed!r}; expected 1, and b'ping'"
        )
