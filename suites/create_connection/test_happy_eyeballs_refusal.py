"""create_connection(happy_eyeballs_delay=…): a refusal while another attempt is under way."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

import pytest

from ..support.listeners import IPV4, IPV6, bound_on_both, filled, port_of
from ..support.races import called_off, start_connect, under_way
from ..support.requirement import requirement
from ..support.tracking import state_of

DELAY = 0.001
A_WHILE = 0.05
"""Seconds in which the second attempt is long refused; a loop that is slower passes."""


@pytest.mark.parametrize("silent", [IPV4, IPV6])
@requirement(
    "create_connection.happy_eyeballs.refusal_leaves_the_others_racing",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_refusal_leaves_the_other_attempt_under_way(
    loop: AbstractEventLoop, silent: str
) -> None:
    """An attempt that fails does not end the race while another one is under way.

    Not even the last one, after which there is no other to begin. If this fails, look for a
    failure that is raised as soon as all attempts have begun, or for a next attempt that is
    begun where none is left.
    """
    with bound_on_both() as pair:
        full = next(sock for sock in pair if sock.getsockname()[0] == silent)
        with filled(full):
            before = under_way()
            connecting = start_connect(loop, port_of(full), happy_eyeballs_delay=DELAY)

            await asyncio.wait([connecting], timeout=A_WHILE)
            state, left = state_of(connecting), under_way() - before

            await called_off(connecting)

    assert (state, left) == ("pending", 1), (
        f"create_connection(happy_eyeballs_delay={DELAY}) to two addresses, {silent} silent and "
        f"the other refusing, is {state} after a while, with {left} connects under way; "
        "expected it pending, with 1"
    )
