"""create_connection(): what a failed connect does not do, and does not leave behind."""

from __future__ import annotations

import gc
import socket
from asyncio import AbstractEventLoop

from ..support.connecting import opened
from ..support.expect import expect_raises
from ..support.listeners import IPV4, bound, bound_on_both, listening, port_of, take_connection
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import (
    CountedFactory,
    Reports,
    any_address,
    descriptors,
    expect_connection,
    expect_refusal,
    without_collection,
)
from ..support.turns import turns


@requirement(
    "create_connection.failure.factory_not_called",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_failed_connect_does_not_call_the_factory(loop: AbstractEventLoop) -> None:
    """A failed connect never calls the factory.

    If this fails, look for a protocol that is made before the connection is there.
    """
    factory = CountedFactory()
    with listening() as listener:
        await expect_connection(loop, IPV4, port_of(listener))
    with bound() as refusing:
        await expect_refusal(
            loop, OSError, "a connect to a refusing port", IPV4, port_of(refusing), factory=factory
        )

    assert factory.calls == 0, (
        f"a refused connect called the protocol factory {factory.calls} times; expected 0"
    )


@requirement(
    "create_connection.failure.resolver_failure_does_not_call_factory",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_failed_resolution_does_not_call_the_factory(loop: AbstractEventLoop) -> None:
    """A failed resolution never calls the factory.

    If this fails, look for a protocol that is made before the host is resolved.
    """
    factory = CountedFactory()
    numeric = socket.AI_NUMERICHOST
    with listening() as listener:
        port = port_of(listener)
        await expect_connection(loop, IPV4, port, flags=numeric)
        await expect_refusal(
            loop,
            OSError,
            "create_connection('localhost', flags=AI_NUMERICHOST)",
            "localhost",
            port,
            factory=factory,
            flags=numeric,
        )

    assert factory.calls == 0, (
        f"a host that can't be resolved called the protocol factory {factory.calls} times; "
        "expected 0"
    )


@requirement(
    "create_connection.failure.leaks_no_descriptor",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_failed_connects_leak_no_descriptor(loop: AbstractEventLoop) -> None:
    """Failed attempts close their sockets; repeated failures open no more descriptors.

    If this fails, look for the socket of a refused attempt: it is closed nowhere, or only
    by the garbage collector, which does not run here.
    """
    with listening() as listener:
        await expect_connection(loop, IPV4, port_of(listener))
    with bound_on_both() as (refusing, _), without_collection():
        counts = []
        for _ in range(6):
            with expect_raises(OSError, "create_connection() to a refusing port"):
                await any_address(loop, port_of(refusing))
            await turns()
            counts.append(descriptors())

    assert counts[-1] <= counts[0], (
        f"the process had {counts} descriptors open some turns after each of six refused "
        "connects; expected no growth, the last number no higher than the first"
    )


@requirement(
    "create_connection.failure.exception_handler_stays_silent",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_failed_connect_is_reported_once(loop: AbstractEventLoop) -> None:
    """A failure reported to the awaiter is not reported again to the loop's exception handler.

    If this fails, look for an inner future or task whose exception nobody retrieves.
    """
    reports = Reports(loop)
    with listening() as listener:
        await expect_connection(loop, IPV4, port_of(listener))
    with bound() as refusing, expect_raises(OSError, "create_connection() to a refusing port"):
        await loop.create_connection(Recorder, IPV4, port_of(refusing))
    gc.collect()

    reports.expect_none("after a refused connect and gc.collect()")


@requirement(
    "create_connection.failure.loop_remains_usable",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_after_a_failed_connect_the_loop_connects(loop: AbstractEventLoop) -> None:
    """After a failed connect the loop connects normally.

    If this fails, look for state of the failed attempt that stays in the loop, such as
    a descriptor that is still watched when its number is used again.
    """
    with bound() as refusing, expect_raises(OSError, "create_connection() to a refusing port"):
        await loop.create_connection(Recorder, IPV4, port_of(refusing))

    with listening() as listener:
        call = loop.create_connection(Recorder, IPV4, port_of(listener))
        async with opened(call, "create_connection() after a refused one") as (transport, _):
            with take_connection(listener) as accepted:
                ends = (transport.get_extra_info("sockname"), accepted.getpeername())

    assert ends[0] == ends[1], (
        f"after a refused connect, a good one has sockname {ends[0]}, and the listener saw it "
        f"coming from {ends[1]}; expected the same address"
    )
