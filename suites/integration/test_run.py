"""asyncio.run(), and other ways by which a program says which loop it wants."""

from __future__ import annotations

import asyncio
import unittest
import warnings
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.runners import blocked
from ..support.tasks import MARK
from ..support.turns import turns

LoopFactory = Callable[[], AbstractEventLoop]
RUN = "library/asyncio-runner.html#asyncio.run"


@requirement("run.loop_factory", api="asyncio.run", level="documented", since="3.12", doc=RUN)
def test_run_uses_the_loop_of_a_factory(loop_factory: LoopFactory) -> None:
    """asyncio.run(main(), loop_factory=...) runs on a new loop each time and closes it.

    If this fails, look for state of the process that the first loop leaves behind, or for
    a wrapper that is registered as the running loop.
    """
    made: list[AbstractEventLoop] = []
    seen: list[AbstractEventLoop] = []
    run: Any = asyncio.run  # its keyword came with 3.12

    def factory() -> AbstractEventLoop:
        made.append(loop_factory())
        return made[-1]

    async def main() -> None:
        await turns()
        seen.append(asyncio.get_running_loop())

    run(main(), loop_factory=factory)
    run(main(), loop_factory=factory)

    assert [id(loop) for loop in seen] == [id(loop) for loop in made], (
        f"asyncio.run(), called twice, ran on {seen}; expected the loops of its factory, {made}"
    )
    assert len(made) == 2, f"asyncio.run(), called twice, made {made}; expected two loops"
    closed = [loop.is_closed() for loop in made]
    assert closed == [True, True], (
        f"after asyncio.run(), called twice, is_closed() of its loops was {closed}; "
        "expected [True, True]"
    )


@requirement(
    "run.main_task_cancelled_elsewhere", api="asyncio.run", level="implied", since="3.11", doc=RUN
)
def test_a_main_task_that_is_cancelled_raises_cancelled_error(loop_factory: LoopFactory) -> None:
    """When the main task is cancelled from within, the run raises CancelledError.

    If this fails, look for run_until_complete() that turns a cancellation into another
    exception, or returns.
    """
    raised: list[BaseException] = []

    async def main() -> None:
        task = asyncio.current_task()
        assert task is not None, "current_task() is None in the main coroutine; expected its task"
        task.cancel()
        await blocked()

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        try:
            runner.run(main())
        except (asyncio.CancelledError, KeyboardInterrupt, RuntimeError) as error:
            if isinstance(error, NotImplementedError):
                raise
            raised.append(error)

    assert [type(error) for error in raised] == [asyncio.CancelledError], (
        f"run() of a coroutine that cancelled its own task raised {raised}; expected CancelledError"
    )


@contextmanager
def policy_of(loop: AbstractEventLoop) -> Iterator[None]:
    """Install a policy that hands out the loop; put the old one back afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # since Python 3.14

        class Policy(asyncio.DefaultEventLoopPolicy):
            def new_event_loop(self) -> AbstractEventLoop:
                return loop

        before = asyncio.get_event_loop_policy()
        asyncio.set_event_loop_policy(Policy())
        try:
            yield
        except (TypeError, AssertionError) as error:  # which of them depends on the Python
            raise AssertionError(
                f"a policy that makes the loop {loop!r} led to {error!r}; "
                "expected asyncio.set_event_loop() to take the loop"
            ) from error
        finally:
            asyncio.set_event_loop_policy(before)


@requirement(
    "policy.custom_policy_new_event_loop",
    api="asyncio.set_event_loop_policy",
    level="documented",
    since="3.11",
    until="3.16",
    doc="library/asyncio-policy.html#asyncio.set_event_loop_policy",
)
@pytest.mark.parametrize("way", ["new_event_loop", "run", "get_event_loop"])
def test_a_policy_can_make_the_loop(loop: AbstractEventLoop, way: str) -> None:
    """Under a policy that makes this loop, new_event_loop(), run() and get_event_loop() use it.

    If this fails, look for a loop that is no AbstractEventLoop, which set_event_loop()
    refuses.
    """
    ran_on: list[AbstractEventLoop] = []

    async def main() -> None:
        await turns()
        ran_on.append(asyncio.get_running_loop())

    coro = main()
    with closing(coro), policy_of(loop):
        if way == "run":
            asyncio.run(coro)
        else:
            got = asyncio.new_event_loop()
            if way == "get_event_loop":
                asyncio.set_event_loop(got)
                got = asyncio.get_event_loop()
            got.run_until_complete(coro)

    assert ran_on == [loop], (
        f"under a policy that makes the loop {loop!r}, the coroutine that asyncio.{way}() was to "
        f"run ran on {ran_on}; expected that loop"
    )


@requirement(
    "unittest.isolated_async_test_case",
    api="unittest.IsolatedAsyncioTestCase",
    level="documented",
    since="3.13",
    doc="library/unittest.html#unittest.IsolatedAsyncioTestCase",
)
def test_an_isolated_test_case_runs_on_the_loop(loop: AbstractEventLoop) -> None:
    """IsolatedAsyncioTestCase runs all its phases on the loop of its factory, in one context.

    If this fails, look for create_task() that drops the context it is given, so that what
    asyncSetUp() set is lost to the test.
    """
    phases: list[tuple[str, bool, str]] = []

    def note(phase: str) -> None:
        phases.append((phase, asyncio.get_running_loop() is loop, MARK.get()))

    class Case(unittest.IsolatedAsyncioTestCase):
        async def asyncSetUp(self) -> None:
            MARK.set("set up")
            self.addAsyncCleanup(self.clean_up)
            note("set-up")

        async def test(self) -> None:
            note("test")

        async def asyncTearDown(self) -> None:
            note("tear-down")

        async def clean_up(self) -> None:
            note("clean-up")

    case: Any = Case("test")
    case.loop_factory = lambda: loop
    result = unittest.TestResult()
    case.run(result)

    errors = [text for _, text in result.errors + result.failures]
    assert not errors, f"a test case on the loop ended with {errors}; expected it to pass"
    expected = [(phase, True, "set up") for phase in ("set-up", "test", "tear-down", "clean-up")]
    assert phases == expected, (
        f"(phase, on the factory's loop, variable) of a test case were {phases}; "
        f"expected {expected}"
    )
