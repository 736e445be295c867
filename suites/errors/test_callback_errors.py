"""Exceptions in callbacks: what the exception handler is called with."""

from __future__ import annotations

from asyncio import AbstractEventLoop, Handle
from collections.abc import Callable

import pytest

from ..support.expect import not_observable
from ..support.reports import (
    Context,
    Planted,
    errors_logged,
    expect_contained,
    fail_with,
    keep_reports,
    message_of,
    run_failing,
)
from ..support.requirement import requirement
from ..support.tasks import MARK, context_with

SCHEDULERS: dict[str, Callable[[AbstractEventLoop, Callable[[], None]], Handle]] = {
    "call_soon": lambda loop, callback: loop.call_soon(callback),
    "call_soon_threadsafe": lambda loop, callback: loop.call_soon_threadsafe(callback),
    "call_later": lambda loop, callback: loop.call_later(0, callback),
}


@requirement(
    "exception_handler.callback.called_with_loop_and_context",
    api="loop.set_exception_handler",
    level="documented",
    since="3.11",
)
def test_a_failed_callback_calls_the_handler_with_the_loop_and_a_dict(
    loop: AbstractEventLoop,
) -> None:
    """An exception in a callback makes the loop call the handler once, with the loop and a dict.

    If this fails, look for a handler that is called without the loop, with an inner
    loop object in its place, or once more by a second layer.
    """
    calls: list[tuple[object, ...]] = []

    def handler(*arguments: object, **keywords: object) -> None:
        calls.append((*arguments, *keywords.items()))

    loop.set_exception_handler(handler)
    loop.call_soon(fail_with, Planted("from a callback"))
    run_failing(loop)

    assert len(calls) == 1, (
        f"one failed callback called the handler {len(calls)} times; expected once"
    )
    assert [*map(type, calls[0])][1:] == [dict], (
        f"a failed callback called the handler with {calls[0]}; expected the loop and a dict"
    )
    assert calls[0][0] is loop, (
        f"a failed callback called the handler with {calls[0][0]!r} as the loop; expected {loop!r}"
    )


@requirement(
    "exception_handler.callback.context_keys",
    api="loop.call_exception_handler",
    level="documented",
    since="3.11",
)
def test_the_context_of_a_failed_callback_holds_message_and_exception(
    loop: AbstractEventLoop,
) -> None:
    """The context of a failed callback has a text under 'message' and the error under 'exception'.

    If this fails, look for the exception's type or text in place of the object, or for
    an exception that is made anew and has lost its traceback.
    """
    error = Planted("from a callback")
    kept = keep_reports(loop, dict)

    loop.call_soon(fail_with, error)
    run_failing(loop)

    assert len(kept) == 1, f"a failed callback was reported {len(kept)} times; expected once"
    found, message = kept[0].get("exception"), kept[0].get("message")
    assert found is error, (
        f"the context of a failed callback has {found!r} under 'exception'; expected the "
        f"very object that was raised, {error!r}"
    )
    assert error.__traceback__ is not None, (
        "the exception of a failed callback was reported without traceback; expected its own"
    )
    assert isinstance(message, str), (
        f"the context of a failed callback has {message!r} under 'message'; expected a str"
    )
    assert message, "the context of a failed callback has an empty 'message'; expected a text"


@requirement(
    "exception_handler.callback.handle_key",
    api="loop.call_exception_handler",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("method", SCHEDULERS)
def test_the_context_of_a_failed_callback_holds_its_handle(
    loop: AbstractEventLoop, method: str
) -> None:
    """The context of a failed callback has, under 'handle', the handle its scheduling returned.

    If this fails, look for a context without it, or for an inner handle that is wrapped
    before it is returned.
    """
    kept = keep_reports(loop, lambda context: context.get("handle"))

    def fail() -> None:
        loop.stop()
        raise Planted("from a callback")

    handle = SCHEDULERS[method](loop, fail)
    with expect_contained("run_forever()"):
        loop.run_forever()

    if handle is None and method == "call_soon_threadsafe":
        not_observable("call_soon_threadsafe() returned None: there is no handle to compare with")
    assert len(kept) == 1, (
        f"a failed callback of {method}() was reported {len(kept)} times; expected once"
    )
    assert kept[0] is handle, (
        f"the context of a failed callback of {method}() has {kept[0]!r} under 'handle'; "
        f"expected the very handle that {method}() returned, {handle!r}"
    )


@requirement(
    "exception_handler.callback.message_names_callback",
    api="loop.call_exception_handler",
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
)
def test_the_message_about_a_failed_callback_names_it(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """What is reported of a failed callback, message, handle or log, mentions the callback.

    If this fails, look for a constant message with a handle whose repr does not tell what
    it calls: asyncio's own puts the handle's repr in the message.
    """
    kept = keep_reports(loop, dict)

    def very_special_callback() -> None:
        raise Planted("from a callback")

    loop.call_soon(very_special_callback)
    run_failing(loop)

    assert len(kept) == 1, f"a failed callback was reported {len(kept)} times; expected once"
    told = [f"{message_of(kept[0])}, handle {kept[0].get('handle')!r}"]
    if "very_special_callback" not in told[0]:  # the log may still say more
        loop.default_exception_handler(kept[0])
        told += [record.getMessage() for record in errors_logged(caplog, anywhere=True)]
    assert any("very_special_callback" in text for text in told), (
        f"a failed very_special_callback() was reported, with the message first and the log "
        f"behind it, as {told}; expected one that names the callback"
    )


@requirement(
    "exception_handler.runs_in_handle_context",
    api="loop.set_exception_handler",
    level="documented",
    since="3.12",
)
@pytest.mark.parametrize("method", SCHEDULERS)
def test_the_handler_runs_in_the_context_of_the_handle(
    loop: AbstractEventLoop, method: str
) -> None:
    """When the error concerns a callback, the handler runs in that callback's context.

    If this fails, look for a handler that is called outside of the handle's
    context.run(), such as in the context in which the loop was started.
    """
    kept = keep_reports(loop, _current_mark)

    def fail() -> None:
        loop.stop()
        raise Planted("from a callback")

    context_with("callback").run(SCHEDULERS[method], loop, fail)
    with expect_contained("run_forever()"):
        loop.run_forever()

    assert kept == ["callback"], (
        f"the handler for a failed callback of {method}() saw the context variable as {kept}; "
        "expected ['callback'], as in the callback's context"
    )


def _current_mark(_: Context) -> str:
    return MARK.get()
