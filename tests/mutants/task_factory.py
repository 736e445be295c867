"""Broken loops of the chapter task_factory: installing a factory, and asking for it.

`FactoryLoop` is sound. It keeps the factory where mutants can see it and calls it
through a method that mutants override; what asyncio does around the call, which
differs between versions of Python, stays asyncio's. The other mutants of the chapter
(task_factory_*.py) are built on it.
"""

# ruff: noqa: D102 - the docstring of each class tells its fault; a method adds nothing to it

from __future__ import annotations

import asyncio
import functools
import inspect
from typing import Any

from tests.mutants import SoundLoop, mutant

EAGER: Any = getattr(asyncio, "eager_task_factory", None)


class FactoryLoop(SoundLoop):
    """Sound: installs and calls factories by way of methods that mutants override."""

    installed: Any = None

    def set_task_factory(self, factory: Any) -> None:
        """Install the factory behind `call_factory`; asyncio refuses what can't be called."""
        super().set_task_factory(factory)
        self.installed = factory
        if factory is not None:
            super().set_task_factory(self._called_by_asyncio)

    def get_task_factory(self) -> Any:
        """Return what was installed."""
        return self.installed

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        """Call the factory; `keywords` are those of this version of Python."""
        return self.installed(self, coro, **keywords)

    def plain_task(self, coro: Any, **keywords: Any) -> asyncio.Task[Any]:
        """Make a task past the factory."""
        return asyncio.Task(coro, loop=self, **keywords)

    def _called_by_asyncio(self, _loop: object, coro: Any, /, **keywords: Any) -> Any:
        return self.call_factory(coro, **keywords)


@mutant(breaks="task_factory.get.default_none", says="expected None")
class DefaultFactoryShowsLoop(FactoryLoop):
    """Has a default factory of its own, and gives it away."""

    def get_task_factory(self) -> Any:
        return self.installed or self.plain_task


@mutant(breaks="task_factory.get.default_none", says="expected it to be accepted")
class GetterWantsAFactoryLoop(FactoryLoop):
    """Raises when it is asked for a factory that was never set."""

    def get_task_factory(self) -> Any:
        if self.installed is None:
            raise RuntimeError("no task factory is set")
        return self.installed


@mutant(breaks="task_factory.get.returns_installed", says="expected the same object")
class WrapsTheFactoryLoop(FactoryLoop):
    """Stores a wrapper in the factory's place."""

    def set_task_factory(self, factory: Any) -> None:
        super().set_task_factory(factory)
        if factory is not None:
            self.installed = functools.partial(factory)


@mutant(breaks="task_factory.get.returns_installed", says="returned None; expected the same")
class GetterKnowsNothingLoop(FactoryLoop):
    """Has a getter that nobody wrote yet."""

    def get_task_factory(self) -> Any:
        return None


@mutant(breaks="task_factory.get.returns_installed", says="expected the same object")
class FirstFactoryStaysLoop(FactoryLoop):
    """Keeps the first factory when a second is installed."""

    def set_task_factory(self, factory: Any) -> None:
        if factory is None or self.installed is None:
            super().set_task_factory(factory)


@mutant(breaks="task_factory.set.none_restores_default", says="called the old factory")
class NoneIsNoChangeLoop(FactoryLoop):
    """Takes None for "leave the factory as it is"."""

    def set_task_factory(self, factory: Any) -> None:
        if factory is not None:
            super().set_task_factory(factory)


@mutant(breaks="task_factory.set.none_restores_default", says="called the old factory")
class OnlyTheGetterForgetsLoop(FactoryLoop):
    """Clears what the getter shows, and goes on calling the old factory."""

    shown: Any = None

    def set_task_factory(self, factory: Any) -> None:
        if factory is not None:
            super().set_task_factory(factory)
        self.shown = factory

    def get_task_factory(self) -> Any:
        return self.shown


@mutant(breaks="task_factory.set.returns_none", says="expected None twice")
class ReturnsThePreviousLoop(FactoryLoop):
    """Hands out the factory that was replaced."""

    def set_task_factory(self, factory: Any) -> Any:
        previous = self.installed
        super().set_task_factory(factory)
        return previous


@mutant(
    breaks="task_factory.set.non_callable_type_error", says="raised nothing; expected TypeError"
)
class StoresAnythingLoop(FactoryLoop):
    """Stores any object, and fails in create_task()."""

    def set_task_factory(self, factory: Any) -> None:
        super().set_task_factory(factory and self.plain_task)
        self.installed = factory


@mutant(
    breaks="task_factory.set.non_callable_type_error", says="raised nothing; expected TypeError"
)
class FalsyIsNoneLoop(FactoryLoop):
    """Takes everything falsy for None."""

    def set_task_factory(self, factory: Any) -> None:
        super().set_task_factory(factory or None)


@mutant(breaks="task_factory.set.rejected_keeps_previous", says="a refused set_task_factory(1)")
class AssignsBeforeItChecksLoop(FactoryLoop):
    """Assigns the factory, then looks whether it can be called."""

    def set_task_factory(self, factory: Any) -> None:
        self.installed = factory
        super().set_task_factory(factory)


@mutant(breaks="task_factory.set.rejected_keeps_previous", says="the factory installed before")
class ResetsOnRefusalLoop(FactoryLoop):
    """Falls back to the default when it refuses a factory."""

    def set_task_factory(self, factory: Any) -> None:
        try:
            super().set_task_factory(factory)
        except TypeError:
            super().set_task_factory(None)
            raise


@mutant(breaks="task_factory.set.per_loop", says="another one got a factory")
class FactoryOnTheClassLoop(FactoryLoop):
    """Keeps the factory on the class."""

    def set_task_factory(self, factory: Any) -> None:
        super().set_task_factory(factory)
        del self.installed
        type(self).installed = factory

    def close(self) -> None:
        type(self).installed = None  # the fault must not reach the next check
        super().close()


@mutant(breaks="task_factory.set.affects_later_tasks_only", says="for the second of three tasks")
class FactoryReadAtTheStartLoop(FactoryLoop):
    """Reads the factory when the loop starts, and ignores changes until the next start."""

    at_the_start: Any = None

    def run_forever(self) -> None:
        self.at_the_start = self.installed
        super().run_forever()

    def create_task(self, coro: Any, **given: Any) -> Any:
        if self.is_running() and self.at_the_start is None:
            return self.plain_task(coro, **given)
        return super().create_task(coro, **given)


@mutant(breaks="task_factory.set.any_callable", says="expected it to be accepted")
class PlainFunctionsOnlyLoop(FactoryLoop):
    """Wants a plain function for a factory."""

    def set_task_factory(self, factory: Any) -> None:
        if factory is not None and not inspect.isfunction(factory):
            raise TypeError(f"a task factory is a function, not {factory!r}")
        super().set_task_factory(factory)


@mutant(breaks="task_factory.set.any_callable", says="expected it to be accepted")
class ReadsTheSignatureLoop(FactoryLoop):
    """Reads the factory's signature, which not every callable has."""

    def set_task_factory(self, factory: Any) -> None:
        super().set_task_factory(factory)
        if factory is not None:
            inspect.signature(factory)


@mutant(
    breaks="task_factory.eager.get_returns_eager_factory",
    says="expected asyncio.eager_task_factory itself",
    since=(3, 12),
)
class EagerIsAFlagLoop(FactoryLoop):
    """Turns the eager factory into a flag, which the getter does not turn back."""

    def get_task_factory(self) -> Any:
        return None if self.installed is EAGER else self.installed
