"""Mutants of what happens when a callback fails."""

from __future__ import annotations

import asyncio
from typing import Any

from . import SoundLoop, mutant
from .task_steps import QueueLoop

INTERRUPTS = (KeyboardInterrupt, SystemExit)


class EditingLoop(SoundLoop):
    """No mutant: reports of failed callbacks pass through a mutant's hands."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Edit, then report."""
        if "handle" in context:
            self.edit(context)
        super().call_exception_handler(context)

    def edit(self, context: dict[str, Any]) -> None:
        """Change the context. For mutants to override."""


@mutant(
    breaks="exception_handler.callback.context_keys", says="None under 'message'; expected a str"
)
class NoMessageLoop(EditingLoop):
    """Reports without a message."""

    def edit(self, context: dict[str, Any]) -> None:
        """Leave it out."""
        del context["message"]


@mutant(breaks="exception_handler.callback.context_keys", says="expected the very object")
class ReportsTheTypeLoop(EditingLoop):
    """Reports the exception's type."""

    def edit(self, context: dict[str, Any]) -> None:
        """Put the type in its place."""
        context["exception"] = type(context["exception"])


@mutant(breaks="exception_handler.callback.context_keys", says="expected the very object")
class ReportsTheTextLoop(EditingLoop):
    """Reports the exception as text."""

    def edit(self, context: dict[str, Any]) -> None:
        """Put the text in its place."""
        context["exception"] = str(context["exception"])


@mutant(breaks="exception_handler.callback.context_keys", says="reported without traceback")
class LosesTheTracebackLoop(EditingLoop):
    """Reports the exception without its traceback."""

    def edit(self, context: dict[str, Any]) -> None:
        """Take it off."""
        context["exception"].__traceback__ = None


@mutant(breaks="exception_handler.callback.handle_key", says="has None under 'handle'")
class NoHandleLoop(EditingLoop):
    """Reports without the handle."""

    def edit(self, context: dict[str, Any]) -> None:
        """Leave it out."""
        del context["handle"]


@mutant(breaks="exception_handler.callback.handle_key", says="expected the very handle that")
class InnerHandleLoop(EditingLoop):
    """Reports an inner handle."""

    def edit(self, context: dict[str, Any]) -> None:
        """Put another handle in its place."""
        context["handle"] = asyncio.Handle(lambda: None, (), self)


@mutant(
    breaks="exception_handler.callback.message_names_callback",
    says="expected one that names the callback",
)
class ConstantMessageLoop(EditingLoop):
    """Reports every failed callback in the same words."""

    def edit(self, context: dict[str, Any]) -> None:
        """Use the words, and say nothing of the handle."""
        context["message"] = "exception in callback"
        del context["handle"]


@mutant(breaks="exception_handler.callback.loop_continues", says="there ran []; expected")
class DropsTheBatchLoop(QueueLoop):
    """Drops the rest of the iteration when a callback fails."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Empty the batch."""
        super().call_exception_handler(context)
        del self.queue[: self.due]
        self.due = 0

    def _run_one(self) -> None:
        if self.queue:
            super()._run_one()


@mutant(breaks="exception_handler.callback.loop_continues", says="ended in iteration 1")
class StopsOnErrorsLoop(SoundLoop):
    """Ends the run when a callback fails."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Stop, too."""
        super().call_exception_handler(context)
        self.stop()


class EscapingLoop(SoundLoop):
    """No mutant: lets errors that a mutant picks out of the run."""

    escaped: BaseException | None = None

    def run_forever(self) -> None:
        """Run, then raise what stopped the run."""
        super().run_forever()
        error, self.escaped = self.escaped, None
        if error is not None:
            raise error

    def let_out(self, error: BaseException) -> None:
        """End the run by this error."""
        self.escaped = error
        self.stop()


@mutant(breaks="exception_handler.callback.timer_error", says="expected the loop to keep it in")
class TimerErrorsEscapeLoop(EscapingLoop):
    """Lets the errors of timers out of the run."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Raise those."""
        if isinstance(context.get("handle"), asyncio.TimerHandle):
            self.let_out(context["exception"])
        else:
            super().call_exception_handler(context)


@mutant(breaks="exception_handler.callback.timer_error", says="beside a failing timer there fired")
class DropsDueTimersLoop(SoundLoop):
    """Loses the timers that were taken off the heap together with a failing one."""

    def __init__(self) -> None:
        self.timers: list[asyncio.TimerHandle] = []
        super().__init__()

    def call_at(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, *args: Any, **options: Any
    ) -> Any:
        """Remember the timer."""
        self.timers.append(super().call_at(*args, **options))
        return self.timers[-1]

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Cancel what is due."""
        for timer in self.timers:
            if timer.when() <= self.time():
                timer.cancel()
        super().call_exception_handler(context)


@mutant(
    breaks="exception_handler.callback.custom_base_exception", says="expected the loop to go on"
)
class BaseExceptionsEscapeLoop(EscapingLoop):
    """Guards callbacks by `except Exception`."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Raise the others."""
        if isinstance(context.get("exception"), Exception):
            super().call_exception_handler(context)
        else:
            self.let_out(context["exception"])


@mutant(
    breaks="exception_handler.callback.custom_base_exception", says="the handler was called for []"
)
class IgnoresCancelledErrorLoop(SoundLoop):
    """Takes a callback's CancelledError for nothing."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Ignore it."""
        if not isinstance(context.get("exception"), asyncio.CancelledError):
            super().call_exception_handler(context)


@mutant(
    breaks="exception_handler.callback.interrupts_not_handled",
    says="the handler was called for it",
)
class ReportsInterruptsLoop(SoundLoop):
    """Reports an interrupt before it lets it go."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Watch the callback."""

        def watched(*given: Any) -> None:
            try:
                callback(*given)
            except INTERRUPTS as error:
                self.call_exception_handler({"message": "interrupted", "exception": error})
                raise

        return super().call_soon(watched, *args, **options)


@mutant(
    breaks="exception_handler.callback.interrupts_not_handled",
    says="raised nothing; expected",
)
class KeepsCallbackInterruptsLoop(SoundLoop):
    """Takes an interrupt for any error."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Turn it into one."""

        def watched(*given: Any) -> None:
            try:
                callback(*given)
            except INTERRUPTS as error:
                raise RuntimeError("interrupted") from error

        return super().call_soon(watched, *args, **options)


class InOneGoFuture(asyncio.Future[Any]):
    """Calls its done callbacks one after another, from one handle."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.waiting: list[Any] = []
        super().add_done_callback(self._call_all)

    def add_done_callback(self, callback: Any, *, context: Any = None) -> None:  # noqa: ARG002 - the context is no matter here
        """Keep it here."""
        if self.done():
            super().add_done_callback(callback)
        else:
            self.waiting.append(callback)

    def _call_all(self, _: object) -> None:
        for callback in self.waiting:
            callback(self)


@mutant(breaks="exception_handler.done_callback_error", says="behind a failing done callback")
class DoneInOneGoLoop(SoundLoop):
    """An error in one done callback prevents the next."""

    def create_future(self) -> Any:
        """Use that class."""
        return InOneGoFuture(loop=self)
