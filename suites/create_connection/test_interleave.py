"""create_connection(interleave=…): the order in which resolved addresses are tried.

The resolver names three IPv6 addresses, then two IPv4 ones. What should be tried before
the address in question refuses, all the others listen: the winner tells the order.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.races import FAR, winner_among
from ..support.requirement import requirement

API = "loop.create_connection"
IPV4_ONLY = ("first IPv4", "second IPv4", "third IPv4")


@requirement(
    "create_connection.interleave.default_keeps_resolver_order",
    api=API,
    level="documented",
    since="3.11",
)
async def test_without_interleave_the_resolvers_order_is_kept(loop: AbstractEventLoop) -> None:
    """Without interleave the addresses are tried in the order of the resolver.

    If this fails, look for a default of interleave other than none, or for addresses that
    are grouped by family on their way from the resolver.
    """
    winner = await winner_among(loop, refusing=["first IPv6"])

    assert winner == "second IPv6", (
        "create_connection() without interleave, first IPv6 refusing, connected "
        f"to {winner}; expected second IPv6, the next that the resolver named"
    )


@requirement(
    "create_connection.interleave.zero_keeps_resolver_order",
    api=API,
    level="documented",
    since="3.11",
)
async def test_interleave_zero_keeps_the_resolvers_order(loop: AbstractEventLoop) -> None:
    """interleave=0 leaves the order of the resolver as it is.

    If this fails, look for a zero that is taken for a number of addresses, or for a
    test of interleave against None.
    """
    winner = await winner_among(loop, refusing=["first IPv6"], interleave=0)

    assert winner == "second IPv6", (
        "create_connection(interleave=0), first IPv6 refusing, connected "
        f"to {winner}; expected second IPv6, the next that the resolver named"
    )


@requirement(
    "create_connection.interleave.one_alternates_families",
    api=API,
    level="documented",
    since="3.11",
)
async def test_interleave_one_goes_on_with_the_other_family(loop: AbstractEventLoop) -> None:
    """interleave=1 alternates between the families, beginning with the one listed first.

    If this fails, look for addresses that are sorted by family where they have to be dealt
    out in turn, or for an order that begins with a favourite family.
    """
    winner = await winner_among(loop, refusing=["first IPv6"], interleave=1)

    assert winner == "first IPv4", (
        "create_connection(interleave=1), first IPv6 refusing, connected "
        f"to {winner}; expected first IPv4, the first of the other family"
    )


@requirement(
    "create_connection.interleave.one_alternates_back", api=API, level="documented", since="3.11"
)
async def test_interleave_one_comes_back_to_the_first_family(loop: AbstractEventLoop) -> None:
    """Under interleave=1 the first family has its turn again after one address of the other.

    If this fails, look for an order that changes family once and then uses up the
    second one.
    """
    winner = await winner_among(loop, refusing=["first IPv6", "first IPv4"], interleave=1)

    assert winner == "second IPv6", (
        "create_connection(interleave=1), first IPv6 and first IPv4 refusing, connected "
        f"to {winner}; expected second IPv6, whose family is next in turn"
    )


@requirement(
    "create_connection.interleave.first_family_count_two", api=API, level="documented", since="3.11"
)
async def test_interleave_two_puts_two_of_the_first_family_ahead(loop: AbstractEventLoop) -> None:
    """interleave=2 puts two addresses of the first family ahead of the other family.

    If this fails, look for an interleave that is used as a flag, so that any number works
    like one.
    """
    winner = await winner_among(loop, refusing=["first IPv6"], interleave=2)

    assert winner == "second IPv6", (
        "create_connection(interleave=2), first IPv6 refusing, connected "
        f"to {winner}; expected second IPv6, as two of the first family come first"
    )


@requirement(
    "create_connection.interleave.first_family_count_two_then_other",
    api=API,
    level="documented",
    since="3.11",
)
async def test_interleave_two_changes_family_after_two(loop: AbstractEventLoop) -> None:
    """Under interleave=2 the other family comes after two addresses of the first.

    If this fails, look for a first family that gets one address too many: the first turn of
    the alternation counts as well.
    """
    winner = await winner_among(loop, refusing=["first IPv6", "second IPv6"], interleave=2)

    assert winner == "first IPv4", (
        "create_connection(interleave=2), first IPv6 and second IPv6 refusing, connected "
        f"to {winner}; expected first IPv4, the first of the other family"
    )


@requirement(
    "create_connection.interleave.leftovers_follow", api=API, level="documented", since="3.11"
)
async def test_interleave_keeps_what_one_family_has_more_than_the_other(
    loop: AbstractEventLoop,
) -> None:
    """When one family is used up, the other's remaining addresses follow; none is lost.

    If this fails, look for families that are paired off, as zip() does, which drops what the
    longer one has left.
    """
    refusing = ["first IPv6", "second IPv6", "first IPv4", "second IPv4"]

    winner = await winner_among(loop, refusing=refusing, interleave=1)

    assert winner == "third IPv6", (
        "create_connection(interleave=1), all others refusing, connected "
        f"to {winner}; expected third IPv6, the one address that listens"
    )


@requirement(
    "create_connection.interleave.happy_eyeballs_defaults_to_one",
    api=API,
    level="documented",
    since="3.11",
)
async def test_happy_eyeballs_interleaves_by_one_by_default(loop: AbstractEventLoop) -> None:
    """happy_eyeballs_delay without interleave means interleave=1.

    If this fails, look for a default of interleave that does not ask whether
    happy_eyeballs_delay was given.
    """
    winner = await winner_among(loop, refusing=["first IPv6"], happy_eyeballs_delay=FAR)

    assert winner == "first IPv4", (
        f"create_connection(happy_eyeballs_delay={FAR}), first IPv6 refusing, connected "
        f"to {winner}; expected first IPv4, as with interleave=1"
    )


@requirement(
    "create_connection.interleave.explicit_zero_with_happy_eyeballs",
    api=API,
    level="documented",
    since="3.11",
)
async def test_interleave_zero_counts_under_happy_eyeballs(loop: AbstractEventLoop) -> None:
    """interleave=0 keeps the order of the resolver under happy_eyeballs_delay too.

    If this fails, look for a default that replaces every false interleave, not None alone.
    """
    winner = await winner_among(
        loop, refusing=["first IPv6"], happy_eyeballs_delay=FAR, interleave=0
    )

    assert winner == "second IPv6", (
        f"create_connection(happy_eyeballs_delay={FAR}, interleave=0), first IPv6 refusing, "
        f"connected to {winner}; expected second IPv6, the next that the resolver named"
    )


@requirement(
    "create_connection.interleave.single_family_is_unchanged",
    api=API,
    level="implied",
    since="3.11",
)
async def test_interleave_leaves_a_single_family_alone(loop: AbstractEventLoop) -> None:
    """interleave=1 keeps the order of addresses that are all of one family.

    If this fails, look for an alternation that rotates or reverses the list when there is
    nothing to alternate with.
    """
    winner = await winner_among(loop, refusing=[], routes=IPV4_ONLY, interleave=1)

    assert winner == "first IPv4", (
        "create_connection(interleave=1), three IPv4 addresses listening, connected "
        f"to {winner}; expected first IPv4, the first that the resolver named"
    )
