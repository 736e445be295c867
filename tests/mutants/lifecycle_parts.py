"""What mutants of runs are built from; no mutant itself."""

from __future__ import annotations

from asyncio import Handle
from contextvars import Context, copy_context
from typing import Any

from . import SoundLoop


class Interrupts(SoundLoop):
    """Sees KeyboardInterrupt and SystemExit of callbacks before the loop does."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Handle:
        """Watch the callback."""
        return super().call_soon(self.watch, callback, args, context=context)

    def call_at(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, when: float, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        """Watch the timer."""
        return super().call_at(when, self.watch, callback, args, context=context)

    def watch(self, callback: Any, args: tuple[Any, ...]) -> None:
        """Run a callback."""
        try:
            callback(*args)
        except (KeyboardInterrupt, SystemExit) as error:
            self.interrupted(error, callback, args)

    def interrupted(self, error: BaseException, *_called: Any) -> None:
        """Deal with what the callback raised. For mutants to override."""
        raise error


class Turns(SoundLoop):
    """Keeps a ready queue of its own, which a mutant can cut, and works it off in turns.

    The sound loop only turns: one callback of its own runs a batch of this queue.
    """

    def __init__(self) -> None:
        self.ready: list[Waiting] = []
        self.turning = False
        super().__init__()

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Handle:
        """Queue the callback here."""
        waiting = Waiting(callback, args, self, context)
        self.ready.append(waiting)
        if not self.turning:
            self.turning = True
            super().call_soon(self._turn)
        return waiting

    def _turn(self) -> None:
        self.turning = False
        batch = self.take()
        if self.ready:
            self.turning = True
            super().call_soon(self._turn)
        self.work_off(batch)

    def take(self) -> list[Waiting]:
        """Remove the callbacks of this turn. For mutants to override."""
        batch, self.ready = self.ready, []
        return batch

    def work_off(self, batch: list[Waiting]) -> None:
        """Run the callbacks of this turn; an exception keeps the rest. For mutants."""
        while batch:
            try:
                batch.pop(0).run()
            except BaseException:
                self.put_back(batch)
                raise

    def put_back(self, batch: list[Waiting]) -> None:
        """Have these callbacks run first in the next turn."""
        self.ready[:0] = batch
        if self.ready and not self.turning:
            self.turning = True
            super().call_soon(self._turn)

    def run_forever(self) -> None:
        """Run, and tell that the run has ended."""
        try:
            super().run_forever()
        finally:
            self.ended()

    def run_until_complete(self, future: Any) -> Any:
        """Run, and tell that the run has ended."""
        try:
            return super().run_until_complete(future)
        finally:
            self.ended()

    def ended(self) -> None:
        """Tidy up after a run; may be called twice. For mutants to override."""


class Waiting(Handle):
    """A callback of a loop that keeps its own queue."""

    __slots__ = ("args", "callback", "place")

    def __init__(
        self, callback: Any, args: tuple[Any, ...], loop: Any, context: Context | None
    ) -> None:
        super().__init__(callback, args, loop, context)
        self.callback, self.args = callback, args
        self.place = copy_context() if context is None else context

    def run(self) -> None:
        """Run, unless cancelled."""
        if not self.cancelled():
            self.place.run(self.callback, *self.args)


class EarlyStops(SoundLoop):
    """Keeps a stop() that comes before a run apart, and knows the timers and readers."""

    def __init__(self) -> None:
        self.early = False
        self.timers: list[tuple[float, Any, tuple[Any, ...]]] = []
        self.readers: dict[Any, tuple[Any, ...]] = {}
        super().__init__()

    def call_later(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, delay: float, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        """Take note of the timer."""
        self.timers.append((self.time() + delay, callback, args))
        return super().call_later(delay, callback, *args, context=context)

    def add_reader(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, fd: Any, callback: Any, *args: Any
    ) -> None:
        """Take note of the reader."""
        self.readers[fd] = (callback, *args)
        super().add_reader(fd, callback, *args)

    def stop(self) -> None:
        """Keep what was asked for before the run."""
        if self.is_running():
            super().stop()
        else:
            self.early = True

    def run_forever(self) -> None:
        """Run; after a stop() in the way of the mutant."""
        early, self.early = self.early, False
        if early:
            self.run_stopped()
        else:
            super().run_forever()

    def run_stopped(self) -> None:
        """Run after a stop(). For mutants to override."""
        super().stop()
        super().run_forever()
