"""default_exception_handler(): what it logs."""

from __future__ import annotations

import logging
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.reports import (
    Planted,
    error_of,
    errors_logged,
    fail_with,
    in_brief,
    run_failing,
)
from ..support.requirement import requirement

DEFAULT_HANDLER = "default_exception_handler()"


@requirement(
    "default_exception_handler.logs_callback_error",
    api="loop.default_exception_handler",
    level="documented",
    since="3.11",
)
def test_a_failed_callback_is_logged_once(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """With no handler, a failed callback makes one ERROR record on 'asyncio', with its traceback.

    If this fails, look for the name of the logger, for the level, or for a record that
    is made without exc_info.
    """
    error = Planted("from a callback")

    loop.call_soon(fail_with, error)
    run_failing(loop)
    records = errors_logged(caplog)
    elsewhere = {record.name for record in caplog.records} - {"asyncio"}

    assert [record.levelname for record in records] == ["ERROR"], (
        f"a failed callback logged {in_brief(records)} on 'asyncio' and something on "
        f"{elsewhere or 'no other logger'}; expected one ERROR record on 'asyncio'"
    )
    found = records[0].exc_info or (None, None, None)
    assert found[1] is error, (
        f"a callback raised {error!r} and the record shows {found[1]!r} in exc_info; "
        "expected that very exception"
    )
    assert found[2] is not None, (
        "the record of a failed callback has no traceback in exc_info; expected the callback's"
    )


@requirement(
    "default_exception_handler.message_missing",
    api="loop.default_exception_handler",
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
)
async def test_a_context_without_message_is_logged(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """A context without a message is logged with a text of the loop's own.

    If this fails, look for context["message"] where a default is needed.
    """
    error = Planted("from a check")

    try:
        loop.default_exception_handler({"exception": error})
    except LookupError as raised:
        raise AssertionError(
            f"{DEFAULT_HANDLER} of a context without 'message' raised {raised!r}; expected a log"
        ) from raised
    logged = in_brief(errors_logged(caplog, anywhere=True))

    assert [(level, found) for level, _, found in logged] == [("ERROR", error)], (
        f"{DEFAULT_HANDLER} of a context without 'message' logged {logged}; "
        f"expected one ERROR record with {error!r}"
    )
    text = logged[0][1].strip()
    assert text not in ("", "None"), (
        f"{DEFAULT_HANDLER} of a context without 'message' logged the text {text!r}; "
        "expected some words"
    )


@requirement(
    "default_exception_handler.no_exception",
    api="loop.default_exception_handler",
    level="documented",
    since="3.11",
)
async def test_a_context_without_exception_is_logged_without_traceback(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """A context without an exception is logged as its message, with no exc_info.

    If this fails, look for exc_info=True outside of an except block, which logs
    "NoneType: None", or for context["exception"] where get() is meant.
    """
    try:
        loop.default_exception_handler({"message": "just text"})
    except LookupError as raised:
        raise AssertionError(
            f"{DEFAULT_HANDLER} of a context without 'exception' raised {raised!r}; expected a log"
        ) from raised
    records = errors_logged(caplog, anywhere=True)

    assert [("just text" in record.getMessage()) for record in records] == [True], (
        f"{DEFAULT_HANDLER} of the message 'just text' logged {in_brief(records)}; "
        "expected one record with that text"
    )
    assert not records[0].exc_info, (
        f"{DEFAULT_HANDLER} of a context without exception logged exc_info "
        f"{records[0].exc_info!r}; expected none"
    )


@requirement(
    "default_exception_handler.other_keys_logged",
    api="loop.default_exception_handler",
    level="implied",
    since="3.11",
)
async def test_the_other_keys_of_a_context_are_logged(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """The further entries of a context appear in the log, each as key and repr.

    If this fails, look for a handler that logs the message alone, or only keys it knows.
    """
    future = loop.create_future()

    loop.default_exception_handler({"message": "text", "future": future, "custom": [1, "two"]})
    texts = [record.getMessage() for record in errors_logged(caplog, anywhere=True)]
    future.cancel()

    assert len(texts) == 1, f"{DEFAULT_HANDLER} logged {texts} for one context; expected one record"
    missing = [word for word in ("future", "custom", "[1, 'two']") if word not in texts[0]]
    assert not missing, (
        f"{DEFAULT_HANDLER} of a context with 'future' and 'custom': [1, 'two'] logged "
        f"{texts[0]!r}; expected {missing} in it as well"
    )
    assert "Future" in texts[0], (
        f"{DEFAULT_HANDLER} of a context with a future logged {texts[0]!r}; expected its repr in it"
    )


@requirement(
    "default_exception_handler.callable_from_custom",
    api="loop.default_exception_handler",
    level="documented",
    since="3.11",
)
def test_a_custom_handler_may_defer_to_the_default_one(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """A custom handler may call default_exception_handler(), which logs as without the handler.

    If this fails, look for a default handler that goes through call_exception_handler(),
    or that does nothing while a custom one is set.
    """
    error = Planted("from a callback")
    called_for: list[object] = []
    missing: list[NotImplementedError] = []

    def handler(*called_with: Any) -> None:
        called_for.append(error_of(called_with[-1]))
        if len(called_for) > 1:
            return
        try:
            loop.default_exception_handler(called_with[-1])
        except NotImplementedError as absent:
            missing.append(absent)

    logged: list[list[object]] = []
    for custom in (None, handler):
        caplog.clear()
        loop.set_exception_handler(custom)
        loop.call_soon(fail_with, error)
        run_failing(loop)
        logged.append([*map(levels_and_errors, errors_logged(caplog, anywhere=True))])

    if missing:
        raise missing[0]
    assert called_for == [error], (
        f"a custom handler that defers to the default one was called for {called_for}; "
        f"expected one call, for {error!r}"
    )
    assert logged[1] == logged[0], (
        f"without a custom handler an error logged {logged[0]}, with one that defers to the "
        f"default handler {logged[1]}; expected the same"
    )


def levels_and_errors(record: logging.LogRecord) -> tuple[str, object]:
    """What of a record tells whether two say the same."""
    return record.levelname, record.exc_info[1] if record.exc_info else None
