"""asyncio.eager_task_factory: what happens before create_task() returns."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.factories import EAGER, expect_eager_factory_accepts, install_eager
from ..support.requirement import requirement
from ..support.tasks import MARK, context_with, returning
from ..support.turns import turns

EAGER_TASK_FACTORY = "library/asyncio-task.html#asyncio.eager_task_factory"


@requirement(
    "task_factory.eager.runs_synchronously",
    api="loop.create_task",
    level="documented",
    since="3.12",
    doc=EAGER_TASK_FACTORY,
)
async def test_an_eager_task_runs_up_to_its_first_wait(loop: AbstractEventLoop) -> None:
    """With the eager factory the coroutine runs within create_task(), as far as its first wait.

    If this fails, look for eager_start=None or False in the call of the factory, or for
    is_running() that is False during a callback.
    """
    ran: list[str] = []
    release = loop.create_future()

    async def wait_once() -> None:
        ran.append("before the wait")
        await release
        ran.append("after the wait")

    loop.set_task_factory(EAGER)
    with expect_eager_factory_accepts():
        task = loop.create_task(wait_once())
    at_once = list(ran)
    release.set_result(None)
    await task

    assert at_once == ["before the wait"], (
        f"when create_task() with eager_task_factory returned, the coroutine had run {at_once}; "
        "expected the part before its first wait"
    )


@requirement(
    "task_factory.eager.completes_without_loop",
    api="loop.create_task",
    level="documented",
    since="3.12",
    doc=EAGER_TASK_FACTORY,
)
async def test_a_coroutine_without_a_wait_is_finished_at_once(loop: AbstractEventLoop) -> None:
    """An eager task whose coroutine never waits is done when create_task() returns.

    If this fails, look for a result that is set in the next turn, or for finished tasks
    that stay registered.
    """
    install_eager(loop)

    task = loop.create_task(returning(7))
    done = task.done()
    listed = task in asyncio.all_tasks()
    result = await task

    assert done, (
        "create_task() with eager_task_factory returned a pending task for a coroutine without "
        "a wait; expected it to be done"
    )
    assert result == 7, f"an eagerly finished task has the result {result!r}; expected 7"
    assert not listed, "all_tasks() listed an eagerly finished task; expected it not to"


@requirement(
    "task_factory.eager.exception_stored",
    api="loop.create_task",
    level="documented",
    since="3.12",
    doc=EAGER_TASK_FACTORY,
)
async def test_an_eager_exception_is_stored_on_the_task(loop: AbstractEventLoop) -> None:
    """An exception of the eager part is stored on the task; create_task() does not raise it.

    If this fails, look for a first step that is taken outside the task.
    """
    error = ValueError("raised in the eager part")

    async def fail() -> None:
        raise error

    install_eager(loop)
    try:
        task = loop.create_task(fail())
    except ValueError as raised:
        raise AssertionError(
            f"create_task() raised {raised!r} from the eager part; expected it on the task"
        ) from raised
    done = task.done()
    await asyncio.wait([task])

    assert done, (
        "create_task() with eager_task_factory returned a pending task for a coroutine that "
        "raises at once; expected it to be done"
    )
    assert task.exception() is error, (
        f"an eager task that raised {error!r} stored {task.exception()!r}; expected that exception"
    )


@requirement(
    "task_factory.eager.interrupt_propagates_from_create_task",
    api="loop.create_task",
    level="implied",
    since="3.12",
    doc=EAGER_TASK_FACTORY,
)
@pytest.mark.parametrize("interrupt", [SystemExit, KeyboardInterrupt])
def test_an_eager_interrupt_comes_out_of_create_task(
    loop: AbstractEventLoop, interrupt: type[BaseException]
) -> None:
    """SystemExit and KeyboardInterrupt of the eager part come out of create_task() itself.

    If this fails, look for an interrupt that is swallowed, or that stops the loop in place of
    going up through the creator.
    """
    log: list[str] = []

    async def exit_at_once() -> None:
        raise interrupt

    async def create() -> None:
        try:
            loop.create_task(exit_at_once())
        except interrupt:
            log.append("raised by create_task()")
        await turns()
        log.append("the creator went on")

    loop.set_exception_handler(lambda _loop, _report: None)  # nobody has the task to ask
    creator = loop.create_task(create())
    install_eager(loop)
    try:
        loop.run_until_complete(creator)
    except interrupt:
        log.append("raised by run_until_complete()")

    assert log == ["raised by create_task()", "the creator went on"], (
        f"{interrupt.__name__} in the eager part of a task led to {log}; expected create_task() "
        "to raise it, and its caller to be able to catch it and go on"
    )


@requirement(
    "task_factory.eager.current_task_swapped",
    api="loop.create_task",
    level="implied",
    since="3.12",
    doc=EAGER_TASK_FACTORY,
)
async def test_the_eager_part_has_the_task_as_current(loop: AbstractEventLoop) -> None:
    """In its eager part a task is the current one; then its creator is again, at any depth.

    If this fails, look for an eager step that does not register the task, or that does not
    put the creator back.
    """
    seen: list[object] = []
    made: dict[int, object] = {}
    creator = asyncio.current_task()

    async def descend(depth: int) -> None:
        seen.append(asyncio.current_task())
        if depth > 1:
            made[depth - 1] = loop.create_task(descend(depth - 1))
        seen.append(asyncio.current_task())

    install_eager(loop)
    made[3] = loop.create_task(descend(3))
    at_once, after = list(seen), asyncio.current_task()
    await turns()

    expected = [made.get(depth) for depth in (3, 2, 1, 1, 2, 3)]
    assert at_once == expected, (
        f"in three nested eager parts, current_task() was {at_once} before and after the "
        f"creation of the next; expected {expected}"
    )
    assert after is creator, (
        f"after create_task() with eager_task_factory, current_task() was {after!r}; "
        f"expected the creator again, {creator!r}"
    )


@requirement(
    "task_factory.eager.context",
    api="loop.create_task",
    level="implied",
    since="3.12",
    doc=EAGER_TASK_FACTORY,
)
@pytest.mark.parametrize("given", [True, False], ids=["context given", "no context given"])
async def test_the_eager_part_runs_in_the_task_s_context(
    loop: AbstractEventLoop, given: bool
) -> None:
    """The eager part runs in the context given, or in a copy of the creator's, never in that.

    If this fails, look for a first step that is taken without entering the task's context, or
    for a context that is dropped on its way to the factory.
    """
    seen: list[str] = []
    context = context_with("given")
    keywords: dict[str, Any] = {"context": context} if given else {}

    async def look_and_set() -> None:
        seen.append(MARK.get())
        MARK.set("the task's")

    MARK.set("the creator's")
    install_eager(loop)
    task = loop.create_task(look_and_set(), **keywords)
    at_once, after = list(seen), MARK.get()
    await task

    assert at_once == ["given" if given else "the creator's"], (
        f"the eager part of a task with {'a' if given else 'no'} context given saw the variable "
        f"as {at_once}; expected the value in {'that context' if given else 'its creator'}"
    )
    assert after == "the creator's", (
        f"after an eager part that set the variable, its creator saw {after!r}; "
        "expected the creator's own value"
    )
    left = context[MARK]
    assert left == ("the task's" if given else "given"), (
        f"after an eager part with {'a' if given else 'no'} context given, the variable in that "
        f"context was {left!r}; expected a change in the task's own context alone"
    )


@requirement(
    "task_factory.eager.name_visible_in_eager_step",
    api="loop.create_task",
    level="documented",
    since="3.14",
    doc="library/asyncio-eventloop.html#asyncio.loop.set_task_factory",
)
async def test_the_eager_part_sees_the_name(loop: AbstractEventLoop) -> None:
    """A name given to create_task() is on the task already in its eager part.

    If this fails, look for set_name() after the factory has returned.
    """
    seen: list[str] = []

    async def look() -> None:
        task = asyncio.current_task()
        seen.append("no task" if task is None else task.get_name())

    install_eager(loop)
    task = loop.create_task(look(), name="given")
    at_once = list(seen)
    await task

    assert at_once == ["given"], (
        f"the eager part of create_task(name='given') saw the names {at_once} on its task; "
        "expected 'given', once, before create_task() returned"
    )
