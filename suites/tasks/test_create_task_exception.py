"""create_task(): exceptions that end more than their task, and what they hold on to."""

from __future__ import annotations

import asyncio
import gc
import weakref
from asyncio import AbstractEventLoop
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.tracking import state_of
from ..support.turns import run_turns, turns

INTERRUPTION = "library/asyncio-runner.html#handling-keyboard-interruption"
INTERRUPTS = (KeyboardInterrupt, SystemExit)


@requirement(
    "create_task.exception.keyboard_interrupt_propagates",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=INTERRUPTION,
)
@pytest.mark.parametrize("method", ["run_forever", "run_until_complete"])
@pytest.mark.parametrize("kind", INTERRUPTS)
def test_an_interrupt_in_a_task_ends_the_run(
    loop: AbstractEventLoop, kind: type[BaseException], method: str
) -> None:
    """KeyboardInterrupt and SystemExit leave a task and the run, and the task keeps them too.

    If this fails, look for a step that treats them as any exception, or that raises them
    before it has ended the task.
    """
    interrupt = kind("from a task")

    async def body() -> None:
        raise interrupt

    task = loop.create_task(body())
    last = loop.create_future()
    loop.call_soon(last.set_result, None)
    last.add_done_callback(lambda _: loop.stop())
    with expect_raises(kind, f"{method}(), in which a task raised {kind.__name__},") as caught:
        if method == "run_forever":
            loop.run_forever()
        else:
            loop.run_until_complete(last)

    assert caught.error is interrupt, (
        f"{method}() raised {caught.error!r}; expected the very object that the task raised"
    )
    recorded = task.exception() if task.done() else None
    assert recorded is interrupt, (
        f"after {method}() had raised {interrupt!r}, the task is {state_of(task)}; "
        "expected it to have raised the same object"
    )
    assert not loop.is_running(), (
        f"is_running() is true after {method}() raised {interrupt!r}; expected False"
    )


@requirement(
    "create_task.exception.other_tasks_survive_interrupt",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=INTERRUPTION,
)
@pytest.mark.parametrize("kind", INTERRUPTS)
def test_other_tasks_go_on_after_an_interrupt(
    loop: AbstractEventLoop, kind: type[BaseException]
) -> None:
    """After an interrupt came out of the run, the loop can run again and other tasks go on.

    If this fails, look for a ready queue that is dropped, or a running flag that stays
    set, when an exception leaves the loop.
    """
    steps: list[int] = []

    async def interrupts() -> None:
        await asyncio.sleep(0)
        raise kind("from a task")

    async def lasts() -> str:
        for step in range(4):
            steps.append(step)
            await asyncio.sleep(0)
        return "the result"

    failing, lasting = loop.create_task(interrupts()), loop.create_task(lasts())
    with expect_raises(kind, f"run_until_complete(), in which a task raised {kind.__name__},"):
        loop.run_until_complete(lasting)
    before = (state_of(failing).split("(")[0], state_of(lasting))
    run_turns(loop)

    assert before == (f"raised {kind.__name__}", "pending"), (
        f"when {kind.__name__} came out of the run, its task and the other one were {before}; "
        "expected that the first had raised it and the other was pending"
    )
    assert (steps, state_of(lasting)) == ([0, 1, 2, 3], "returned 'the result'"), (
        f"after {kind.__name__} the loop ran again; the other task made steps {steps} and is "
        f"{state_of(lasting)}; expected [0, 1, 2, 3] and its result"
    )


class _BodyError(Exception):
    """An exception that can be referenced weakly."""


@contextmanager
def _without_collector() -> Iterator[None]:
    """Leave freeing to the counting of references."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@requirement(
    "create_task.exception.traceback_cycle_free",
    api="loop.create_task",
    level="interop",
    since="3.13.3",
    libraries=("CPython test_asyncio",),
)
async def test_create_task_holds_no_task_in_its_frames(loop: AbstractEventLoop) -> None:
    """An eagerly failed task and its exception are freed as soon as they are dropped.

    If this fails, look for a local variable of create_task() that holds the task: the
    exception's traceback reaches that frame, which makes a cycle.
    """

    async def body() -> None:
        raise _BodyError

    with _without_collector():
        task = loop.create_task(body(), eager_start=True)  # type: ignore[call-arg]  # new in 3.13.3
        await turns()
        ended = state_of(task)
        error = task.exception() if task.done() else None
        assert isinstance(error, _BodyError), (
            f"an eagerly failed task is {ended}; expected its failure"
        )
        reference = weakref.ref(error)
        del task, error

        assert reference() is None, (
            f"create_task(eager_start=True) of a failing coroutine left {reference()!r} alive once "
            "the task and the exception were dropped; expected no cycle of references"
        )
