"""Exceptions that nobody awaits: told to the exception handler, or else logged.

    call_exception_handler(context)
      no custom handler   default_exception_handler(context), which logs
      a custom handler    handler(loop, context); if it raises, that is logged with it
    KeyboardInterrupt and SystemExit always pass through.

The custom handler runs in the context of the task, future or handle that it is told of.

Source: library/asyncio-eventloop.html#error-handling-api
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from ..kernel.kernel import logger

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

Told: TypeAlias = dict[str, Any]
ExceptionHandler: TypeAlias = Callable[[asyncio.AbstractEventLoop, Told], object]

WITHOUT_A_WORD = "an exception was not handled in the event loop"
TRACEBACKS = {
    "source_traceback": "Object created at (most recent call last):",
    "handle_traceback": "Handle created at (most recent call last):",
}


def set_exception_handler(loop: ReferenceLoop, handler: ExceptionHandler | None) -> None:
    """Call `handler(loop, context)` from now on; None for the default.

    Raises TypeError for what is neither None nor callable.
    """
    if handler is not None and not callable(handler):
        raise TypeError(f"the handler {handler!r} can't be called; expected a callable or None")
    loop.exception_handler = handler


def get_exception_handler(loop: ReferenceLoop) -> ExceptionHandler | None:
    """What set_exception_handler() was given last."""
    return loop.exception_handler


def default_exception_handler(loop: ReferenceLoop, context: Told) -> None:  # noqa: ARG001 - a method
    """Log the context as one ERROR record, with the exception that it holds."""
    exception = context.get("exception")
    lines = [context.get("message") or WITHOUT_A_WORD]
    for key in sorted(context.keys() - {"message", "exception"}):
        value = context[key]
        if key in TRACEBACKS:
            stack = "".join(traceback.format_list(value)).rstrip()
            lines.append(f"{TRACEBACKS[key]}\n{stack}")
        else:
            lines.append(f"{key}: {value!r}")
    logger.error("\n".join(lines), exc_info=exception or False)


def call_exception_handler(loop: ReferenceLoop, context: Told) -> None:
    """Tell the handler, at once; raises nothing but KeyboardInterrupt and SystemExit."""
    told = context
    try:
        if loop.exception_handler is not None:
            try:
                _in_its_context(context, loop.exception_handler, loop, context)
                return
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001 - a handler may raise anything
                told = {
                    "message": "the exception handler itself raised",
                    "exception": error,
                    "context": context,
                }
        loop.default_exception_handler(told)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - and so may an overridden default
        logger.error("the default exception handler raised, called with %r", told, exc_info=True)


def _in_its_context(told: Told, function: Callable[..., object], *args: Any) -> None:
    subject: Any = told.get("task") or told.get("future") or told.get("handle")
    context = subject.get_context() if hasattr(subject, "get_context") else None
    if context is None:
        function(*args)
    else:
        context.run(function, *args)
