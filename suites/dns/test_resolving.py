"""getaddrinfo(): how the loop comes by the answer, and what goes on meanwhile."""

from __future__ import annotations

import asyncio
import socket
from asyncio import AbstractEventLoop
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar
from unittest import mock

from ..support.jobs import ended
from ..support.requirement import requirement
from ..support.resolver import address_at
from ..support.sockets import Reports
from ..support.tracking import state_of
from ..support.turns import turns
from .asking import answer, gate, ports_of, resolves_natively

API = "loop.getaddrinfo"
T = TypeVar("T")


class CountingPool(ThreadPoolExecutor):
    """A default executor that counts what it is given."""

    submitted = 0

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Count the job and take it."""
        self.submitted += 1
        return super().submit(fn, *args, **kwargs)


@requirement("dns.getaddrinfo.does_not_block_the_loop", api=API, level="documented", since="3.11")
async def test_the_loop_turns_while_a_name_is_resolved(loop: AbstractEventLoop) -> None:
    """The loop keeps turning while a name is resolved.

    If this fails, look for a call of socket.getaddrinfo() in the loop's own thread, also in
    a short cut for some hosts.
    """
    with gate() as held:
        asking = asyncio.ensure_future(loop.getaddrinfo("localhost", 80))
        if not await held.is_reached(asking):
            resolves_natively(await answer(asking, "getaddrinfo('localhost', 80)"))
        await turns()
        state = state_of(asking)
        held.open()
        await ended(asking, "getaddrinfo('localhost', 80)")

    assert not held.on_the_loop, (
        "getaddrinfo('localhost', 80) called socket.getaddrinfo() in the loop's own thread; "
        "expected the loop to go on turning meanwhile"
    )
    assert state == "pending", (
        f"while the resolver had not answered, getaddrinfo('localhost', 80) was {state}; "
        "expected it to be pending"
    )


@requirement("dns.getaddrinfo.concurrent", api=API, level="implied", since="3.11")
async def test_concurrent_calls_get_their_own_answers(loop: AbstractEventLoop) -> None:
    """Concurrent calls each get their own result.

    If this fails, look for one request object, or one place for the answer, that all calls
    share; or for calls to the same host that are joined whatever the port.
    """
    asked = list(range(1, 30))
    calls = [loop.getaddrinfo("127.0.0.1", port) for port in asked]
    answers = await answer(asyncio.gather(*calls), "29 concurrent calls of getaddrinfo()")

    ports = [ports_of(infos) for infos in answers]
    assert ports == [[port] for port in asked], (
        f"29 concurrent calls of getaddrinfo(), with the ports 1 to 29, answered the ports "
        f"{ports}; expected each its own"
    )


@requirement("dns.getaddrinfo.uses_default_executor", api=API, level="documented", since="3.11")
async def test_names_are_resolved_in_the_default_executor(loop: AbstractEventLoop) -> None:
    """Name resolution runs in the loop's default executor.

    If this fails, look for a pool of the resolver's own: a program that sets a default
    executor, to have more threads or others, sets it for names as well.
    """
    pool = CountingPool(1)
    loop.set_default_executor(pool)
    real = socket.getaddrinfo
    try:
        with mock.patch.object(socket, "getaddrinfo", side_effect=real) as replaced:
            call = loop.getaddrinfo("localhost", 80)
            infos = await answer(call, "getaddrinfo('localhost', 80)")
    finally:
        pool.shutdown()

    if not (replaced.called or pool.submitted):
        resolves_natively(infos)
    assert pool.submitted, (
        "getaddrinfo('localhost', 80) called socket.getaddrinfo() without giving the executor "
        "that set_default_executor() set a job; expected it to run there"
    )


@requirement(
    "dns.getaddrinfo.calls_socket_getaddrinfo",
    api=API,
    level="interop",
    since="3.11",
    libraries=["dnspython"],
)
async def test_a_replaced_socket_getaddrinfo_is_heeded(loop: AbstractEventLoop) -> None:
    """Resolution goes through socket.getaddrinfo, so replacing that function takes effect.

    If this fails, look for a reference to the function that is kept, from the import or
    from the first call, or for answers that are remembered.
    """
    answers: list[list[int]] = []
    asked: list[int] = []

    def replacement(port: int) -> Callable[..., list[Any]]:
        def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
            asked.append(port)
            return [address_at("127.0.0.1", port)]

        return getaddrinfo

    for port in (1, 2):
        with mock.patch.object(socket, "getaddrinfo", replacement(port)):
            infos = await answer(loop.getaddrinfo("localhost", 80), "getaddrinfo('localhost', 80)")
            answers.append(ports_of(infos or []))

    if not asked:
        resolves_natively(infos)
    assert answers == [[1], [2]], (
        f"with socket.getaddrinfo() replaced by functions that answer port 1 and then port 2, "
        f"loop.getaddrinfo() answered the ports {answers}; expected [[1], [2]]"
    )


@requirement("dns.getaddrinfo.cancel", api=API, level="implied", since="3.11")
async def test_a_pending_call_can_be_cancelled(loop: AbstractEventLoop) -> None:
    """A pending call can be cancelled; later calls work.

    If this fails, look for a resolver's thread that sets the result of a future without
    asking whether anybody still waits.
    """
    reports = Reports(loop)
    with gate() as held:
        asking = asyncio.ensure_future(loop.getaddrinfo("localhost", 80))
        if not await held.is_reached(asking) and asking.done():  # a resolver of the loop's own
            asking = asyncio.ensure_future(loop.getaddrinfo("localhost", 80))
            await turns(1)
        asking.cancel()
        held.open()
        await ended(asking, "a cancelled getaddrinfo('localhost', 80)")
        infos = await answer(loop.getaddrinfo("127.0.0.1", 7), "getaddrinfo(), after a cancel(),")
        await turns()

    assert state_of(asking) == "cancelled", (
        f"getaddrinfo('localhost', 80), cancelled while it was pending, {state_of(asking)}; "
        "expected it to be cancelled"
    )
    assert ports_of(infos) == [7], (
        f"getaddrinfo('127.0.0.1', 7) after a cancelled call answered {infos}; expected port 7"
    )
    reports.expect_none("after a cancelled getaddrinfo()")
