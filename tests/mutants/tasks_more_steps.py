"""Broken loops: the steps of tasks, and what can be seen of them."""

from __future__ import annotations

import asyncio
from typing import Any

from . import SoundLoop, mutant
from .tasks_more_parts import ShapedLoop, Steps


class _AnythingIsNone(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        return yielded if asyncio.isfuture(yielded) else None


@mutant(breaks="create_task.step.bad_yield", says="saw ['resumed']")
class AnythingIsNoneLoop(ShapedLoop):
    """Resumes a coroutine whatever it yields."""

    steps = _AnythingIsNone


class _ForgetsBadYield(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        if yielded is None or asyncio.isfuture(yielded):
            return yielded
        forever = self.loop.create_future()
        forever._asyncio_future_blocking = True
        return forever


@mutant(breaks="create_task.step.bad_yield", says="saw []")
class ForgetsBadYieldLoop(ShapedLoop):
    """Never resumes a coroutine that yields what it does not know."""

    steps = _ForgetsBadYield


class _BareYieldIsBad(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        if yielded is None:
            return self.throw(RuntimeError("Task got bad yield: None"))
        return yielded


@mutant(breaks="create_task.step.bare_yield", says="expected two turns that follow one another")
class BareYieldIsBadLoop(ShapedLoop):
    """Takes a bare yield for an error."""

    steps = _BareYieldIsBad


class _NeverGivesWay(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        return super().send(None) if yielded is None else yielded


@mutant(breaks="create_task.step.bare_yield", says="expected two turns that follow one another")
class NeverGivesWayLoop(ShapedLoop):
    """Resumes a coroutine on the spot when it gives way."""

    steps = _NeverGivesWay


class _WaitsForItself(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        if yielded is not None and yielded is asyncio.current_task(self.loop):
            return self.swap(yielded, self.loop.create_future())
        return yielded


@mutant(breaks="create_task.step.await_itself", says="expected RuntimeError there")
class WaitsForItselfLoop(ShapedLoop):
    """Lets a task wait for itself."""

    steps = _WaitsForItself


class _WaitsForStrangers(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        if asyncio.isfuture(yielded) and yielded.get_loop() is not self.loop:
            return self.swap(yielded, self.loop.create_future())
        return yielded


@mutant(breaks="create_task.step.foreign_loop_future", says="expected RuntimeError there")
class WaitsForStrangersLoop(ShapedLoop):
    """Waits for the future of another loop."""

    steps = _WaitsForStrangers


@mutant(breaks="create_task.step.foreign_loop_future", says="expected RuntimeError there")
@mutant(breaks="ensure_future.wrong_loop", says="raised nothing; expected ValueError")
class FuturesOfTheRunningLoop(SoundLoop):
    """Makes futures of the loop that is running, whichever loop was asked."""

    def create_future(self) -> asyncio.Future[Any]:
        """Bind to the running loop."""
        return asyncio.Future(loop=asyncio._get_running_loop() or self)


class _OwnFuturesOnly(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        if yielded is None or isinstance(yielded, asyncio.Future):
            return yielded
        return self.throw(RuntimeError(f"Task got bad yield: {yielded!r}"))


@mutant(breaks="create_task.step.duck_future_awaited", says="a future-like object saw")
class OwnFuturesOnlyLoop(ShapedLoop):
    """Waits only for instances of asyncio.Future."""

    steps = _OwnFuturesOnly


class _Relayed(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        if not self.awaits_another(yielded):
            return yielded
        relay = self.loop.create_future()
        yielded.add_done_callback(lambda _: relay.done() or relay.set_result(None))
        relay.add_done_callback(lambda _: relay.cancelled() and yielded.cancel())
        return self.swap(yielded, relay)


@mutant(
    breaks="create_task.call_graph",
    says="gave (task, awaited by)",
    since=(3, 14),
)
class RelayLoop(ShapedLoop):
    """Has tasks wait for a future of its own in place of what they await."""

    steps = _Relayed


@mutant(breaks="create_task.get_stack.suspended", says="expected ['suspended_here'] and none")
class WrappedCoroutineLoop(ShapedLoop):
    """Runs a wrapper around each coroutine."""

    def shape_task(self, coro: Any, **kwargs: Any) -> Any:
        """Wrap the coroutine."""

        async def wrapper() -> Any:
            return await coro

        return super().shape_task(wrapper(), **kwargs)
