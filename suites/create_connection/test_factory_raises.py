"""create_connection(): a protocol factory that raises."""

from __future__ import annotations

import asyncio
import gc
import warnings
from asyncio import AbstractEventLoop

from ..support.expect import expect_raises
from ..support.listeners import (
    IPV4,
    connected_pair,
    is_untouched,
    listening,
    peer_on,
    port_of,
    take_connection,
)
from ..support.requirement import requirement
from ..support.sockets import Reports, ending, expect_connection, expect_refusal
from ..support.turns import turns


class FactoryError(Exception):
    """What the factories here raise."""


class FactoryBaseError(BaseException):
    """What a factory raises that is no Exception."""


@requirement(
    "create_connection.factory_raises.exception_propagates",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_an_exception_of_the_factory_reaches_the_awaiter(loop: AbstractEventLoop) -> None:
    """The factory's exception reaches the awaiter as the same object, and no handler.

    If this fails, look for a factory that is called in a callback of its own, or for an
    exception that is wrapped on its way.
    """
    raised = FactoryError("no protocol today")
    reports = Reports(loop)

    def factory() -> asyncio.Protocol:
        raise raised

    with connected_pair() as (sock, _):
        doing = "create_connection() with a raising factory"
        error = await expect_refusal(loop, FactoryError, doing, factory=factory, sock=sock)

    assert error is raised, (
        f"a factory raised {raised!r} and the awaiter got another object, {error!r}; "
        "expected the same one"
    )
    reports.expect_none("after the factory's exception reached the awaiter")


@requirement(
    "create_connection.factory_raises.connection_is_dropped",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_when_the_factory_raises_the_connection_is_dropped(loop: AbstractEventLoop) -> None:
    """When the factory fails, a connection already opened to host and port does not stay open.

    If this fails, look for a connected socket that nothing closes when no transport comes
    to own it. Its peer sees the end once the exception has been released.
    """

    def factory() -> asyncio.Protocol:
        raise FactoryError

    with listening() as listener:
        await expect_connection(loop, IPV4, port_of(listener))
        take_connection(listener).close()
        with warnings.catch_warnings():
            # Closing by garbage collection keeps the promise, and warns.
            warnings.simplefilter("ignore", ResourceWarning)
            with expect_raises(FactoryError, "create_connection() with a raising factory") as it:
                await loop.create_connection(factory, IPV4, port_of(listener))
            del it.error
            gc.collect()
            await turns()  # a loop may hold on to its last callback for so long
            gc.collect()
        end = "no connection"
        if not is_untouched(listener):
            with peer_on(take_connection(listener), ending) as peer:
                end = await peer.result()

    assert end != "no end", (
        "after the factory had raised, the connection stayed open for its peer; "
        "expected it to be closed or reset"
    )


@requirement(
    "create_connection.factory_raises.baseexception_propagates",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_base_exception_of_the_factory_reaches_the_awaiter(
    loop: AbstractEventLoop,
) -> None:
    """A BaseException subclass from the factory reaches the awaiter as well.

    If this fails, or hangs, look for `except Exception` around the call of the factory.
    """

    def factory() -> asyncio.Protocol:
        raise FactoryBaseError

    with connected_pair() as (sock, _):
        doing = "create_connection(), its factory raising that,"
        await expect_refusal(loop, FactoryBaseError, doing, factory=factory, sock=sock)
