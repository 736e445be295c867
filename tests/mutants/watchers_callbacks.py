"""Loops that are wrong about failing callbacks, their context, and what is watched when."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import Any

from . import SoundLoop, mutant
from .watchers_parts import Callback, Ts, Watching


@mutant(
    breaks="watchers.callback.error_is_reported_and_watch_survives",
    says="expected the watch to go on",
)
class ErrorsEndTheWatch(Watching):
    """Removes a watch whose callback fails."""

    def instead(self, way: str, fd: Any, callback: Callback) -> Callback:
        """Remove it."""

        def call(*args: Any) -> None:
            try:
                callback(*args)
            except Exception:
                self.forget(way, fd)
                raise

        return call


@mutant(breaks="watchers.callback.error_is_reported_and_watch_survives", says="expected that error")
class SwallowsErrors(Watching):
    """Keeps what callbacks raise to itself."""

    def instead(self, way: str, fd: Any, callback: Callback) -> Callback:  # noqa: ARG002 - the base's form
        """Swallow it."""

        def call(*args: Any) -> object:
            try:
                return callback(*args)
            except Exception:  # noqa: BLE001 - that is the fault
                return None

        return call


@mutant(
    breaks="watchers.callback.runs_in_registration_context",
    says="expected its value of the registration",
)
class CallsInTheBaseContext(Watching):
    """Has one context for all callbacks."""

    def __init__(self) -> None:
        super().__init__()
        self.base = contextvars.Context()

    def instead(self, way: str, fd: Any, callback: Callback) -> Callback:  # noqa: ARG002 - the base's form
        """Use it."""
        return lambda *args: self.base.run(callback, *args)


@mutant(
    breaks="watchers.callback.runs_in_registration_context",
    says="expected its value of the registration",
)
class CallsInTheContextOfTheRun(Watching):
    """Runs callbacks in whatever context is current when they are ready."""

    def instead(self, way: str, fd: Any, callback: Callback) -> Callback:  # noqa: ARG002 - the base's form
        """Enter a new one."""
        return lambda *args: contextvars.Context().run(callback, *args)


@mutant(breaks="watchers.callback.many_descriptors", says="expected all of them")
class ForgetsTheRest(Watching):
    """Has room for so many descriptors and drops what is beyond."""

    room = 32

    def instead(self, way: str, fd: Any, callback: Callback) -> Callback:
        """Serve no more than there is room for."""
        self.room -= 1
        return callback if self.room >= 0 else lambda *_: self.forget(way, fd)


@mutant(breaks="watchers.callback.wakes_idle_loop", says="expected the data to wake the loop")
class LooksNowAndThen(SoundLoop):
    """Begins to look at a descriptor at the next tick of a slow timer."""

    def add_reader(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> None:
        """Wait for the tick."""
        self.call_later(3, super().add_reader, fd, callback, *args)


@mutant(
    breaks="watchers.runs.added_to_stopped_loop",
    says="add_reader() on a stopped loop led to 0 calls",
)
@mutant(
    breaks="watchers.runs.added_to_stopped_loop",
    says="add_writer() on a stopped loop led to 0 calls",
)
class HasNoSelectorYet(Watching):
    """Makes its selector when it is run."""

    def instead(self, way: str, fd: Any, callback: Callback) -> Callback:
        """Forget what was added before."""
        return callback if self.is_running() else lambda *_: self.forget(way, fd)


@mutant(breaks="watchers.runs.added_to_stopped_loop", says="led to 1 calls before the run")
class CallsWhenStopped(SoundLoop):
    """Has no queue to put a call in while it is stopped."""

    def add_writer(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> None:
        """Call it."""
        if not self.is_running():
            callback(*args)
        super().add_writer(fd, callback, *args)


@mutant(breaks="watchers.runs.kept_between_runs", says="in the next run: False")
class ClearsUpAfterARun(Watching):
    """Drops all watches at the end of a run."""

    def __init__(self) -> None:
        super().__init__()
        self.watched: list[tuple[str, Any]] = []

    def instead(self, way: str, fd: Any, callback: Callback) -> Callback:
        """Keep it in mind."""
        self.watched.append((way, fd))
        return callback

    def run_until_complete(self, future: Any) -> Any:
        """Drop them."""
        try:
            return super().run_until_complete(future)
        finally:
            for way, fd in self.watched:
                self.forget(way, fd)


@mutant(breaks="watchers.returns_none", says="expected None")
class ReturnsTheCallback(Watching):
    """Returns what it keeps for a watch."""

    def add_reader(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> Any:
        """Return it."""
        super().add_reader(fd, callback, *args)
        return callback

    def add_writer(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> Any:
        """Return it."""
        super().add_writer(fd, callback, *args)
        return callback
