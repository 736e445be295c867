"""create_connection(happy_eyeballs_delay=…): how a race ends.

`host=None` gives 127.0.0.1 and ::1 in an order that is the system's business, so that
a check in which the order matters runs once for each family. An address that does not
answer is a listener whose queue is full.
"""

from __future__ import annotations

import sys
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.connecting import connected
from ..support.expect import expect_raises
from ..support.listeners import IPV4, IPV6, bound_on_both, filled, listening_on_both, port_of
from ..support.protocols import dispose
from ..support.races import (
    arrivals_at,
    called_off,
    ends_soon,
    kinds_of,
    silent_and_listening,
    soon,
    start_connect,
    under_way,
)
from ..support.requirement import requirement
from ..support.sockets import CountedFactory, expect_connection
from ..support.turns import turns

API = "loop.create_connection"
DELAY = 0.01
ERROR_RULES: dict[str, dict[str, Any]] = {"by default": {}}
if sys.version_info >= (3, 12):
    ERROR_RULES["under all_errors"] = {"all_errors": True}


@pytest.mark.parametrize("silent", [IPV4, IPV6])
@requirement(
    "create_connection.happy_eyeballs.loser_is_closed", api=API, level="implied", since="3.11"
)
async def test_the_losing_attempt_is_given_up(loop: AbstractEventLoop, silent: str) -> None:
    """When one attempt wins, the others are cancelled and their sockets closed.

    If this fails, look for attempts that are left to themselves once there is a winner,
    or for a cancelled attempt that forgets its socket.
    """
    with silent_and_listening(silent) as listener:
        port = port_of(listener)
        before = under_way()

        connecting = start_connect(loop, port, happy_eyeballs_delay=DELAY)
        assert await ends_soon(connecting), f"{silent} held up the race; expected a winner"
        transport, _ = await connected(
            connecting, f"create_connection(happy_eyeballs_delay={DELAY})"
        )
        await soon(lambda: under_way() == before)
        left = under_way() - before

        await dispose(transport)
        assert left == 0, (
            f"create_connection(happy_eyeballs_delay={DELAY}) returned and left {left} connect to "
            f"{silent} under way; expected the loser's socket to be closed"
        )


@requirement(
    "create_connection.happy_eyeballs.zero_delay_yields_one_connection",
    api=API,
    level="implied",
    since="3.11",
)
async def test_a_race_without_delay_has_one_winner(loop: AbstractEventLoop) -> None:
    """With a delay of 0 the attempts race, and one connection with one protocol results.

    If this fails, look for two attempts that succeed in the same turn of the loop: the
    one that is told second is to be closed.
    """
    factory = CountedFactory()
    with listening_on_both() as pair, arrivals_at(pair) as arrivals:
        call = start_connect(loop, port_of(pair[0]), factory=factory, happy_eyeballs_delay=0)
        transport, _ = await connected(call, "create_connection(happy_eyeballs_delay=0)")
        await turns()
        await soon(lambda: arrivals.still_open() == 1)
        still_open = arrivals.still_open()

        await dispose(transport)
        assert (still_open, factory.calls) == (1, 1), (
            "create_connection(happy_eyeballs_delay=0) to two listening addresses left "
            f"{still_open} connections open and made {factory.calls} protocols; expected 1 and 1"
        )


@pytest.mark.parametrize("rule", ERROR_RULES)
@requirement(
    "create_connection.happy_eyeballs.all_failures_are_combined",
    api=API,
    level="implied",
    since="3.11",
)
async def test_a_race_that_nobody_wins_fails_like_a_sequence(
    loop: AbstractEventLoop, rule: str
) -> None:
    """If every attempt of a race fails, the error is that of attempts in sequence.

    If this fails, look for errors of the race itself that get out, or for those of single
    attempts that are lost on the way.
    """
    options = ERROR_RULES[rule]
    with bound_on_both() as (refusing, _):
        port = port_of(refusing)
        with expect_raises((OSError, ExceptionGroup), "two refused attempts in turn") as in_turn:
            await start_connect(loop, port, **options)

        with expect_raises((OSError, ExceptionGroup), "a race of two refused attempts") as raced:
            await start_connect(loop, port, happy_eyeballs_delay=DELAY, **options)
        refusing.listen()
        await expect_connection(loop, None, port, happy_eyeballs_delay=DELAY, **options)

    assert kinds_of(raced.error) == kinds_of(in_turn.error), (
        f"create_connection(happy_eyeballs_delay={DELAY}) to two refusing addresses, {rule}, "
        f"raised {raced.error!r}; expected what it raises without the delay, {in_turn.error!r}"
    )


@requirement(
    "create_connection.happy_eyeballs.cancel_closes_every_attempt",
    api=API,
    level="implied",
    since="3.11",
)
async def test_cancelling_gives_up_all_attempts(loop: AbstractEventLoop) -> None:
    """Cancelling the call cancels all attempts in flight and closes their sockets.

    If this fails, look for a cancellation that reaches the attempt that started last, or
    first, and not the others.
    """
    with bound_on_both() as pair, filled(pair[0]), filled(pair[1]):
        port = port_of(pair[0])
        before = under_way()
        connecting = start_connect(loop, port, happy_eyeballs_delay=DELAY)
        await soon(lambda: connecting.done() or under_way() == before + 2)
        started = under_way() - before
        if connecting.done():
            await connected(connecting, f"create_connection(happy_eyeballs_delay={DELAY})")

        await called_off(connecting)
        await soon(lambda: under_way() == before)
        left = under_way() - before

        assert (started, left) == (2, 0), (
            f"create_connection(happy_eyeballs_delay={DELAY}) to two silent addresses had "
            f"{started} connects under way, and {left} after it was cancelled; expected 2 and 0"
        )
