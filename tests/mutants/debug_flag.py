"""Mutants of debug mode: who turns it on, and what else it changes."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from contextvars import Context
from typing import Any

from . import SoundLoop, mutant

VARIABLE = "PYTHONASYNCIODEBUG"


class DecidingLoop(SoundLoop):
    """No mutant: decides in its own way whether a new loop is in debug mode."""

    def __init__(self) -> None:
        super().__init__()
        self.set_debug(self.decide())

    def decide(self) -> bool:
        """Whether it is. For mutants to override."""
        return False


@mutant(breaks="debug.default_false", says="returned True; expected False")
class DebugByDefaultLoop(DecidingLoop):
    """Debug mode is the default."""

    def decide(self) -> bool:
        """Always."""
        return True


@mutant(breaks="debug.default_false", says="PYTHONASYNCIODEBUG empty, returned True")
class EmptyIsSetLoop(DecidingLoop):
    """Any value of the variable counts, the empty one too."""

    def decide(self) -> bool:
        """Ask whether it is there."""
        return VARIABLE in os.environ


@mutant(breaks="debug.default_false", says="returned 0; expected False")
class NumberForAFlagLoop(SoundLoop):
    """get_debug() returns a number."""

    def get_debug(self) -> Any:
        """0 or 1."""
        return int(super().get_debug())


@mutant(breaks="debug.env_variable", says="with PYTHONASYNCIODEBUG=1, returned False")
class IgnoresTheVariableLoop(DecidingLoop):
    """The variable is never read."""

    def decide(self) -> bool:
        """Ask for development mode alone."""
        return sys.flags.dev_mode


@mutant(breaks="debug.env_variable_ignored_with_E", says="under python -E")
class ReadsTheVariableAnywayLoop(DecidingLoop):
    """The variable is read under -E too."""

    def decide(self) -> bool:
        """Read it."""
        return sys.flags.dev_mode or bool(os.environ.get(VARIABLE))


@mutant(breaks="debug.dev_mode", says="under python -X dev, returned False")
class IgnoresDevelopmentModeLoop(DecidingLoop):
    """Development mode has no effect."""

    def decide(self) -> bool:
        """Ask for the variable alone."""
        return not sys.flags.ignore_environment and bool(os.environ.get(VARIABLE))


@mutant(breaks="debug.set_get_roundtrip", says="running, made get_debug() return")
class FromTheNextRunLoop(SoundLoop):
    """set_debug() takes effect with the next run."""

    wanted: bool | None = None

    def set_debug(self, enabled: bool) -> None:
        """Put it off while the loop runs."""
        if self.is_running():
            self.wanted = enabled
        else:
            super().set_debug(enabled)

    def run_forever(self) -> None:
        """Take it up."""
        if self.wanted is not None:
            super().set_debug(self.wanted)
        super().run_forever()


@mutant(breaks="debug.set_get_roundtrip", says="expected the same")
@mutant(breaks="debug.set_get_roundtrip", says="beside another loop, made get_debug() return")
class OneFlagForAllLoop(SoundLoop):
    """All loops share one flag."""

    def set_debug(self, enabled: bool) -> None:
        """Keep it on the class, too."""
        super().set_debug(enabled)
        OneFlagForAllLoop.flag = enabled

    def get_debug(self) -> bool:
        """Look there."""
        return OneFlagForAllLoop.flag

    flag = False


def run(callback: Callable[..., object], args: tuple[Any, ...]) -> None:
    """Call a callback: what debug mode's own way of running it comes to."""
    callback(*args)


class OwnWayLoop(SoundLoop):
    """No mutant: schedules callbacks in a mutant's own way while in debug mode."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        """Part the ways."""
        if self.get_debug():
            return self.call_in_debug(callback, args, context)
        return super().call_soon(callback, *args, context=context)

    def call_in_debug(
        self, callback: Any, args: tuple[Any, ...], context: Context | None
    ) -> asyncio.Handle:
        """Schedule. For mutants to override."""
        return super().call_soon(callback, *args, context=context)


@mutant(breaks="debug.everything_still_works", says="the scene of contexts came to")
class DebugDropsContextsLoop(OwnWayLoop):
    """The wrapper of debug mode drops the context."""

    def call_in_debug(
        self, callback: Any, args: tuple[Any, ...], _: Context | None
    ) -> asyncio.Handle:
        """Wrap."""
        return super().call_in_debug(run, (callback, args), None)


@mutant(breaks="debug.everything_still_works", says="the scene of cancellation came to")
class DebugForgetsCancellationLoop(OwnWayLoop):
    """Debug mode hands out another handle than the one that it runs."""

    def call_in_debug(
        self, callback: Any, args: tuple[Any, ...], context: Context | None
    ) -> asyncio.Handle:
        """Make a second one."""
        super().call_in_debug(callback, args, context)
        return asyncio.Handle(callback, args, self, context)


@mutant(breaks="debug.everything_still_works", says="the scene of errors came to")
class DebugHidesErrorsLoop(OwnWayLoop):
    """The timing code of debug mode fails where a callback has failed."""

    def call_in_debug(
        self, callback: Any, args: tuple[Any, ...], context: Context | None
    ) -> asyncio.Handle:
        """Wrap."""

        def timed() -> None:
            try:
                callback(*args)
            except Exception:  # noqa: BLE001 - whatever it is, it is hidden
                raise AttributeError("no start time") from None

        return super().call_in_debug(timed, (), context)


@mutant(breaks="debug.everything_still_works", says="the scene of names came to")
class DebugNamesLoop(SoundLoop):
    """In debug mode tasks get a name of the loop's own."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Name it."""
        task = super().create_task(coro, **options)
        if self.get_debug():
            task.set_name("debugged")
        return task


@mutant(breaks="debug.everything_still_works", says="the scene of order came to")
class DebugOvertakesLoop(OwnWayLoop):
    """In debug mode callbacks take a turn more than tasks."""

    def call_in_debug(
        self, callback: Any, args: tuple[Any, ...], context: Context | None
    ) -> asyncio.Handle:
        """Put off what is no step."""
        if isinstance(getattr(callback, "__self__", None), asyncio.Task):
            return super().call_in_debug(callback, args, context)
        again = SoundLoop.call_soon
        return super().call_in_debug(again, (self, callback, *args), context)
