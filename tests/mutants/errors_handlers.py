"""Mutants of set_exception_handler() and get_exception_handler()."""

from __future__ import annotations

from typing import Any, ClassVar

from . import SoundLoop, mutant


@mutant(breaks="exception_handler.get.default_none", says="expected None twice")
class ShowsTheDefaultHandlerLoop(SoundLoop):
    """get_exception_handler() hands out the default handler."""

    def get_exception_handler(self) -> Any:
        """The handler in force."""
        return super().get_exception_handler() or self.default_exception_handler


@mutant(breaks="exception_handler.get.default_none", says="expected None twice")
@mutant(
    breaks="exception_handler.set.none_restores_default",
    says="in which a handler was installed called it for",
)
class KeepsTheHandlerLoop(SoundLoop):
    """set_exception_handler(None) changes nothing."""

    def set_exception_handler(self, handler: Any) -> None:
        """Ignore None."""
        if handler is not None:
            super().set_exception_handler(handler)


@mutant(breaks="exception_handler.get.default_none", says="without which None says nothing")
class HidesTheHandlerLoop(SoundLoop):
    """get_exception_handler() always returns None."""

    def get_exception_handler(self) -> Any:
        """Return nothing."""


@mutant(
    breaks="exception_handler.set.none_restores_default",
    says="one after set_exception_handler(None) []",
)
class SilentWithoutHandlerLoop(SoundLoop):
    """Takes None for a handler that ignores the report."""

    def set_exception_handler(self, handler: Any) -> None:
        """Put something callable in place of None."""
        super().set_exception_handler(handler or (lambda *_: None))


@mutant(breaks="exception_handler.get.identity", says="expected the callable that was set")
class WrapsTheHandlerLoop(SoundLoop):
    """Stores the handler behind a function of its own."""

    def set_exception_handler(self, handler: Any) -> None:
        """Wrap."""
        super().set_exception_handler(handler and (lambda loop, context: handler(loop, context)))


@mutant(breaks="exception_handler.set.type_error", says="raised nothing; expected TypeError")
class TakesAnythingLoop(SoundLoop):
    """Accepts what can't be called."""

    def set_exception_handler(self, handler: Any) -> None:
        """Ignore it."""
        if handler is None or callable(handler):
            super().set_exception_handler(handler)


@mutant(breaks="exception_handler.set.type_error", says="raised nothing; expected TypeError")
class FalseIsNoneLoop(SoundLoop):
    """Takes anything false for None."""

    def set_exception_handler(self, handler: Any) -> None:
        """Ask for truth."""
        super().set_exception_handler(handler or None)


@mutant(breaks="exception_handler.set.type_error", says="expected the handler that was set before")
class ForgetsOnRefusalLoop(SoundLoop):
    """Drops the old handler before it looks at the new one."""

    def set_exception_handler(self, handler: Any) -> None:
        """Clear, then set."""
        super().set_exception_handler(None)
        super().set_exception_handler(handler)


@mutant(breaks="exception_handler.per_loop", says="expected each its own")
class OneHandlerForAllLoop(SoundLoop):
    """Stores the handler on the class."""

    shared: ClassVar[list[Any]] = []

    def set_exception_handler(self, handler: Any) -> None:
        """Set it for every loop."""
        self.shared[:] = [handler]

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Call the shared one."""
        super().set_exception_handler(self.shared[0] if self.shared else None)
        super().call_exception_handler(context)


class DirectLoop(SoundLoop):
    """No mutant: calls the custom handler in a mutant's own way."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Call it, where there is one."""
        handler = self.get_exception_handler()
        if handler is None:
            super().call_exception_handler(context)
        else:
            self.call_it(handler, context)

    def call_it(self, handler: Any, context: dict[str, Any]) -> None:
        """Call the handler. For mutants to override."""
        handler(self, context)


@mutant(
    breaks="exception_handler.change_takes_effect_immediately",
    says="with a new handler installed in between",
)
class ReadsTheHandlerOnceLoop(DirectLoop):
    """Reads the handler once for each run."""

    def run_forever(self) -> None:
        """Read it."""
        self.of_this_run = self.get_exception_handler()
        super().run_forever()

    def call_it(self, handler: Any, context: dict[str, Any]) -> None:
        """Call the one that was read."""
        (self.of_this_run or handler)(self, context)


class BusyReportingLoop(SoundLoop):
    """No mutant: knows when it calls a handler."""

    reporting = False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Remember it for the time of the call."""
        self.reporting = True
        super().call_exception_handler(context)
        self.reporting = False


@mutant(breaks="exception_handler.may_use_loop", says="by the end of the next run there ran []")
class LockedWhileReportingLoop(BusyReportingLoop):
    """Holds a lock, which call_soon() needs, while the handler is called."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, *args: Any, **options: Any
    ) -> Any:
        """Fail where a lock would never come free."""
        if self.reporting:
            raise RuntimeError("would wait for itself")
        return super().call_soon(*args, **options)


@mutant(breaks="exception_handler.may_use_loop", says="called stop() and the run went on")
class NoStopWhileReportingLoop(BusyReportingLoop):
    """Forgets a stop() that comes while the handler is called."""

    def stop(self) -> None:
        """Ignore it."""
        if not self.reporting:
            super().stop()


@mutant(breaks="exception_handler.may_use_loop", says="a handler removed itself")
class PutsTheHandlerBackLoop(SoundLoop):
    """Takes the handler out for the time of the call, and puts it back."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Restore."""
        before = self.get_exception_handler()
        super().call_exception_handler(context)
        self.set_exception_handler(before)
