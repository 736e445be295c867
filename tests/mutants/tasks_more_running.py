"""Broken loops: asyncio.create_task() and asyncio.ensure_future()."""

from __future__ import annotations

import asyncio
from typing import Any

from . import SoundLoop, mutant
from .tasks_more_parts import ShapedLoop, Steps


class _NotRegistered(Steps):
    def send(self, value: Any) -> Any:
        asyncio._set_running_loop(None)
        try:
            return super().send(value)
        finally:
            asyncio._set_running_loop(self.loop)


@mutant(breaks="asyncio.create_task.uses_running_loop", says="no running event loop")
class NotRegisteredLoop(ShapedLoop):
    """Runs tasks without being registered as the running loop."""

    steps = _NotRegistered


class _Wrapper:
    """An object that stands before a loop, and makes tasks of its own."""

    def __init__(self, loop: Any) -> None:
        self.loop = loop

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loop, name)

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        return asyncio.Task(coro, loop=self.loop, **kwargs)


class _WrapperRegistered(Steps):
    def send(self, value: Any) -> Any:
        asyncio._set_running_loop(_Wrapper(self.loop))  # type: ignore[arg-type]  # the fault
        try:
            return super().send(value)
        finally:
            asyncio._set_running_loop(self.loop)


@mutant(
    breaks="asyncio.create_task.uses_running_loop", says="had its task factory make tasks of []"
)
class WrapperRegisteredLoop(ShapedLoop):
    """Registers a wrapper as the running loop."""

    steps = _WrapperRegistered


@mutant(breaks="asyncio.create_task.no_running_loop", says="'after the run': 'a task'")
class StaysRegisteredLoop(SoundLoop):
    """Stays registered as the running loop after its run."""

    def run_forever(self) -> None:
        """Run, and register once more."""
        asyncio._set_running_loop(None)
        super().run_forever()
        asyncio._set_running_loop(self)

    def close(self) -> None:
        """Let go at last."""
        asyncio._set_running_loop(None)
        super().close()


@mutant(breaks="asyncio.create_task.name_and_context", says="unexpected keyword argument 'context'")
class NoContextLoop(SoundLoop):
    """Has the create_task() of Python 3.10, without context."""

    def create_task(self, coro: Any, *, name: Any = None) -> Any:  # type: ignore[override]  # the fault
        """Know one keyword only."""
        return super().create_task(coro, name=name)


@mutant(breaks="asyncio.create_task.name_and_context", says="expected 'n' and", since=(3, 13))
class NamelessLoop(SoundLoop):
    """Takes a name and forgets it."""

    def create_task(self, coro: Any, *, name: Any = None, **kwargs: Any) -> Any:  # noqa: ARG002 - the fault
        """Drop the name."""
        return super().create_task(coro, **kwargs)


@mutant(breaks="ensure_future.coroutine", says="create_task() needs a running loop")
class NeedsRunningLoop(SoundLoop):
    """Makes tasks only while it runs."""

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Insist on a running loop."""
        if not self.is_running():
            raise RuntimeError("create_task() needs a running loop")
        return super().create_task(coro, **kwargs)

    def run_until_complete(self, future: Any) -> Any:
        """Make its own task the moment it runs."""
        if not asyncio.iscoroutine(future):
            return super().run_until_complete(future)
        return super().run_until_complete(asyncio.Task(future, loop=self))


class _Opaque:
    """A future in a wrapper that asyncio.isfuture() does not see through."""

    def __init__(self, future: Any) -> None:
        self.future = future

    def __getattr__(self, name: str) -> Any:
        return getattr(self.future, name)

    def __await__(self) -> Any:
        return self.future.__await__()


@mutant(breaks="ensure_future.future_identity", says="ensure_future(future of the loop, loop=loop)")
class OpaqueFutureLoop(SoundLoop):
    """Makes futures that asyncio does not know for futures."""

    def create_future(self) -> Any:
        """Wrap a future."""
        return _Opaque(super().create_future())


class _InnerLoopFuture(asyncio.Future[Any]):
    def get_loop(self) -> Any:
        return _Wrapper(super().get_loop())


@mutant(breaks="ensure_future.future_identity", says="raised ValueError")
class InnerLoopFutureLoop(SoundLoop):
    """Makes futures that name an inner loop as theirs."""

    def create_future(self) -> asyncio.Future[Any]:
        """Make a future of the inner loop."""
        return _InnerLoopFuture(loop=self)


@mutant(breaks="ensure_future.awaitable", says="run_until_complete(awaitable) raised TypeError")
class CoroutinesOnlyLoop(SoundLoop):
    """Runs coroutines and futures, no other awaitable."""

    def run_until_complete(self, future: Any) -> Any:
        """Refuse the rest."""
        if not asyncio.iscoroutine(future) and not asyncio.isfuture(future):
            raise TypeError(f"{future!r} is neither a coroutine nor a future")
        return super().run_until_complete(future)
