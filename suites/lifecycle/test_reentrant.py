"""Runs inside runs: refused, and without harm to the run in progress."""

from __future__ import annotations

import asyncio
import inspect
import sys
from asyncio import AbstractEventLoop
from collections.abc import Callable

import pytest

from ..support.connecting import running_loop
from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.running import GUARD, expect_open, expect_usable, in_run, in_thread, stopped_soon
from ..support.tasks import nothing
from ..support.turns import turns

RUN = "library/asyncio-runner.html#asyncio.run"
WHICH = ["same_loop", "other_loop"]


@requirement(
    "run_until_complete.reentrant.same_loop",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
    doc=RUN,
)
def test_a_running_loop_refuses_to_run_another_coroutine(loop: AbstractEventLoop) -> None:
    """run_until_complete() inside a run of its loop raises RuntimeError and leaves the run alone.

    If this fails, look for a run that turns the loop without asking whether it is running, or
    for clean-up that follows a refusal as it follows a run.
    """
    coroutine = nothing()

    def nesting() -> AbstractEventLoop | None:
        with expect_raises(RuntimeError, "run_until_complete() inside a run of the same loop"):
            loop.run_until_complete(coroutine)
        return running_loop()

    registered = in_run(loop, nesting)

    assert registered is loop, (
        f"get_running_loop() after a refused nested run is {registered!r}; "
        "expected the loop that goes on running"
    )
    expect_usable(loop, "after it refused to run inside its own run")
    coroutine.close()


@requirement(
    "run_until_complete.reentrant.other_loop",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
    doc=RUN,
)
def test_a_second_loop_refuses_to_run_inside_a_run(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop
) -> None:
    """Another loop refuses to run inside a loop's run, with RuntimeError; neither loop is harmed.

    If this fails, look for a run that asks only whether its own loop is running, or for
    clean-up that unregisters the loop that is.
    """
    coroutine = nothing()

    def nesting() -> AbstractEventLoop | None:
        expect_open(second_loop)
        with expect_raises(RuntimeError, "run_until_complete() of a second loop inside a run"):
            second_loop.run_until_complete(coroutine)
        return running_loop()

    registered = in_run(loop, nesting)

    assert registered is loop, (
        f"get_running_loop() after a second loop refused to run is {registered!r}; "
        "expected the loop that was running"
    )
    expect_usable(second_loop, "after it was refused inside a run of another loop")
    expect_usable(loop, "after another loop was refused inside its run")
    coroutine.close()


@requirement(
    "run_until_complete.reentrant.under_foreign_loop",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
    doc=RUN,
)
@pytest.mark.parametrize("inside", ["run_of_asyncio_loop", "run_of_this_loop"])
def test_loops_of_different_kinds_do_not_nest(loop: AbstractEventLoop, inside: str) -> None:
    """Loops of other implementations count: this loop and asyncio's refuse to run in each other.

    If this fails, look for running loops that are known only among their own kind, in place of
    the thread's running loop, which all loops of a thread share.
    """
    asyncios = asyncio.SelectorEventLoop()
    outer, inner = (asyncios, loop) if inside == "run_of_asyncio_loop" else (loop, asyncios)
    coroutine = nothing()

    def nesting() -> None:
        with expect_raises(
            RuntimeError, f"run_until_complete() of a second loop inside a {inside}"
        ):
            inner.run_until_complete(coroutine)

    try:
        in_run(outer, nesting)
        expect_usable(inner, f"after it was refused inside a {inside}")
    finally:
        coroutine.close()
        asyncios.close()


@requirement(
    "run_until_complete.reentrant.done_future",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
    doc=RUN,
)
def test_a_refused_run_of_a_done_future_does_not_stop_the_run(loop: AbstractEventLoop) -> None:
    """A run that is refused inside a run does not stop it, even if its future is done already.

    If this fails, look for the done callback that ends a run: it must not be added, or must
    be taken back together with its call, when the run does not begin.
    """
    future = loop.create_future()
    future.set_result(None)

    async def nesting() -> str:
        with expect_raises(RuntimeError, "run_until_complete(done future) inside a run"):
            loop.run_until_complete(future)
        await turns()
        return "result"

    try:
        result = loop.run_until_complete(nesting())
    except NotImplementedError:
        raise
    except RuntimeError as error:
        raise AssertionError(
            f"a run in which run_until_complete(done future) was refused ended by {error!r}; "
            "expected it to go on"
        ) from error

    assert result == "result", (
        f"a run in which run_until_complete(done future) was refused returned {result!r}; "
        "expected 'result'"
    )


@requirement(
    "run_until_complete.reentrant.coroutine_not_scheduled",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
    doc=RUN,
)
@pytest.mark.parametrize("which", WHICH)
async def test_a_refused_run_does_not_touch_its_coroutine(
    loop: AbstractEventLoop, loop_factory: Callable[[], AbstractEventLoop], which: str
) -> None:
    """A refused nested run has no side effect: its coroutine is neither made a task nor started.

    If this fails, look for a run that makes a task of its argument before it asks whether the
    loop may run.
    """
    refusing = loop if which == "same_loop" else loop_factory()
    expect_open(refusing)
    coroutine = nothing()
    before = asyncio.all_tasks(refusing)

    with expect_raises(RuntimeError, f"run_until_complete() of the {which} inside a run"):
        refusing.run_until_complete(coroutine)
    made = asyncio.all_tasks(refusing) - before
    await turns()

    state = inspect.getcoroutinestate(coroutine)
    if not made:
        coroutine.close()
    assert not made, f"a refused run_until_complete() left the tasks {made}; expected none"
    assert state == inspect.CORO_CREATED, (
        f"a refused run_until_complete() left its coroutine in the state {state}; "
        f"expected it untouched, {inspect.CORO_CREATED}"
    )


@requirement(
    "run_forever.reentrant", api="loop.run_forever", level="implied", since="3.11", doc=RUN
)
@pytest.mark.parametrize("which", WHICH)
def test_run_forever_inside_a_run_is_refused(
    loop: AbstractEventLoop, loop_factory: Callable[[], AbstractEventLoop], which: str
) -> None:
    """run_forever() in a callback of a running loop raises RuntimeError, on that loop or another.

    If this fails, look for a run that does not ask for the thread's running loop.
    """
    nested = loop if which == "same_loop" else loop_factory()
    delay = GUARD if nested is loop else 0

    def nesting() -> None:
        expect_open(nested)
        with expect_raises(RuntimeError, f"run_forever() of the {which} in a run"):
            nested.run_forever()

    with stopped_soon(nested, delay=delay):
        in_run(loop, nesting)
    expect_usable(loop, f"after run_forever() of the {which} was refused in its run")


@requirement(
    "run_forever.reentrant.outer_run_unharmed",
    api="loop.run_forever",
    level="implied",
    since="3.11",
    not_on=["3.13.0", "3.13.1", "3.13.2", "3.13.3", "3.13.4"],
    doc=RUN,
)
@pytest.mark.parametrize("which", WHICH)
def test_a_refused_run_forever_leaves_the_run_as_it_is(
    loop: AbstractEventLoop, loop_factory: Callable[[], AbstractEventLoop], which: str
) -> None:
    """A refused nested run_forever() has no effect on the run in progress.

    If this fails, look for the clean-up at a run's end, which must not follow a refusal.
    """
    nested = loop if which == "same_loop" else loop_factory()
    delay = GUARD if nested is loop else 0

    def nesting() -> dict[str, bool]:
        expect_open(nested)
        hooks = sys.get_asyncgen_hooks()
        with expect_raises(RuntimeError, f"run_forever() of the {which} in a run"):
            nested.run_forever()
        return {
            "get_running_loop() is the loop": running_loop() is loop,
            "is_running()": loop.is_running(),
            "the async generator hooks are the same": sys.get_asyncgen_hooks() == hooks,
        }

    with stopped_soon(nested, delay=delay):
        seen = in_run(loop, nesting)

    assert seen == dict.fromkeys(seen, True), (
        f"after run_forever() of the {which} was refused in a run: {seen}; expected all True"
    )
    expect_usable(loop, f"after run_forever() of the {which} was refused in its run")


@requirement(
    "run_forever.other_thread_while_running",
    api="loop.run_forever",
    level="implied",
    since="3.11",
    doc="library/asyncio-dev.html#asyncio-multithreading",
)
async def test_a_running_loop_does_not_run_in_another_thread(loop: AbstractEventLoop) -> None:
    """Running a loop that runs in another thread raises RuntimeError, and its first run goes on.

    If this fails, look for a run that asks for the running loop of its own thread only.
    """
    coroutine = nothing()

    with expect_raises(RuntimeError, "run_until_complete() in a second thread, in a run,"):
        in_thread(lambda: loop.run_until_complete(coroutine))

    await turns()
    coroutine.close()
