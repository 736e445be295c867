"""Task factories that checks install, and the arguments with which they make tasks.

A factory here accepts whatever keywords it is given, and its tasks heed name and
context alone. So a loop that passes too much or too little fails the checks of what
a factory is passed, and no others. `install_eager` does as much for asyncio's eager
factory, which accepts no others before Python 3.14 and is switched off by eager_start.
"""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .tasks import context_with, nothing
from .turns import turns

EAGER: Any = getattr(asyncio, "eager_task_factory", None)
"""asyncio.eager_task_factory. None before Python 3.12, where no check asks for it."""

COMBINATIONS = ((), ("name",), ("context",), ("name", "context"))
"""Which of its optional arguments create_task() is given."""


def make_task(
    loop: AbstractEventLoop,
    coro: Any,
    /,
    *,
    name: str | None = None,
    context: Any = None,
    **_ignored: object,
) -> asyncio.Task[Any]:
    """A task factory as the manual describes one."""
    return asyncio.Task(coro, loop=loop, name=name, context=context)


class RecordingFactory:
    """A task factory that writes down each call and keeps the tasks that it made.

    While `error` is set, a call is written down and then raises it.
    """

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.coros: list[object] = []
        self.keywords: list[dict[str, Any]] = []
        self.tasks: list[asyncio.Task[Any]] = []

    def __call__(
        self,
        loop: AbstractEventLoop,
        coro: Any,
        /,
        **keywords: Any,
    ) -> asyncio.Task[Any]:
        """Record the call, then make the task or raise `error`."""
        self.coros.append(coro)
        self.keywords.append(keywords)
        if self.error is not None:
            raise self.error
        task = make_task(loop, coro, **keywords)
        self.tasks.append(task)
        return task

    @property
    def last_keywords(self) -> dict[str, Any]:
        """The keywords of the last call. Raises AssertionError when there was no call."""
        assert self.keywords, (
            "create_task() did not call the installed task factory; expected a call"
        )
        return self.keywords[-1]


def install_eager(loop: AbstractEventLoop) -> None:
    """Install asyncio.eager_task_factory, so that one fault does not hide all else about it.

    A loop that calls factories with keywords that nobody gave fails
    `task_factory.eager.runs_synchronously` and the checks of the call. On such a loop,
    and on no other, the eager factory is installed behind one that drops them.
    """
    probe = RecordingFactory()
    loop.set_task_factory(probe)
    loop.create_task(nothing())
    loop.set_task_factory(None)
    assert probe.keywords, (
        "create_task() did not call a factory that was installed just before; expected a call, "
        "without which no factory makes eager tasks"
    )
    loop.set_task_factory(_eager_behind_a_shield if any(probe.keywords) else EAGER)


def _eager_behind_a_shield(
    loop: AbstractEventLoop,
    coro: Any,
    /,
    *,
    name: str | None = None,
    context: Any = None,
    **_ignored: object,
) -> asyncio.Task[Any]:
    task: asyncio.Task[Any] = EAGER(loop, coro, name=name, context=context)
    return task


@contextmanager
def expect_eager_factory_accepts() -> Iterator[None]:
    """Expect create_task(), in the block, to call asyncio's eager factory acceptably."""
    try:
        yield
    except TypeError as error:
        if "factory()" not in str(error):
            raise
        raise AssertionError(
            f"create_task() called asyncio's eager task factory such that {error}; "
            "expected keywords that the caller gave, and no others"
        ) from error


def arguments(names: tuple[str, ...]) -> dict[str, Any]:
    """Values for the named arguments of create_task(), a new context each time."""
    values = {"name": "given", "context": context_with("given")}
    return {name: values[name] for name in names}


def shown(names: tuple[str, ...]) -> str:
    """The call of create_task() with these arguments, for a message."""
    return f"create_task({', '.join(['coro', *(f'{name}=...' for name in names)])})"


async def turns_until(happened: Callable[[], object], at_most: int = 1000) -> None:
    """Let the loop turn until `happened()` is true, or that many times.

    For what comes by way of another thread or a hook, where no number of turns is
    promised: a loop on which it never comes fails in words, without a time limit.
    """
    for _ in range(at_most):
        if happened():
            return
        await turns(1)
