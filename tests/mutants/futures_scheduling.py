"""Mutants of futures: how they and the loop's call_soon() get on."""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import Any

from . import SoundLoop, mutant
from .futures_parts import Callback, CallbackFuture, FutureLoop


@mutant(
    breaks="future.callback.base_exception_propagates",
    says="raised nothing when a done callback raised SystemExit",
)
@mutant(
    breaks="future.callback.base_exception_propagates",
    says="raised nothing when a done callback raised KeyboardInterrupt",
)
class CatchesEverythingLoop(FutureLoop):
    """Catches everything that done callbacks raise."""

    class Future(CallbackFuture):
        """Guards its callbacks."""

        def schedule(self, callback: Callback, context: Context) -> None:
            """Wrap it."""

            def guarded(future: object) -> None:
                try:
                    callback(future)
                except BaseException as error:  # noqa: BLE001 - the fault
                    self.get_loop().call_exception_handler({"message": repr(error)})

            super().schedule(guarded, context)


@mutant(breaks="future.callback.base_exception_propagates", says="the next run ran []")
class AllInOneCallbackLoop(FutureLoop):
    """Calls all done callbacks from one; the one that raises is the last."""

    class Future(CallbackFuture):
        """Schedules itself."""

        def deliver(self, kept: list[tuple[Callback, Context]]) -> None:
            """Schedule one for all."""

            def call_all(_: object) -> None:
                for callback, context in kept:
                    context.run(callback, self)

            self.get_loop().call_soon(call_all, self)


@mutant(breaks="future.constructor_with_loop", says="unexpected keyword argument 'context'")
class NoContextCallSoonLoop(SoundLoop):
    """call_soon() has no context."""

    def call_soon(self, callback: Any, *args: Any) -> Any:  # type: ignore[override]  # the fault
        """Know no keyword."""
        return super().call_soon(callback, *args)


@mutant(breaks="future.constructor_with_loop", says="is not a future of this loop")
class OwnFuturesOnlyLoop(SoundLoop):
    """Runs only what it made itself."""

    def run_until_complete(self, future: Any) -> Any:
        """Refuse the rest."""
        if not asyncio.iscoroutine(future):
            raise TypeError(f"{future!r} is not a future of this loop")
        return super().run_until_complete(future)


@mutant(breaks="future.constructor_with_loop", says="a OwnFuture built with loop=loop was called")
@mutant(breaks="future.constructor_with_loop", says="a Future built with loop=loop was called")
class IgnoresStrangersLoop(SoundLoop):
    """Calls no done callbacks of futures that it did not make."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Drop them."""
        if args and isinstance(args[0], asyncio.Future) and not isinstance(args[0], asyncio.Task):
            return asyncio.Handle(callback, args, self)
        return super().call_soon(callback, *args, **options)


@mutant(breaks="future.schedules_on_overridden_call_soon", says="a done callback was scheduled wi")
@mutant(breaks="future.schedules_on_overridden_call_soon", says="a first step was scheduled with")
@mutant(breaks="future.schedules_on_overridden_call_soon", says="a wake-up of a task was schedule")
class BoundCallSoonLoop(SoundLoop):
    """Takes its call_soon() when it is made, past what a subclass says."""

    def __init__(self) -> None:
        super().__init__()
        self.__dict__["call_soon"] = super().call_soon


class CountingLoop(SoundLoop):
    """No mutant: counts what futures schedule in one turn."""

    count = 0

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Begin to count anew with each turn."""
        if not (args and isinstance(args[0], asyncio.Future)):
            return super().call_soon(callback, *args, **options)
        if self.count == 0:
            super().call_soon(setattr, self, "count", 0)
        self.count += 1
        return self.schedule(self.count, callback, *args, **options)

    def schedule(self, count: int, callback: Any, *args: Any, **options: Any) -> Any:
        """Schedule the callback with that number. For mutants to override."""
        raise NotImplementedError


@mutant(breaks="future.callback.many_futures_one_iteration", says="called 256 done callbacks")
class FullQueueLoop(CountingLoop):
    """Loses what goes beyond 256 callbacks in one turn."""

    def schedule(self, count: int, callback: Any, *args: Any, **options: Any) -> Any:
        """Drop what is too much."""
        if count > 256:
            return asyncio.Handle(callback, args, self)
        return super(CountingLoop, self).call_soon(callback, *args, **options)


@mutant(breaks="future.callback.many_futures_one_iteration", says="the done callbacks ran beyond")
class ShortTurnsLoop(CountingLoop):
    """Runs up to 256 callbacks of futures in a turn, and the others in the next."""

    def schedule(self, count: int, callback: Any, *args: Any, **options: Any) -> Any:
        """Put off what is too much."""
        later = super(CountingLoop, self).call_soon
        if count > 256:
            return later(lambda: later(callback, *args, **options))
        return later(callback, *args, **options)


@mutant(breaks="future.callback.many_futures_one_iteration", says="300 done callbacks, in the")
class BatchesLoop(CountingLoop):
    """Serves the callbacks of futures newest first within each turn."""

    def __init__(self) -> None:
        self.held: list[Any] = []
        super().__init__()

    def schedule(self, count: int, callback: Any, *args: Any, **options: Any) -> Any:  # noqa: ARG002 - the fault
        """Take a place in the queue, for whichever callback is the newest."""
        self.held.append((callback, args))
        return super(CountingLoop, self).call_soon(self._run_newest, **options)

    def _run_newest(self) -> None:
        callback, args = self.held.pop()
        callback(*args)
