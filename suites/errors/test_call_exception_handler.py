"""call_exception_handler(): whom it calls, with what, and when it can be called."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.reports import (
    Context,
    Planted,
    error_of,
    errors_logged,
    fail_with,
    in_brief,
    keep_reports,
    override_default_handler,
    run_failing,
)
from ..support.requirement import requirement
from ..support.turns import run_turns

SPARSE: dict[str, Context] = {
    "message alone": {"message": "needle"},
    "exception alone": {"exception": Planted("needle")},
    "nothing": {},
}


@requirement(
    "call_exception_handler.custom.same_dict",
    api="loop.call_exception_handler",
    level="documented",
    since="3.11",
)
async def test_the_custom_handler_gets_the_very_dict(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """call_exception_handler(context) calls the custom handler with that dict, at once and alone.

    If this fails, look for a context that is copied or filtered, for a handler that is
    called by call_soon(), or for the default handler called as well.
    """
    context: Context = {"message": "from a check", "unknown": 1}
    kept: list[Context] = keep_reports(loop, lambda given: given)

    returned: object = loop.call_exception_handler(context)
    in_time = [*kept]
    logged = in_brief(errors_logged(caplog))

    assert len(in_time) == 1, (
        f"call_exception_handler() had called the custom handler {len(in_time)} times when it "
        "returned; expected once"
    )
    assert in_time[0] is context, (
        f"call_exception_handler() called the custom handler with {in_time[0]!r}; "
        f"expected the very dict that it was given, {context!r}"
    )
    assert context == {"message": "from a check", "unknown": 1}, (
        f"call_exception_handler() changed the context into {context!r}; expected no change"
    )
    assert logged == [], (
        f"with a custom handler, {logged} was logged on 'asyncio'; expected nothing"
    )
    assert returned is None, f"call_exception_handler() returned {returned!r}; expected None"


@requirement(
    "call_exception_handler.custom.called_with_loop_and_context",
    api="loop.call_exception_handler",
    level="documented",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio.loop.set_exception_handler",
)
async def test_the_custom_handler_is_called_with_the_loop_and_the_context(
    loop: AbstractEventLoop,
) -> None:
    """call_exception_handler(context) calls the custom handler with the loop and the context.

    If this fails, look for a handler that is called with the context alone, with an
    inner loop object, or by keyword.
    """
    calls: list[tuple[object, ...]] = []

    def handler(*arguments: object, **keywords: object) -> None:
        calls.append((*arguments, *keywords.items()))

    loop.set_exception_handler(handler)
    loop.call_exception_handler({"message": "from a check"})

    assert calls, "call_exception_handler() did not call the custom handler; expected a call"
    assert [type(argument) for argument in calls[0][1:]] == [dict], (
        f"call_exception_handler() called the custom handler with {calls[0]}; "
        "expected the loop and a dict"
    )
    assert calls[0][0] is loop, (
        f"call_exception_handler() called the custom handler with {calls[0][0]!r} as the loop; "
        f"expected {loop!r}"
    )


@requirement(
    "call_exception_handler.no_handler.uses_default",
    api="loop.call_exception_handler",
    level="documented",
    since="3.11",
)
async def test_without_a_custom_handler_the_report_is_logged(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a custom handler call_exception_handler() logs the report.

    If this fails, look for a call that does nothing without a handler, prints, or raises
    what it was given.
    """
    error = Planted("from a check")

    try:
        loop.call_exception_handler({"message": "needle-1", "exception": error})
    except Planted as raised:
        raise AssertionError(
            f"call_exception_handler() raised {raised!r}, of which it was told; expected a log"
        ) from raised
    logged = in_brief(errors_logged(caplog, anywhere=True))

    assert [(level, found) for level, _, found in logged] == [("ERROR", error)], (
        f"call_exception_handler() without a handler logged {logged}; "
        f"expected one ERROR record with {error!r}"
    )
    assert "needle-1" in logged[0][1], (
        f"call_exception_handler() with the message 'needle-1' logged {logged[0][1]!r}; "
        "expected the message in it"
    )


@requirement(
    "call_exception_handler.overridden_default",
    api="loop.default_exception_handler",
    level="implied",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio.loop.call_exception_handler",
)
def test_an_overridden_default_handler_is_called(loop: AbstractEventLoop) -> None:
    """A subclass's own default_exception_handler() is called when no custom handler is set.

    If this fails, look for an inner function that is called in place of the method.
    """
    error = Planted("from a callback")
    called_for: list[object] = []

    override_default_handler(loop, lambda context: called_for.append(context.get("exception")))
    loop.call_soon(fail_with, error)
    run_failing(loop)

    assert called_for == [error], (
        f"a failed callback called the overridden default_exception_handler() for {called_for}; "
        f"expected one call, for {error!r}"
    )


@requirement(
    "call_exception_handler.usable_outside_run",
    api="loop.call_exception_handler",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("custom", [True, False], ids=["custom_handler", "default_handler"])
@pytest.mark.parametrize("given", SPARSE)
def test_a_stopped_loop_takes_any_context(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture, given: str, custom: bool
) -> None:
    """call_exception_handler() works on a stopped loop and with any of the keys missing.

    If this fails, look for context["exception"] or context["message"] where get() is
    meant, or for a running loop that is asked for.
    """
    run_turns(loop)
    kept = keep_reports(loop, error_of)
    if not custom:
        loop.set_exception_handler(None)

    try:
        loop.call_exception_handler(SPARSE[given])
    except (LookupError, RuntimeError, TypeError, AttributeError) as error:
        raise AssertionError(
            f"call_exception_handler({SPARSE[given]!r}) on a stopped loop raised {error!r}; "
            "expected a report"
        ) from error
    logged = [record[2] for record in in_brief(errors_logged(caplog, anywhere=True))]

    expected = [SPARSE[given].get("exception")]
    assert (kept if custom else logged) == expected, (
        f"call_exception_handler({SPARSE[given]!r}) on a stopped loop brought to the handler "
        f"{kept}, to the log {logged}; expected one report to the "
        f"{'handler' if custom else 'log'}, with exception {expected[0]!r}"
    )
