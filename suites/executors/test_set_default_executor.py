"""loop.set_default_executor(): which executor is taken, which is used, and by whom."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.jobs import pool_of
from ..support.requirement import requirement
from ..support.tasks import expect_accepted

USERS: dict[str, Callable[[AbstractEventLoop], Awaitable[threading.Thread]]] = {
    "run_in_executor": lambda loop: loop.run_in_executor(None, threading.current_thread),
    "to_thread": lambda _: asyncio.to_thread(threading.current_thread),
}


def _threads_of(pool: concurrent.futures.Executor) -> list[threading.Thread]:
    """The only thread of a pool that has one."""
    return [pool.submit(threading.current_thread).result()]


@requirement(
    "set_default_executor.used", api="loop.set_default_executor", level="documented", since="3.11"
)
@pytest.mark.parametrize("user", USERS)
async def test_the_default_executor_that_was_set_is_used(
    loop: AbstractEventLoop, user: str
) -> None:
    """The executor that was set serves run_in_executor(None, ...) and asyncio.to_thread().

    If this fails, look for a default executor that is made all the same.
    """
    with pool_of(1) as pool:
        loop.set_default_executor(pool)

        threads = [await USERS[user](loop) for _ in range(2)]

        expected = _threads_of(pool) * 2
    assert threads == expected, (
        f"after set_default_executor(), two calls by way of {user} ran in {threads}; "
        f"expected the thread of the executor that was set, {expected[0]}"
    )


@requirement(
    "set_default_executor.replaced",
    api="loop.set_default_executor",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("earlier", ["made by the loop", "set before"])
async def test_a_default_executor_can_be_replaced(loop: AbstractEventLoop, earlier: str) -> None:
    """From set_default_executor() on the new executor is used, whatever served before.

    If this fails, look for a default executor that is only asked for as long as there is none.
    """
    with pool_of(1) as first, pool_of(1) as pool:
        if earlier == "set before":
            loop.set_default_executor(first)
        await loop.run_in_executor(None, int)

        loop.set_default_executor(pool)
        thread = await loop.run_in_executor(None, threading.current_thread)

        expected = _threads_of(pool)
    assert [thread] == expected, (
        f"set_default_executor() in the place of an executor {earlier}, which had run a function, "
        f"had the next one run in {thread}; expected the new executor, in {expected[0]}"
    )


class OwnPool(concurrent.futures.ThreadPoolExecutor):
    """A pool of threads of a class that the loop has never seen."""


@requirement(
    "set_default_executor.subclass_accepted",
    api="loop.set_default_executor",
    level="documented",
    since="3.11",
)
async def test_a_pool_of_a_subclass_can_be_set(loop: AbstractEventLoop) -> None:
    """An instance of a subclass of ThreadPoolExecutor is accepted, and used.

    If this fails, look for a comparison of classes in place of isinstance().
    """
    with OwnPool(1) as pool:
        with expect_accepted("set_default_executor() with a pool of a subclass"):
            loop.set_default_executor(pool)
        thread = await loop.run_in_executor(None, threading.current_thread)
        expected = _threads_of(pool)

    assert [thread] == expected, (
        f"after set_default_executor() with a pool of a subclass, a function ran in {thread}; "
        f"expected that pool, in {expected[0]}"
    )


class OtherExecutor(concurrent.futures.Executor):
    """An executor, but no pool of threads."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[Any]:
        """Run the function here."""
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()
        future.set_result(fn(*args, **kwargs))
        return future


REFUSED: dict[str, Callable[[], object]] = {
    "another Executor": OtherExecutor,
    "object()": object,
    "None": lambda: None,
    "the class": lambda: concurrent.futures.ThreadPoolExecutor,
}


@requirement(
    "set_default_executor.type_error",
    api="loop.set_default_executor",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("what", REFUSED)
async def test_only_a_pool_of_threads_can_be_set(loop: AbstractEventLoop, what: str) -> None:
    """Anything but a ThreadPoolExecutor is refused with TypeError, and the default stays.

    If this fails, look for a set_default_executor() that takes whatever has a submit(), or
    that only warns.
    """
    call: Any = loop.set_default_executor
    with pool_of(1) as pool:
        loop.set_default_executor(pool)

        with expect_raises(TypeError, f"set_default_executor() with {what}"):
            call(REFUSED[what]())

        thread = await loop.run_in_executor(None, threading.current_thread)
        expected = _threads_of(pool)
    assert [thread] == expected, (
        f"after a refused set_default_executor() with {what}, a function ran in {thread}; "
        f"expected the executor set before, in {expected[0]}"
    )


@requirement(
    "set_default_executor.per_loop",
    api="loop.set_default_executor",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("closed", [False, True], ids=["other_open", "other_closed"])
def test_each_loop_has_a_default_executor_of_its_own(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop, closed: bool
) -> None:
    """The default executor of a loop is not that of another, and does not end with the other loop.

    If this fails, look for a default executor that is kept in the module or the class.
    """

    async def thread_of(loop: AbstractEventLoop) -> threading.Thread:
        return await loop.run_in_executor(None, threading.current_thread)

    with pool_of(1) as pool:
        own = second_loop.run_until_complete(thread_of(second_loop))
        loop.set_default_executor(pool)
        used = loop.run_until_complete(thread_of(loop))
        if closed:
            loop.close()

        try:
            then = second_loop.run_until_complete(thread_of(second_loop))
        except RuntimeError as error:
            if isinstance(error, NotImplementedError):
                raise
            raise AssertionError(
                f"after another loop's {'close()' if closed else 'set_default_executor()'}, "
                f"run_in_executor(None, ...) raised {error!r}; expected it to go on"
            ) from error

    assert used not in (own, then), (
        f"two loops, one of which has an executor of its own by set_default_executor(), ran "
        f"functions in {used} and in {[own, then]}; expected different threads"
    )
