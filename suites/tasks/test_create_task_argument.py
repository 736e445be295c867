"""create_task(): what it accepts as a coroutine, and how it refuses the rest."""

from __future__ import annotations

import asyncio
import gc
from asyncio import AbstractEventLoop
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextvars import copy_context
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.tasks import expect_accepted, expect_tasks_run, nothing, outcome, returning
from ..support.turns import run_turns


async def numbers() -> AsyncGenerator[int, None]:
    """An asynchronous generator, which is no coroutine either."""
    yield 1


NOT_COROUTINES: dict[str, Callable[[], Any]] = {
    "none": lambda: None,
    "number": lambda: 1,
    "object": object,
    "list": list,
    "plain_function": lambda: lambda: None,
    "coroutine_function": lambda: nothing,
    "async_generator": numbers,
}


@requirement(
    "create_task.argument.non_coroutine_type_error",
    api="loop.create_task",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("kind", NOT_COROUTINES)
def test_what_is_no_coroutine_is_refused(loop: AbstractEventLoop, kind: str) -> None:
    """create_task() raises TypeError at once for what is no coroutine object.

    If this fails, look for a create_task() that calls what is callable, or that leaves
    the refusal to the first step of the task.
    """
    thing = NOT_COROUTINES[kind]()
    expect_tasks_run(loop)

    with expect_raises(TypeError, f"create_task({thing!r})"):
        loop.create_task(thing)


@requirement(
    "create_task.argument.future_type_error",
    api="loop.create_task",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("kind", ["future", "task"])
def test_a_future_is_refused(loop: AbstractEventLoop, kind: str) -> None:
    """create_task() raises TypeError for a Future or a Task, and leaves it as it was.

    If this fails, look for a create_task() that goes through ensure_future(), or that
    awaits the future in a coroutine of its own.
    """
    gate = loop.create_future()

    async def waiting() -> None:
        await gate

    waiter = loop.create_task(waiting())
    run_turns(loop)
    with expect_raises(TypeError, f"create_task() with a {kind}"):
        loop.create_task(gate if kind == "future" else waiter)  # type: ignore[arg-type]  # wrong on purpose

    run_turns(loop)
    touched = [future for future in (gate, waiter) if future.done()]
    assert touched == [], f"create_task() with a {kind} finished {touched}; expected it pending"
    gate.set_result(None)
    run_turns(loop)
    assert waiter.done(), "the task did not finish after what it awaited; expected it untouched"


class Awaitable:
    """Has __await__(), and nothing else of a coroutine."""

    def __await__(self) -> Generator[Any, None, str]:
        return returning("awaited").__await__()


@requirement(
    "create_task.argument.awaitable_type_error",
    api="loop.create_task",
    level="implied",
    since="3.11",
)
def test_a_mere_awaitable_is_refused(loop: AbstractEventLoop) -> None:
    """create_task() raises TypeError for an object that is awaitable but no coroutine.

    ensure_future() is the call that accepts it. If this fails, look for a create_task()
    that asks for __await__(), or that wraps what it is given.
    """
    wrapped = asyncio.ensure_future(Awaitable(), loop=loop)
    run_turns(loop)
    control = outcome(wrapped)
    assert control == "awaited", f"ensure_future() came to {control!r}; expected it to work"

    with expect_raises(TypeError, "create_task() with an object that has __await__()"):
        loop.create_task(Awaitable())  # type: ignore[arg-type]  # wrong on purpose


@requirement(
    "create_task.argument.generator_type_error",
    api="loop.create_task",
    level="documented",
    since="3.12",
    doc="whatsnew/3.12.html#asyncio",
)
def test_a_generator_is_refused(loop: AbstractEventLoop) -> None:
    """create_task() raises TypeError for a generator, which is a coroutine no longer.

    If this fails, look for a test for generators that is left from Python 3.11.
    """
    generator: Any = (number for number in [1])
    expect_tasks_run(loop)

    with expect_raises(TypeError, "create_task() with a generator"):
        loop.create_task(generator)


class Compiled(Coroutine[Any, Any, object]):
    """A coroutine that is no native one, such as compilers of Python make them."""

    def __init__(self, inner: Coroutine[Any, Any, object]) -> None:
        self._inner = inner

    def __await__(self) -> Generator[Any, Any, object]:
        return self._inner.__await__()

    def send(self, value: Any) -> Any:
        """Resume the inner coroutine."""
        return self._inner.send(value)

    def throw(self, *error: Any) -> Any:
        """Raise in the inner coroutine."""
        return self._inner.throw(*error)

    def close(self) -> None:
        """Close the inner coroutine."""
        self._inner.close()


@requirement(
    "create_task.argument.coroutine_abc_accepted",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.iscoroutine",
)
def test_any_implementation_of_coroutine_is_accepted(loop: AbstractEventLoop) -> None:
    """create_task() accepts any object for which asyncio.iscoroutine() is true.

    If this fails, look for a test with inspect.iscoroutine() or types.CoroutineType,
    which know native coroutines only.
    """
    answer = object()
    compiled = Compiled(returning(answer))

    with expect_accepted("create_task() with an object derived from collections.abc.Coroutine"):
        task = loop.create_task(compiled)
    run_turns(loop)

    found = outcome(task)
    assert found is answer, (
        f"a task made of an object derived from collections.abc.Coroutine came to {found!r}; "
        "expected its result"
    )


@requirement(
    "create_task.argument.error_leaves_no_task",
    api="loop.create_task",
    level="implied",
    since="3.11",
)
def test_a_refused_argument_leaves_no_task(loop: AbstractEventLoop) -> None:
    """A refused argument leaves no task registered, and nothing for the exception handler.

    If this fails, look for a task that is registered, or scheduled, before its coroutine
    is looked at.
    """
    reported: list[object] = []
    loop.set_exception_handler(lambda _, context: reported.append(context.get("message")))
    expect_tasks_run(loop)

    with expect_raises(TypeError, "create_task(None)") as caught:
        loop.create_task(None)  # type: ignore[arg-type]  # wrong on purpose
    del caught
    run_turns(loop)
    left = asyncio.all_tasks(loop)
    count = len(left)
    del left
    gc.collect()
    run_turns(loop)

    assert count == 0, (
        f"create_task(None) raised TypeError and left {count} tasks in all_tasks(); expected none"
    )
    assert reported == [], (
        f"create_task(None) raised TypeError and brought {reported} to the exception handler; "
        "expected nothing"
    )


@requirement(
    "create_task.argument.coroutine_positional_only_one",
    api="loop.create_task",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("second", ["worker-7", copy_context()], ids=["name", "context"])
def test_a_second_positional_argument_is_refused(loop: AbstractEventLoop, second: Any) -> None:
    """All that follows the coroutine is keyword-only: a second positional raises TypeError.

    If this fails, look for a signature without the `*` after the coroutine.
    """
    ran: list[str] = []

    async def body() -> None:
        ran.append("body")

    expect_tasks_run(loop)
    coroutine = body()
    with expect_raises(TypeError, f"create_task(coroutine, {second!r})"):
        loop.create_task(coroutine, second)  # type: ignore[call-arg]  # wrong on purpose
    run_turns(loop)
    coroutine.close()

    assert ran == [], f"a refused create_task() ran {ran} of the coroutine; expected nothing of it"


@requirement(
    "create_task.argument.unknown_keyword",
    api="loop.create_task",
    level="implied",
    since="3.11",
)
def test_an_unknown_keyword_is_refused(loop: AbstractEventLoop) -> None:
    """A keyword that asyncio.Task does not know raises TypeError.

    If this fails, look for **kwargs in the signature of create_task() that are not
    passed on.
    """
    ran: list[str] = []

    async def body() -> None:
        ran.append("body")

    expect_tasks_run(loop)
    coroutine = body()
    with expect_raises(TypeError, "create_task(coroutine, no_such_option=1)"):
        loop.create_task(coroutine, no_such_option=1)  # type: ignore[call-arg]  # wrong on purpose
    run_turns(loop)
    coroutine.close()

    assert ran == [], f"a refused create_task() ran {ran} of the coroutine; expected nothing of it"
