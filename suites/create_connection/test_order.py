"""create_connection(): when the factory is called, and how."""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop

from ..support.connecting import opened, running_loop
from ..support.listeners import (
    BOTH_LOOPBACKS,
    PENDING,
    bound,
    bound_on_both,
    filled,
    in_resolver_order,
    is_untouched,
    listening,
    port_of,
)
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.turns import turns


@requirement(
    "create_connection.order.factory_then_connection_made_then_return",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_factory_then_connection_made_then_the_result(loop: AbstractEventLoop) -> None:
    """The factory is called first, then connection_made(), then the await returns.

    If this fails, look for a waiter that is woken by the connect itself, instead of
    after connection_made() has run.
    """
    order: list[str] = []

    class Protocol(asyncio.Protocol):
        def __init__(self) -> None:
            order.append("factory")

        def connection_made(self, _: asyncio.BaseTransport) -> None:
            order.append("connection_made")

    with listening() as listener:
        call = loop.create_connection(Protocol, *listener.getsockname())
        async with opened(call, "create_connection()"):
            order.append("return")
            await turns()

    assert list(dict.fromkeys(order)) == ["factory", "connection_made", "return"], (
        f"create_connection() went {order}; expected factory, connection_made, return"
    )


@requirement(
    "create_connection.order.factory_called_without_arguments",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_the_factory_gets_no_arguments(loop: AbstractEventLoop) -> None:
    """The factory is called without positional and without keyword arguments.

    If this fails, look for a loop or an address that is passed on to the factory.
    """
    given: list[object] = []

    def factory(*args: object, **kwargs: object) -> Recorder:
        given.extend([*args, *kwargs])
        return Recorder()

    with listening() as listener:
        call = loop.create_connection(factory, *listener.getsockname())
        async with opened(call, "create_connection()"):
            pass

    assert not given, f"create_connection() called the factory with {given}; expected no arguments"


@requirement(
    "create_connection.order.factory_called_after_connect",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_the_factory_is_called_once_the_connection_exists(loop: AbstractEventLoop) -> None:
    """The factory runs only when the TCP connection exists: the peer can accept it by then.

    If this fails, look for a protocol that is made before the connect, or while it
    is in progress.
    """
    too_early: list[str] = []

    def factory() -> Recorder:
        if is_untouched(listener, within=PENDING):
            too_early.append("before the peer could accept the connection")
        return Recorder()

    def early_factory() -> Recorder:
        too_early.append("while the connect was pending")
        return Recorder()

    with listening() as listener, bound() as busy, filled(busy):
        call = loop.create_connection(factory, *listener.getsockname())
        async with opened(call, "create_connection()"):
            pass
        pending = asyncio.ensure_future(loop.create_connection(early_factory, *busy.getsockname()))
        await turns()
        pending.cancel()
        await asyncio.wait([pending])

    assert not too_early, (
        f"create_connection() called the factory {' and '.join(too_early)}; "
        "expected it once the connection exists"
    )


@requirement(
    "create_connection.order.factory_called_in_loop_thread",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_the_factory_runs_in_the_loops_thread(loop: AbstractEventLoop) -> None:
    """The factory runs in the loop's own thread, with that loop running.

    If this fails, look for a factory that is called in the thread of the resolver or
    from a callback of native code.
    """
    threads: list[int] = []
    loops: list[AbstractEventLoop | None] = []

    def factory() -> Recorder:
        threads.append(threading.get_ident())
        loops.append(running_loop())
        return Recorder()

    with listening() as listener:  # a name, so that a resolver's thread may come in
        call = loop.create_connection(factory, "localhost", port_of(listener))
        async with opened(call, "create_connection('localhost', port)"):
            pass

    assert set(threads) == {threading.get_ident()}, (
        "create_connection() called the factory in another thread; expected the loop's own"
    )
    assert set(loops) == {loop}, (
        f"get_running_loop() inside the factory was {loops}; expected the connecting loop"
    )


@requirement(
    "create_connection.order.factory_called_once_across_addresses",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_the_factory_is_called_once_although_an_address_failed(
    loop: AbstractEventLoop,
) -> None:
    """When the first of several addresses fails, the factory is still called only once.

    If this fails, look for a protocol that is made for each attempt.
    """
    made: list[Recorder] = []

    def factory() -> Recorder:
        made.append(Recorder())
        return made[-1]

    with bound_on_both() as pair:
        _, second = await in_resolver_order(loop, pair)
        second.listen()
        call = loop.create_connection(factory, BOTH_LOOPBACKS, port_of(second))
        async with opened(call, "create_connection(host=None), first address refused,"):
            pass

    assert len(made) == 1, (
        f"create_connection() with a first address that refused called the factory {len(made)} "
        "times; expected once, for the address that worked"
    )
