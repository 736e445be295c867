"""asyncio.Runner: it runs coroutines on the loop that its factory makes."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable, Coroutine, Generator
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.runners import in_thread
from ..support.tasks import MARK, context_with
from ..support.tracking import state_of
from ..support.turns import turns

LoopFactory = Callable[[], AbstractEventLoop]
RUNNER = "library/asyncio-runner.html#asyncio.Runner"


@requirement(
    "runner.loop_factory.used", api="asyncio.Runner", level="documented", since="3.11", doc=RUNNER
)
def test_a_runner_runs_on_the_loop_of_its_factory(loop_factory: LoopFactory) -> None:
    """Runner(loop_factory=...) runs coroutines on one loop, made by one call of the factory.

    If this fails, look for a wrapper that is registered as the running loop in place of
    the loop itself.
    """
    made: list[AbstractEventLoop] = []

    def counting() -> AbstractEventLoop:
        made.append(loop_factory())
        return made[-1]

    async def running() -> AbstractEventLoop:
        return asyncio.get_running_loop()

    with asyncio.Runner(loop_factory=counting) as runner:
        seen = [runner.run(running()), runner.run(running())]
        own = runner.get_loop()

    assert made == [own], (
        f"two runs of a Runner had its factory make {made}, and get_loop() returned {own!r}; "
        "expected one loop, that one"
    )
    assert all(loop is own for loop in seen), (
        f"coroutines in two runs of a Runner saw the running loops {seen}; "
        f"expected the loop of the factory, {own!r}"
    )


@requirement(
    "runner.loop_factory.closed_at_end",
    api="asyncio.Runner",
    level="documented",
    since="3.11",
    doc="library/asyncio-runner.html#asyncio.Runner.close",
)
@pytest.mark.parametrize("raises", [False, True], ids=["after_return", "after_exception"])
def test_leaving_a_runner_closes_the_loop(loop_factory: LoopFactory, raises: bool) -> None:
    """At the end of the Runner's with block its loop is closed, also when run() has raised.

    If this fails, look for shutdown_default_executor() that does not take the time limit
    with which the Runner calls it, or for close() that gives up half-way.
    """
    loops: list[AbstractEventLoop] = []

    async def main() -> None:
        loops.append(asyncio.get_running_loop())
        if raises:
            raise ValueError("from the coroutine")

    try:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            loops.append(runner.get_loop())
            runner.run(main())
    except ValueError:
        pass

    assert len(loops) == 2, f"run() ran the coroutine {len(loops) - 1} times; expected once"
    assert loops[0].is_closed() is True, (
        f"after the Runner's with block is_closed() was {loops[0].is_closed()!r}; expected True"
    )


@requirement("runner.run.result_and_exception", api="Runner.run", level="documented", since="3.11")
def test_run_gives_results_and_exceptions(loop_factory: LoopFactory) -> None:
    """run() returns the result or raises the exception, and the next run() carries on the loop.

    If this fails, look for a run that leaves the loop unusable when it ends by an exception,
    or that drops tasks which are not done at its end.
    """
    left: list[asyncio.Task[str]] = []
    release = asyncio.Event()

    async def starting() -> str:
        left.append(asyncio.create_task(going_on()))
        await turns()
        return "first"

    async def going_on() -> str:
        await release.wait()
        return "gone on"

    async def raising() -> str:
        raise ValueError("second")

    async def ending() -> str:
        release.set()
        await turns()
        return "third"

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        ended = [end_of(runner, starting()), end_of(runner, raising()), end_of(runner, ending())]
        state = state_of(left[0]) if left else "not made"

    assert ended == ["'first'", "ValueError('second')", "'third'"], (
        f"three runs of a Runner gave {ended}; expected a result, the exception, a result"
    )
    assert state == "returned 'gone on'", (
        f"a task left by the first run was {state} after the third, which released it; "
        "expected that it returned 'gone on'"
    )


def end_of(runner: asyncio.Runner, coro: Coroutine[Any, Any, Any]) -> str:
    """What run() returned or raised, in words."""
    try:
        return repr(runner.run(coro))
    except NotImplementedError:
        raise
    except Exception as error:  # noqa: BLE001 - the outcome may be any
        return repr(error)


@requirement("runner.run.context_shared", api="Runner.run", level="documented", since="3.11")
@pytest.mark.parametrize("given", [False, True], ids=["own_context", "given_context"])
def test_runs_share_the_context_of_the_runner(loop_factory: LoopFactory, given: bool) -> None:
    """What one run() sets in the context the next one sees, unless it is given another context.

    If this fails, look for create_task() that drops its context, or copies it.
    """

    async def setting() -> None:
        MARK.set("runner's")

    async def getting() -> str:
        return MARK.get()

    context = context_with("given") if given else None
    expected = "given" if given else "runner's"

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(setting())
        seen = runner.run(getting(), context=context)

    assert seen == expected, (
        f"a variable set in one run() was {seen!r} in the next, context={context!r}; "
        f"expected {expected!r}"
    )


@requirement("runner.debug", api="asyncio.Runner", level="documented", since="3.11", doc=RUNNER)
@pytest.mark.parametrize(
    ("debug", "factory_sets", "expected"),
    [(True, False, True), (False, True, False), (None, True, True)],
    ids=["True", "False", "None"],
)
def test_a_runner_sets_the_debug_mode(
    loop_factory: LoopFactory, debug: bool | None, factory_sets: bool, expected: bool
) -> None:
    """Runner(debug=...) sets the loop's debug mode; debug=None leaves it as the factory did.

    If this fails, look for set_debug() that has no effect before the first run, or for a run
    that sets the mode anew.
    """

    def factory() -> AbstractEventLoop:
        loop = loop_factory()
        loop.set_debug(factory_sets)
        return loop

    async def asking() -> bool:
        return asyncio.get_running_loop().get_debug()

    with asyncio.Runner(loop_factory=factory, debug=debug) as runner:
        seen = runner.run(asking())

    assert seen is expected, (
        f"in a Runner with debug={debug}, on a loop with set_debug({factory_sets}), "
        f"get_debug() was {seen!r}; expected {expected}"
    )


@requirement("runner.nested_refused", api="Runner.run", level="documented", since="3.11")
@pytest.mark.parametrize("way", ["asyncio.run", "Runner.run"])
async def test_nested_runs_are_refused(way: str, loop_factory: LoopFactory) -> None:
    """Inside a running loop asyncio.run() and Runner.run() raise RuntimeError and run nothing.

    If this fails, look for a loop that is not registered as the running one while it runs
    tasks.
    """
    started: list[str] = []

    async def inner() -> None:
        started.append("inner")

    coro = inner()
    runner = asyncio.Runner(loop_factory=loop_factory)
    run = asyncio.run if way == "asyncio.run" else runner.run
    try:
        with expect_raises(RuntimeError, f"{way}() inside a running loop"):
            run(coro)
    finally:
        coro.close()

    assert started == [], f"{way}() inside a running loop ran {started}; expected nothing"


@requirement(
    "runner.in_worker_thread", api="asyncio.Runner", level="implied", since="3.11", doc=RUNNER
)
def test_a_runner_works_in_another_thread(loop_factory: LoopFactory) -> None:
    """In a thread that is not the main one a Runner runs timers and executor jobs, and closes.

    If this fails, look for signal handling that is set up when a loop is made or run: only
    the main thread can do that.
    """
    seen: list[Any] = []

    async def main() -> str:
        loop = asyncio.get_running_loop()
        timer = loop.create_future()
        loop.call_later(0.001, timer.set_result, "timer")
        return f"{await timer} and {await asyncio.to_thread(str, 'job')}"

    def work() -> None:
        try:
            with asyncio.Runner(loop_factory=loop_factory) as runner:
                seen.append(runner.run(main()))
                loop = runner.get_loop()
            seen.append(loop.is_closed())
        except Exception as error:  # noqa: BLE001 - told below, in the check's own thread
            seen.append(error)

    in_thread(work).join()

    for error in seen:
        if isinstance(error, NotImplementedError):
            raise error
    assert seen == ["timer and job", True], (
        f"a Runner in a thread gave {seen} as result and is_closed(); "
        "expected ['timer and job', True]"
    )


class Four:
    """An awaitable that is no coroutine."""

    def __await__(self) -> Generator[Any, Any, int]:
        yield from asyncio.sleep(0).__await__()
        return 4


@requirement("runner.run.awaitable", api="Runner.run", level="documented", since="3.14")
@pytest.mark.parametrize("way", ["asyncio.run", "Runner.run"])
def test_any_awaitable_can_be_run(way: str, loop_factory: LoopFactory) -> None:
    """Runner.run() and asyncio.run() take any awaitable, and raise TypeError for anything else.

    If this fails, look for create_task() that refuses the coroutine in which asyncio wraps
    the awaitable.
    """
    run: Any
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        if way == "Runner.run":
            run = runner.run
        else:

            def run(main: Any) -> Any:
                return asyncio.run(main, loop_factory=loop_factory)  # type: ignore[call-arg,unused-ignore]  # since 3.12

        result = run(Four())
        with expect_raises(TypeError, f"{way}(1)"):
            run(1)

    assert result == 4, f"{way}() of an awaitable returned {result!r}; expected 4"
