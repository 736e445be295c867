"""create_connection(): a host with several addresses, tried one after the other."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.connecting import opened
from ..support.listeners import (
    BOTH_LOOPBACKS,
    IPV4,
    IPV6,
    bound_on_both,
    in_resolver_order,
    is_untouched,
    listening,
    listening_on_both,
    port_of,
    take_connection,
)
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.resolver import NAME, address_of, interposed
from ..support.turns import turns


@requirement(
    "create_connection.multiple.falls_through_to_a_working_address",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("working", [IPV4, IPV6])
async def test_addresses_are_tried_until_one_connects(
    loop: AbstractEventLoop, working: str
) -> None:
    """When an address refuses, the following ones are tried until one connects.

    If this fails, look for a connect that takes the first address of the answer only.
    """
    with bound_on_both() as (ipv4, ipv6):
        listener = ipv4 if working == IPV4 else ipv6
        listener.listen()

        call = loop.create_connection(Recorder, BOTH_LOOPBACKS, port_of(listener))
        async with opened(call, f"create_connection(host=None), only {working} listening,"):
            take_connection(listener).close()


@requirement(
    "create_connection.multiple.resolver_order_is_kept",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_the_first_reachable_address_is_used(loop: AbstractEventLoop) -> None:
    """Addresses are tried in the resolver's order: the first reachable one is used.

    If this fails, look for a preference for IPv4, or for a sort of the answer.
    """
    with listening_on_both() as pair:
        first, _ = await in_resolver_order(loop, pair)
        call = loop.create_connection(Recorder, BOTH_LOOPBACKS, port_of(first))
        doing = "create_connection(host=None), both addresses listening,"
        async with opened(call, doing) as (transport, _):
            peername = transport.get_extra_info("peername")

            assert peername[:2] == first.getsockname()[:2], (
                f"{doing} connected to {peername!r}; expected loop.getaddrinfo()'s first answer, "
                f"{first.getsockname()!r}"
            )


@requirement(
    "create_connection.multiple.later_addresses_untouched_after_success",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_addresses_after_the_one_that_connected_are_left_alone(
    loop: AbstractEventLoop,
) -> None:
    """Once an address has connected, the remaining ones see no attempt.

    If this fails, look for attempts that are started all at once although no
    happy_eyeballs_delay was given.
    """
    with listening_on_both() as pair:
        call = loop.create_connection(Recorder, BOTH_LOOPBACKS, port_of(pair[0]))
        async with opened(call, "create_connection(host=None), both addresses listening,"):
            await turns()
            touched = [one.getsockname()[0] for one in pair if not is_untouched(one)]

    assert len(touched) == 1, (
        f"create_connection(host=None) connected to {touched}; expected one address only"
    )


@requirement(
    "create_connection.multiple.resolver_order_is_kept_interposed",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("first", ["lower port", "higher port"])
async def test_the_order_of_the_answer_counts_within_a_family(
    loop: AbstractEventLoop, first: str
) -> None:
    """The order of the resolver's answer decides, also among addresses of one family.

    If this fails, look for an answer that is sorted, or passes through a set or dict.
    """
    with listening() as one, listening() as other:
        ordered = sorted([one, other], key=port_of, reverse=first == "higher port")
        async with interposed(loop, [address_of(listener) for listener in ordered]):
            call = loop.create_connection(Recorder, NAME, 80)
            doing = f"create_connection() with an answer that has the {first} first"
            async with opened(call, doing) as (transport, _):
                peername = transport.get_extra_info("peername")

        assert peername == ordered[0].getsockname(), (
            f"{doing} connected to {peername!r}; expected the first address, "
            f"{ordered[0].getsockname()!r}"
        )
