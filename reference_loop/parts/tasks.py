"""Creating futures and tasks.

Which keywords a task factory gets has changed: until Python 3.13.3 it is called with
(loop, coro), and with context= where one was given, and the loop names the task
afterwards; since then it gets every keyword that create_task() was given, and no other.

Source: library/asyncio-eventloop.html#creating-futures-and-tasks
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

T = TypeVar("T")
FACTORY_GETS_ALL_KEYWORDS = sys.version_info >= (3, 13, 3)


def create_future(loop: ReferenceLoop) -> asyncio.Future[Any]:
    """A new future of this loop."""
    return asyncio.Future(loop=loop)


def create_task(
    loop: ReferenceLoop, coro: Coroutine[Any, Any, T] | Generator[Any, None, T], **options: Any
) -> asyncio.Task[T]:
    """Wrap a coroutine in a task, or in what the task factory makes of it.

    `options`: name, context, and since Python 3.14 eager_start. Raises RuntimeError on
    a closed loop; TypeError for no coroutine or an option that is unknown.
    """
    loop.kernel.expect_open()
    if loop.task_factory is None:
        return asyncio.Task(coro, loop=loop, **options)
    if FACTORY_GETS_ALL_KEYWORDS:
        return cast("asyncio.Task[T]", loop.task_factory(loop, coro, **options))
    return cast("asyncio.Task[T]", with_keywords_of_old(loop.task_factory, loop, coro, **options))


def with_keywords_of_old(
    factory: Callable[..., Any],
    loop: ReferenceLoop,
    coro: Any,
    *,
    name: str | None = None,
    context: Any = None,
) -> Any:
    """Call a task factory as Python 3.13.2 and earlier do, and name what it returns."""
    task = factory(loop, coro) if context is None else factory(loop, coro, context=context)
    if name is not None and hasattr(task, "set_name"):
        task.set_name(name)
    return task


def set_task_factory(loop: ReferenceLoop, factory: Callable[..., Any] | None) -> None:
    """Let create_task() call `factory`; None for tasks of asyncio's own class.

    Raises TypeError for what is neither None nor callable.
    """
    if factory is not None and not callable(factory):
        raise TypeError(
            f"the task factory {factory!r} can't be called; expected a callable or None"
        )
    loop.task_factory = factory


def get_task_factory(loop: ReferenceLoop) -> Callable[..., Any] | None:
    """What set_task_factory() was given last."""
    return loop.task_factory
