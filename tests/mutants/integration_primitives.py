"""Broken loops: under locks, events, conditions, semaphores, barriers and queues."""

from __future__ import annotations

import asyncio
from asyncio import Handle
from collections.abc import Callable
from contextvars import Context
from typing import Any, ClassVar

from . import SoundLoop, mutant
from .integration_runner import Proxy, RegisteredAs
from .task_steps import StepLoop
from .tasks_more_parts import ShapedLoop


@mutant(breaks="lock.fifo_on_loop", says="entered and left it as [1, 2, 3, 4, 1, 2, 3, 4]")
class SharedFutureLoop(SoundLoop):
    """Hands out a future again while it is pending."""

    latest: asyncio.Future[Any] | None = None

    def create_future(self) -> asyncio.Future[Any]:
        """Look at the last one."""
        if self.latest is None or self.latest.done():
            self.latest = super().create_future()
        return self.latest


class _Stacked(asyncio.Future[Any]):
    pending: ClassVar[list[Any]] = []

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.pending.append(self)

    def set_result(self, value: Any) -> None:
        loop = self.get_loop()
        waiting = [f for f in self.pending if not f.done() and f.get_loop() is loop]
        self.pending[:] = waiting
        super(_Stacked, waiting[-1]).set_result(value)


@mutant(breaks="lock.fifo_on_loop", says="expected [1, 1, 2, 2, 3, 3, 4, 4]")
class NewestFutureFirstLoop(SoundLoop):
    """Completes the newest future instead of the one that was meant."""

    def create_future(self) -> asyncio.Future[Any]:
        """Make one."""
        return _Stacked(loop=self)


@mutant(breaks="event_condition_semaphore.on_loop", says="It was [1]; expected [3]")
@mutant(breaks="barrier.on_loop", says="tasks had passed; expected [0, 0, 3]")
class OneWakeUpATurnLoop(StepLoop):
    """Merges the wake-ups of one turn."""

    woken = False

    def schedule_step(
        self, callback: Callable[..., object], args: tuple[Any, ...], context: Context
    ) -> Handle:
        """Lose a second one."""
        if not args:
            return super().schedule_step(callback, args, context)
        if self.woken:
            return super().schedule_step(bool, (), context)
        self.woken = True
        super().schedule_step(self._next_turn, (), context)
        return super().schedule_step(callback, args, context)

    def _next_turn(self) -> None:
        self.woken = False


class _SetsTwice(asyncio.Future[Any]):
    def set_result(self, value: Any) -> None:
        """Complete the neighbour too."""
        loop: Any = self.get_loop()
        super().set_result(value)
        for future in loop.made:
            if not future.done():
                super(_SetsTwice, future).set_result(value)


@mutant(breaks="event_condition_semaphore.on_loop", says="It was [3, 3]; expected [2, 3]")
class WakesEverybodyLoop(SoundLoop):
    """Completes all futures with one of them, where conditions wait."""

    def __init__(self) -> None:
        self.made: list[_SetsTwice] = []
        super().__init__()

    def create_future(self) -> asyncio.Future[Any]:
        """Make one."""
        future = _SetsTwice(loop=self)
        self.made = [f for f in self.made if not f.done()]
        self.made.append(future)
        return future


@mutant(breaks="queue.producer_consumer", says="expected all of them in order")
class LosesSomeWakeUpsLoop(StepLoop):
    """Loses every seventh wake-up of a task."""

    made = 0

    def schedule_step(
        self, callback: Callable[..., object], args: tuple[Any, ...], context: Context
    ) -> Handle:
        """Lose it."""
        self.made += bool(args)
        if args and self.made % 7 == 0:
            return super().schedule_step(bool, (), context)
        return super().schedule_step(callback, args, context)


class _AsTheOne(RegisteredAs):
    one: ClassVar[Any] = Proxy(None)

    def stand_in(self) -> Any:
        self.one.loop = self.loop
        return self.one


@mutant(
    breaks="primitives.bound_to_one_loop",
    says="in another loop raised nothing; expected RuntimeError",
)
class OneProxyLoop(ShapedLoop):
    """Registers one wrapper as the running loop, whichever loop it is that runs."""

    steps = _AsTheOne
