"""Mutants of call_exception_handler() and default_exception_handler(): whom a report reaches."""

from __future__ import annotations

import logging
import sys
from typing import Any

from . import SoundLoop, mutant

NO_EXC_INFO = (None, None, None)


@mutant(breaks="call_exception_handler.custom.same_dict", says="expected the very dict")
class CopiesTheContextLoop(SoundLoop):
    """Passes a copy of the context on."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Copy."""
        super().call_exception_handler(dict(context))


@mutant(breaks="call_exception_handler.custom.same_dict", says="expected no change")
class FiltersTheContextLoop(SoundLoop):
    """Takes the keys that it does not know out of the context."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Filter."""
        context.pop("unknown", None)
        super().call_exception_handler(context)


@mutant(breaks="call_exception_handler.custom.same_dict", says="was logged on 'asyncio'")
class LogsAsWellLoop(SoundLoop):
    """Logs a report whether or not there is a handler."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Do both."""
        super().call_exception_handler(context)
        if self.get_exception_handler() is not None:
            self.default_exception_handler(context)


@mutant(breaks="call_exception_handler.custom.same_dict", says="0 times when it returned")
class DefersTheReportLoop(SoundLoop):
    """Calls the handler in the next iteration."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Put it off."""
        self.call_soon(super().call_exception_handler, context)


@mutant(
    breaks="call_exception_handler.custom.called_with_loop_and_context",
    says="did not call the custom handler",
)
@mutant(
    breaks="exception_handler.callback.called_with_loop_and_context",
    says="called the handler 0 times",
)
class IgnoresTheHandlerLoop(SoundLoop):
    """Logs each report whatever handler is set."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Log."""
        self.default_exception_handler(context)


class WithoutHandlerLoop(SoundLoop):
    """No mutant: has its own way with reports when no handler is set."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Part the ways."""
        if self.get_exception_handler() is None:
            self.report(context)
        else:
            super().call_exception_handler(context)

    def report(self, context: dict[str, Any]) -> None:
        """Report without a handler. For mutants to override."""


@mutant(breaks="call_exception_handler.no_handler.uses_default", says="logged []; expected")
class DoesNothingWithoutHandlerLoop(WithoutHandlerLoop):
    """Does nothing when no handler is set."""


@mutant(breaks="call_exception_handler.no_handler.uses_default", says="logged []; expected")
class PrintsWithoutHandlerLoop(WithoutHandlerLoop):
    """Prints when no handler is set."""

    def report(self, context: dict[str, Any]) -> None:
        """Print."""
        sys.stderr.write(f"{context}\n")


@mutant(breaks="call_exception_handler.no_handler.uses_default", says="of which it was told")
class RaisesWithoutHandlerLoop(WithoutHandlerLoop):
    """Raises the error when no handler is set."""

    def report(self, context: dict[str, Any]) -> None:
        """Raise."""
        raise context["exception"]


@mutant(
    breaks="call_exception_handler.overridden_default",
    says="called the overridden default_exception_handler() for []",
)
class CallsItsOwnDefaultLoop(WithoutHandlerLoop):
    """Calls an inner function in place of the default handler."""

    def report(self, context: dict[str, Any]) -> None:
        """Pass the method by."""
        SoundLoop.default_exception_handler(self, context)


@mutant(breaks="call_exception_handler.usable_outside_run", says="raised KeyError")
class NeedsAnExceptionLoop(SoundLoop):
    """Takes for granted that a report is about an exception."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Look at it."""
        context["exception"].__traceback__  # noqa: B018 - to be refused
        super().call_exception_handler(context)


@mutant(breaks="call_exception_handler.usable_outside_run", says="raised RuntimeError")
class ReportsOnlyWhileRunningLoop(SoundLoop):
    """Refuses reports while the loop does not run."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Ask whether it runs."""
        if not self.is_running():
            raise RuntimeError("the loop is not running")
        super().call_exception_handler(context)


@mutant(breaks="default_exception_handler.callable_from_custom", says="was called for [Planted")
class HandlersCallEachOtherLoop(SoundLoop):
    """The default handler calls the custom one."""

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Go round."""
        if self.get_exception_handler() is None:
            super().default_exception_handler(context)
        else:
            self.call_exception_handler(context)


@mutant(
    breaks="default_exception_handler.callable_from_custom",
    says="default handler []; expected the same",
)
class NoDefaultBesideACustomHandlerLoop(SoundLoop):
    """The default handler does nothing while a custom one is set."""

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Ask first."""
        if self.get_exception_handler() is None:
            super().default_exception_handler(context)


class LoggingLoop(SoundLoop):
    """No mutant: logs as a mutant has it."""

    logger = "asyncio"
    level = logging.ERROR

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Log the text, with the exception."""
        error = context.get("exception")
        logging.getLogger(self.logger).log(
            self.level, self.text_of(context), exc_info=self.exc_info_of(error)
        )

    def text_of(self, context: dict[str, Any]) -> str:
        """The message and the other keys. For mutants to override."""
        others = {k: v for k, v in context.items() if k not in ("message", "exception")}
        return "\n".join(
            [context.get("message") or "no message", *(f"{k}: {v!r}" for k, v in others.items())]
        )

    def exc_info_of(self, error: Any) -> Any:
        """What the record gets as exc_info. For mutants to override."""
        return error and (type(error), error, error.__traceback__)


@mutant(breaks="default_exception_handler.logs_callback_error", says="something on {'concurrent'}")
class OtherLoggerLoop(LoggingLoop):
    """Logs elsewhere."""

    logger = "concurrent"


@mutant(breaks="default_exception_handler.logs_callback_error", says="expected one ERROR record")
class WarnsLoop(LoggingLoop):
    """Logs errors as warnings."""

    level = logging.WARNING


@mutant(breaks="default_exception_handler.logs_callback_error", says="expected one ERROR record")
class CriticalLoop(LoggingLoop):
    """Logs errors as critical."""

    level = logging.CRITICAL


@mutant(breaks="default_exception_handler.logs_callback_error", says="shows None in exc_info")
class NoExcInfoLoop(LoggingLoop):
    """Logs without the exception."""

    def exc_info_of(self, _: Any) -> Any:
        """Nothing."""


@mutant(breaks="default_exception_handler.logs_callback_error", says="has no traceback")
class NoTracebackLoop(LoggingLoop):
    """Logs the exception without its traceback."""

    def exc_info_of(self, error: Any) -> Any:
        """No traceback."""
        return type(error), error, None


@mutant(breaks="default_exception_handler.logs_callback_error", says="expected one ERROR record")
class StderrOnlyLoop(SoundLoop):
    """Writes to stderr and logs nothing."""

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Write."""
        sys.stderr.write(f"{context}\n")


@mutant(breaks="default_exception_handler.message_missing", says="raised KeyError")
class NeedsAMessageLoop(LoggingLoop):
    """Takes for granted that there is a message."""

    def text_of(self, context: dict[str, Any]) -> str:
        """Look it up."""
        return str(context["message"])


@mutant(breaks="default_exception_handler.message_missing", says="logged the text ''")
class EmptyTextLoop(LoggingLoop):
    """Logs an empty text for want of a message."""

    def text_of(self, context: dict[str, Any]) -> str:
        """Perhaps nothing."""
        return str(context.get("message", ""))


@mutant(breaks="default_exception_handler.no_exception", says="expected none")
class NoneTypeNoneLoop(LoggingLoop):
    """Logs "NoneType: None" where there is no exception."""

    def exc_info_of(self, error: Any) -> Any:
        """As exc_info=True gives it outside of an except block."""
        return super().exc_info_of(error) or NO_EXC_INFO


@mutant(breaks="default_exception_handler.no_exception", says="raised KeyError")
class NeedsAnErrorLoop(SoundLoop):
    """Takes for granted that there is an exception."""

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Look it up."""
        context["exception"].__traceback__  # noqa: B018 - to be refused
        super().default_exception_handler(context)


@mutant(breaks="default_exception_handler.other_keys_logged", says="in it as well")
class MessageOnlyLoop(LoggingLoop):
    """Logs the message alone."""

    def text_of(self, context: dict[str, Any]) -> str:
        """Drop the other keys."""
        return str(context.get("message"))


@mutant(breaks="default_exception_handler.other_keys_logged", says="in it as well")
class KeysWithoutValuesLoop(LoggingLoop):
    """Logs the other keys without their values."""

    def text_of(self, context: dict[str, Any]) -> str:
        """Join the keys."""
        return f"{context.get('message')} ({', '.join(context)})"


@mutant(breaks="default_exception_handler.other_keys_logged", says="expected its repr in it")
class KnownKeysShortLoop(LoggingLoop):
    """Logs where a future is, and not what it is."""

    def text_of(self, context: dict[str, Any]) -> str:
        """Shorten the future."""
        return super().text_of(context | {"future": id(context.get("future"))})
