"""Six checks, each over a call of its own, that any sound loop passes in a millisecond.

The name of this file hides it from a run of our own tests, where there is no loop.
"""

from __future__ import annotations

import asyncio
import socket
from asyncio import AbstractEventLoop

import pytest


@pytest.mark.requirement("small.call_soon", api="loop.call_soon", level="documented", since="3.11")
def test_call_soon(loop: AbstractEventLoop) -> None:
    """call_soon() runs its callback.

    If this fails, look at the ready queue.
    """
    ran: list[int] = []
    loop.call_soon(ran.append, 1)
    loop.call_soon(loop.stop)

    loop.run_forever()

    assert ran == [1], f"call_soon() ran its callback {len(ran)} times; expected once"


@pytest.mark.requirement(
    "small.call_later", api="loop.call_later", level="documented", since="3.11"
)
def test_call_later(loop: AbstractEventLoop) -> None:
    """call_later() runs its callback."""
    ran: list[int] = []
    loop.call_later(0.001, ran.append, 1)
    loop.call_later(0.001, loop.stop)

    loop.run_forever()

    assert ran, "call_later() did not run its callback; expected it once"


@pytest.mark.requirement(
    "small.create_task", api="loop.create_task", level="documented", since="3.11"
)
async def test_create_task(loop: AbstractEventLoop) -> None:
    """create_task() runs the coroutine."""

    async def answer() -> int:
        return 42

    got = await loop.create_task(answer())

    assert got == 42, f"create_task() gave {got}; expected 42"


@pytest.mark.requirement(
    "small.create_connection", api="loop.create_connection", level="documented", since="3.11"
)
async def test_create_connection(loop: AbstractEventLoop) -> None:
    """create_connection() returns a transport and the protocol."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        transport, protocol = await loop.create_connection(asyncio.Protocol, *address)
        transport.abort()
        await asyncio.sleep(0)

    assert isinstance(protocol, asyncio.Protocol), f"create_connection() gave {protocol!r}"


@pytest.mark.requirement("small.two_loops", api="loop.time", level="implied", since="3.11")
def test_two_loops(loop: AbstractEventLoop, second_loop: AbstractEventLoop) -> None:
    """Two loops each have a clock."""
    assert loop.time() > 0, "time() of the first loop is not positive"
    assert second_loop.time() > 0, "time() of the second loop is not positive"


@pytest.mark.parametrize("is_set", [True, False])
@pytest.mark.requirement(
    "small.exception_handler",
    api="loop.set_exception_handler",
    level="documented",
    since="3.11",
)
def test_exception_handler(loop: AbstractEventLoop, is_set: bool) -> None:
    """set_exception_handler() sets what get_exception_handler() returns."""
    handler = (lambda loop, context: None) if is_set else None  # noqa: ARG005 - a handler's signature

    loop.set_exception_handler(handler)

    assert loop.get_exception_handler() is handler, "get_exception_handler() gave another handler"
