"""Exception handlers that fail themselves."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.reports import (
    Planted,
    errors_logged,
    expect_contained,
    fail_with,
    in_brief,
    override_default_handler,
    run_failing,
    run_until_interrupted,
)
from ..support.requirement import requirement
from ..support.turns import run_turns


@requirement(
    "exception_handler.raises.logged_and_survives",
    api="loop.set_exception_handler",
    level="implied",
    since="3.11",
)
def test_an_error_in_a_handler_is_logged(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """An error raised by the custom handler is logged by the default one, and the loop goes on.

    If this fails, look for a call of the handler that nothing guards, or whose guard
    passes the error to the handler again.
    """
    error = Planted("in the handler")
    ran: list[str] = []
    calls: list[str] = []

    def handler(*_: object) -> None:
        calls.append("handler")
        if len(calls) == 1:
            raise error

    loop.set_exception_handler(handler)
    loop.call_soon(fail_with, Planted("from a callback"))
    loop.call_soon(ran.append, "behind it")
    run_failing(loop)
    logged = [found for _, _, found in in_brief(errors_logged(caplog, anywhere=True))]

    assert calls == ["handler"], (
        f"a handler that raises was called {len(calls)} times for one error; expected once"
    )
    assert ran == ["behind it"], (
        f"behind a callback whose handler raised there ran {ran}; expected the next callback"
    )
    assert logged == [error], (
        f"a handler raised {error!r} and records with the exceptions {logged} were logged; "
        "expected one, with that exception"
    )


@requirement(
    "exception_handler.raises.original_context_reported",
    api="loop.set_exception_handler",
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
)
async def test_the_log_of_a_failing_handler_shows_the_first_report(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """The record about a failing handler shows the context that the handler was called with.

    If this fails, look for a record that is made of the handler's error alone.
    """
    loop.set_exception_handler(lambda *_: fail_with(Planted("in the handler")))

    with expect_contained("call_exception_handler()"):
        loop.call_exception_handler({"message": "needle-9"})
    texts = [record.getMessage() for record in errors_logged(caplog, anywhere=True)]

    assert any("needle-9" in text for text in texts), (
        f"a handler failed on the message 'needle-9' and {texts} was logged; "
        "expected a text that shows that message"
    )


@requirement(
    "exception_handler.raises.interrupt_propagates",
    api="loop.set_exception_handler",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_in_a_handler_ends_the_run(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture, kind: type[BaseException]
) -> None:
    """KeyboardInterrupt and SystemExit raised by a handler leave the run, which can be repeated.

    If this fails, look for an `except BaseException` around the call of the handler.
    """
    loop.set_exception_handler(lambda *_: fail_with(kind("in the handler")))

    loop.call_soon(fail_with, Planted("from a callback"))
    run_until_interrupted(loop, kind, "an exception handler")
    is_running = loop.is_running()
    run_turns(loop)
    logged = in_brief(errors_logged(caplog, anywhere=True))

    assert not is_running, (
        f"is_running() is true after a handler's {kind.__name__} left the run; expected False"
    )
    assert logged == [], (
        f"a handler's {kind.__name__} left the run and {logged} was logged; expected nothing"
    )


@requirement(
    "exception_handler.raises.broken_default_contained",
    api="loop.call_exception_handler",
    level="implied",
    since="3.11",
)
def test_an_error_in_an_overridden_default_handler_is_logged(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """An overridden default_exception_handler() that raises is logged, and the loop goes on.

    If this fails, look for a call of default_exception_handler() that nothing guards.
    """
    ran: list[str] = []
    override_default_handler(loop, lambda _: fail_with(Planted("in the default handler")))

    loop.call_soon(fail_with, Planted("from a callback"))
    loop.call_soon(ran.append, "behind it")
    run_failing(loop)
    logged = [record[0] for record in in_brief(errors_logged(caplog, anywhere=True))]

    assert ran == ["behind it"], (
        f"behind a callback whose default handler raised there ran {ran}; "
        "expected the next callback"
    )
    assert "ERROR" in logged, (
        f"a default handler raised and records of the levels {logged} were logged; "
        "expected an ERROR"
    )
