"""asyncio.create_eager_task_factory(): factories for eager tasks of a class of one's own."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

from ..support.factories import expect_eager_factory_accepts
from ..support.requirement import requirement
from ..support.tasks import context_with, nothing
from ..support.turns import turns

CREATE_EAGER = "library/asyncio-task.html#asyncio.create_eager_task_factory"

create_eager_task_factory: Any = getattr(asyncio, "create_eager_task_factory", None)


@requirement(
    "task_factory.custom_eager.constructor_call",
    api="asyncio.create_eager_task_factory",
    level="documented",
    since="3.12",
    doc=CREATE_EAGER,
)
async def test_the_constructor_gets_the_loop_and_an_eager_start(loop: AbstractEventLoop) -> None:
    """create_task() calls the constructor with the coroutine, loop, context and eager_start=True.

    If this fails, look for eager_start=None or False, or a keyword unknown to the factory, in
    the call of the factory; the constructor's product is what create_task() returns.
    """
    calls: list[tuple[tuple[object, ...], dict[str, object]]] = []
    made: list[object] = []
    coro, context = nothing(), context_with("given")

    def construct(*args: Any, **keywords: Any) -> asyncio.Task[Any]:
        calls.append((args, keywords))
        task: asyncio.Task[Any] = asyncio.Task(*args, **keywords)
        made.append(task)
        return task

    loop.set_task_factory(create_eager_task_factory(construct))
    with expect_eager_factory_accepts():
        task = loop.create_task(coro, context=context)
    await task

    assert calls, "create_task() did not call the constructor of its factory; expected a call"
    args, keywords = calls[0]
    got = {name: keywords.get(name, "absent") for name in ("loop", "context", "eager_start")}
    assert args == (coro,), (
        f"create_task({coro!r}) called the constructor with {args}; expected that coroutine"
    )
    assert got == {"loop": loop, "context": context, "eager_start": True}, (
        f"create_task(context={context!r}) on {loop!r} called the constructor with {got}; "
        "expected that loop, that context, and eager_start=True"
    )
    assert task in made, f"create_task() returned {task!r}; expected the constructor's, {made}"


@requirement(
    "task_factory.custom_eager.subclass",
    api="asyncio.create_eager_task_factory",
    level="documented",
    since="3.12",
    doc=CREATE_EAGER,
)
async def test_eager_tasks_of_a_subclass(loop: AbstractEventLoop) -> None:
    """With create_eager_task_factory(OwnTask), create_task() returns eager instances of OwnTask.

    If this fails, look for asyncio.Task in the place of the constructor.
    """

    class OwnTask(asyncio.Task[Any]):
        pass

    loop.set_task_factory(create_eager_task_factory(OwnTask))
    with expect_eager_factory_accepts():
        finished, waiting = loop.create_task(nothing()), loop.create_task(turns(1))
    done_at_once = finished.done()
    await turns()

    assert (type(finished), type(waiting)) == (OwnTask, OwnTask), (
        f"create_task() returned {finished!r} and {waiting!r}; expected two OwnTask"
    )
    assert done_at_once, (
        "a task without a wait was pending when create_task() returned it; expected it to be done"
    )
    assert waiting.done(), (
        "a task that waits one turn was pending some turns later; expected the loop to finish it"
    )
