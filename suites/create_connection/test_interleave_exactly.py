"""create_connection(interleave=…): a first family with just as many addresses."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.races import winner_among
from ..support.requirement import requirement


@requirement(
    "create_connection.interleave.first_family_of_just_that_many",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_interleave_two_puts_a_family_of_two_ahead_as_a_whole(
    loop: AbstractEventLoop,
) -> None:
    """interleave=2 puts both addresses of a first family that has just two ahead of the other.

    If this fails, look for a family whose last address is kept back for the alternation.
    """
    routes = ("first IPv6", "second IPv6", "first IPv4", "second IPv4")

    winner = await winner_among(loop, routes=routes, refusing=["first IPv6"], interleave=2)

    assert winner == "second IPv6", (
        "create_connection(interleave=2) to two IPv6 addresses and then two of IPv4, first IPv6 "
        f"refusing, connected to {winner}; expected second IPv6, as two of the first family "
        "come first"
    )
