"""Broken loops: shutdown_asyncgens()."""

from __future__ import annotations

import asyncio
import warnings
import weakref
from collections.abc import Iterable
from typing import Any, ClassVar

from . import SoundLoop, mutant
from .asyncgens_hooks import HookedLoop


@mutant(breaks="asyncgens.shutdown.closes_open_generators", says="the clean-ups of [] had ended")
@mutant(breaks="asyncgens.shutdown.started_in_earlier_run", says="ran the clean-ups []; expected")
@mutant(breaks="asyncgens.shutdown.concurrent", says="brought [] to an end")
@mutant(breaks="asyncgens.shutdown.error_reported", says="was given [] as exception and asyncgen")
@mutant(breaks="asyncgens.shutdown.then_iteration_warns", says="ResourceWarnings []; expected one")
@mutant(breaks="asyncgens.other_loop_untouched", says="ran the clean-ups []; expected that of its")
class DoesNothingLoop(SoundLoop):
    """Shuts nothing down."""

    async def shutdown_asyncgens(self) -> None:
        """Do nothing."""


@mutant(breaks="asyncgens.shutdown.closes_open_generators", says="the clean-ups of [] had ended")
class DoesNotWaitLoop(SoundLoop):
    """Starts the closing, and does not wait for it."""

    async def shutdown_asyncgens(self) -> None:
        """Start."""
        self.closing = self.create_task(super().shutdown_asyncgens())


class KnowingLoop(HookedLoop):
    """Keeps a collection of generators of its own, and shuts those down."""

    def __init__(self) -> None:
        super().__init__()
        self.known: Any = weakref.WeakSet()
        self.shut = False

    def started(self, generator: Any) -> None:
        """Keep it; warn after a shutdown."""
        if self.shut:
            warnings.warn("started after shutdown_asyncgens()", ResourceWarning, stacklevel=2)
        self.known.add(generator)

    async def shutdown_asyncgens(self) -> None:
        """Close what is known."""
        self.shut = True
        generators, self.known = list(self.known), weakref.WeakSet()
        await self.close_all(generators)

    async def close_all(self, generators: list[Any]) -> None:
        """Close them, all at a time, and report errors."""
        ends = [generator.aclose() for generator in generators]
        results = await asyncio.gather(*ends, return_exceptions=True)
        for generator, result in zip(generators, results, strict=True):
            if isinstance(result, Exception):
                self.report(generator, result)

    def report(self, generator: Any, error: Exception) -> None:
        """Tell the exception handler."""
        self.call_exception_handler(
            {"message": "while closing", "exception": error, "asyncgen": generator}
        )


@mutant(
    breaks="asyncgens.shutdown.closes_open_generators", says="the clean-ups of ['third'] had ended"
)
class ClosesLastLoop(KnowingLoop):
    """Has place for one generator."""

    def started(self, generator: Any) -> None:
        """Keep it in place of another."""
        self.known = weakref.WeakSet()
        super().started(generator)


@mutant(breaks="asyncgens.shutdown.started_in_earlier_run", says="ran the clean-ups []; expected")
class ForgetsWithTheRunLoop(KnowingLoop):
    """Forgets what it knew at the end of a run."""

    def run_forever(self) -> None:
        """Run, and forget."""
        super().run_forever()
        self.known = weakref.WeakSet()


@mutant(breaks="asyncgens.shutdown.concurrent", says="brought [] to an end; expected both")
class OneByOneLoop(KnowingLoop):
    """Closes one generator after another."""

    async def close_all(self, generators: list[Any]) -> None:
        """Close them in turn."""
        for generator in generators:
            await super().close_all([generator])


@mutant(breaks="asyncgens.shutdown.error_reported", says="was given [] as exception and asyncgen")
class FirstErrorLoop(KnowingLoop):
    """Ends its shutdown with the first error."""

    async def close_all(self, generators: list[Any]) -> None:
        """Close them until one fails."""
        for generator in generators:
            await generator.aclose()


@mutant(breaks="asyncgens.shutdown.error_reported", says="shutdown_asyncgens() raised']; expected")
class RaisesInTheEndLoop(KnowingLoop):
    """Reports errors, and raises one of them."""

    error: Exception | None = None

    def report(self, generator: Any, error: Exception) -> None:
        """Keep the error."""
        super().report(generator, error)
        self.error = error

    async def shutdown_asyncgens(self) -> None:
        """Close, then raise."""
        await super().shutdown_asyncgens()
        if self.error is not None:
            raise self.error


@mutant(breaks="asyncgens.shutdown.error_reported", says="was given [] as exception and asyncgen")
class SwallowsErrorsLoop(KnowingLoop):
    """Drops what a closing raises."""

    def report(self, generator: Any, error: Exception) -> None:
        """Tell nobody."""


@mutant(breaks="asyncgens.shutdown.error_reported", says="from the clean-up'), None)] as exception")
class NamesNoGeneratorLoop(SoundLoop):
    """Reports errors without the generator."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Leave the generator out."""
        super().call_exception_handler({k: v for k, v in context.items() if k != "asyncgen"})


@mutant(breaks="asyncgens.shutdown.nothing_to_do", says="gave [ValueError('no generators')")
class NeedsSomeLoop(KnowingLoop):
    """Can't close nothing."""

    async def close_all(self, generators: list[Any]) -> None:
        """Close them."""
        if not generators:
            raise ValueError("no generators")
        await super().close_all(generators)


@mutant(breaks="asyncgens.shutdown.nothing_to_do", says="gave [None, RuntimeError(")
class OnceOnlyLoop(KnowingLoop):
    """Can be shut down once."""

    async def shutdown_asyncgens(self) -> None:
        """Close, or refuse."""
        if self.shut:
            raise RuntimeError("shutdown_asyncgens() was called before")
        await super().shutdown_asyncgens()


@mutant(breaks="asyncgens.shutdown.nothing_to_do", says="gave [[], []]; expected None")
class ReturnsResultsLoop(KnowingLoop):
    """Returns how each closing ended."""

    async def shutdown_asyncgens(self) -> Any:
        """Close, and return."""
        self.shut = True
        return await asyncio.gather(*(generator.aclose() for generator in self.known))


@mutant(breaks="asyncgens.shutdown.finished_not_touched", says="about generators that had ended")
class ReportsEndedLoop(KnowingLoop):
    """Complains of generators that need no closing."""

    async def close_all(self, generators: list[Any]) -> None:
        """Close, and report those that have ended."""
        for generator in generators:
            if generator.ag_frame is None:
                self.report(generator, RuntimeError("the generator has ended"))
        await super().close_all(generators)


@mutant(breaks="asyncgens.shutdown.then_iteration_warns", says="ResourceWarnings []; expected one")
class NeverWarnsLoop(KnowingLoop):
    """Never warns."""

    def started(self, generator: Any) -> None:
        """Keep it."""
        self.known.add(generator)


@mutant(
    breaks="asyncgens.shutdown.then_iteration_warns",
    says="first iterated after shutdown_asyncgens() gave \"RuntimeError('shut down')\"",
)
class RefusesLoop(KnowingLoop):
    """Refuses generators after its shutdown."""

    def started(self, generator: Any) -> None:
        """Refuse, or keep."""
        if self.shut:
            raise RuntimeError("shut down")
        super().started(generator)


@mutant(
    breaks="asyncgens.shutdown.then_iteration_warns",
    says="first iterated before shutdown_asyncgens() brought the ResourceWarnings ['started",
)
class AlwaysWarnsLoop(KnowingLoop):
    """Warns of every generator."""

    def __init__(self) -> None:
        super().__init__()
        self.shut = True


@mutant(breaks="asyncgens.shutdown.is_coroutine", says="returned <Task")
class ReturnsTaskLoop(SoundLoop):
    """Starts the closing when it is called."""

    def shutdown_asyncgens(self) -> Any:
        """Start, and return the task."""
        return self.create_task(super().shutdown_asyncgens())


@mutant(breaks="asyncgens.shutdown.is_coroutine", says="not awaited, a new generator brought the")
class ShutWithTheCallLoop(KnowingLoop):
    """Counts as shut down as soon as it is called."""

    def shutdown_asyncgens(self) -> Any:
        """Set the flag, and return a coroutine."""
        self.shut = True
        return super().shutdown_asyncgens()


@mutant(breaks="asyncgens.other_loop_untouched", says="ran the clean-ups ['")
class SharesLoop(KnowingLoop):
    """Shares its collection with all loops of its kind."""

    everybodys: ClassVar[set[Any]] = set()

    def started(self, generator: Any) -> None:
        """Keep it with the others."""
        self.everybodys.add(generator)

    async def close_all(self, generators: Iterable[Any]) -> None:
        """Close everybody's."""
        generators = list(self.everybodys)
        self.everybodys.clear()
        await super().close_all(generators)
