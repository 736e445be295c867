"""Mutants of the call of an exception handler: with what, in which context, and if it fails."""

from __future__ import annotations

import contextlib
from contextvars import Context
from typing import Any

from . import SoundLoop, mutant
from .errors_handlers import DirectLoop

CALLED_WITH = (
    "exception_handler.callback.called_with_loop_and_context",
    "call_exception_handler.custom.called_with_loop_and_context",
)


@mutant(breaks=CALLED_WITH[0], says="as the loop; expected")
@mutant(breaks=CALLED_WITH[1], says="as the loop; expected")
class ShowsItsInsidesLoop(DirectLoop):
    """Calls the handler with an inner object in place of the loop."""

    def call_it(self, handler: Any, context: dict[str, Any]) -> None:
        """Pass something else."""
        handler(object(), context)


@mutant(breaks=CALLED_WITH[0], says="expected the loop and a dict")
@mutant(breaks=CALLED_WITH[1], says="expected the loop and a dict")
class PassesTheContextAloneLoop(DirectLoop):
    """Calls the handler without the loop."""

    def call_it(self, handler: Any, context: dict[str, Any]) -> None:
        """Pass the context."""
        handler(context)


@mutant(breaks=CALLED_WITH[0], says="expected the loop and a dict")
@mutant(breaks=CALLED_WITH[1], says="expected the loop and a dict")
class PassesByKeywordLoop(DirectLoop):
    """Calls the handler by keyword."""

    def call_it(self, handler: Any, context: dict[str, Any]) -> None:
        """Name the context, where that can be."""
        try:
            handler(self, context=context)
        except TypeError:
            handler(self, context)


@mutant(breaks=CALLED_WITH[0], says="called the handler 2 times; expected once")
class ReportsTwiceLoop(SoundLoop):
    """Calls the handler from two layers."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Do it twice."""
        super().call_exception_handler(context)
        super().call_exception_handler(context)


@mutant(
    breaks="exception_handler.runs_in_handle_context",
    says="as in the callback's context",
    since=(3, 12),
)
@mutant(
    breaks="exception_handler.runs_in_task_context", says="as in the task's context", since=(3, 12)
)
class OutsideOfTheContextLoop(DirectLoop):
    """Calls the handler outside of the context that the error came from."""

    def call_it(self, handler: Any, context: dict[str, Any]) -> None:
        """Use an empty one."""
        Context().run(handler, self, context)


@mutant(
    breaks="exception_handler.raises.logged_and_survives", says="expected the loop to keep it in"
)
class LetsHandlerErrorsOutLoop(DirectLoop):
    """Nothing guards the call of the handler."""


@mutant(
    breaks="exception_handler.raises.logged_and_survives", says="with the exceptions [] were logged"
)
class LosesHandlerErrorsLoop(DirectLoop):
    """Swallows what a handler raises."""

    def call_it(self, handler: Any, context: dict[str, Any]) -> None:
        """Forget it."""
        with contextlib.suppress(Exception):
            handler(self, context)


class GuardedLoop(DirectLoop):
    """No mutant: treats what a handler raises in a mutant's own way."""

    guards_against: type[BaseException] = Exception

    def call_it(self, handler: Any, context: dict[str, Any]) -> None:
        """Guard the call."""
        try:
            handler(self, context)
        except self.guards_against as error:
            self.report({"message": "in handler", "exception": error, "context": context})

    def report(self, about: dict[str, Any]) -> None:
        """Report the error. For mutants to override."""
        self.default_exception_handler(about)


@mutant(breaks="exception_handler.raises.logged_and_survives", says="was called 2 times")
class CallsTheFailingHandlerAgainLoop(GuardedLoop):
    """Reports a handler's error to the same handler."""

    def report(self, about: dict[str, Any]) -> None:
        """Call the handler again."""
        self.call_exception_handler(about)


@mutant(
    breaks="exception_handler.raises.original_context_reported",
    says="expected a text that shows that message",
)
class LosesTheFirstReportLoop(GuardedLoop):
    """Logs a handler's error alone."""

    def report(self, about: dict[str, Any]) -> None:
        """Leave the context out."""
        del about["context"]
        super().report(about)


@mutant(breaks="exception_handler.raises.interrupt_propagates", says="raised nothing; expected")
class KeepsInterruptsLoop(GuardedLoop):
    """Treats an interrupt in a handler like any error."""

    guards_against = BaseException


@mutant(breaks="exception_handler.raises.interrupt_propagates", says="was logged; expected nothing")
class LogsInterruptsLoop(GuardedLoop):
    """Logs an interrupt in a handler before it lets it go."""

    guards_against = BaseException

    def report(self, about: dict[str, Any]) -> None:
        """Log, then raise."""
        super().report(about)
        raise about["exception"]


@mutant(
    breaks="exception_handler.raises.broken_default_contained",
    says="expected the loop to keep it in",
)
class LetsDefaultHandlerErrorsOutLoop(SoundLoop):
    """Nothing guards the call of the default handler."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Call it straight."""
        if self.get_exception_handler() is None:
            self.default_exception_handler(context)
        else:
            super().call_exception_handler(context)


@mutant(
    breaks="exception_handler.raises.broken_default_contained",
    says="were logged; expected an ERROR",
)
class LosesDefaultHandlerErrorsLoop(SoundLoop):
    """Swallows what the default handler raises."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Forget it."""
        if self.get_exception_handler() is not None:
            super().call_exception_handler(context)
            return
        with contextlib.suppress(Exception):
            self.default_exception_handler(context)
