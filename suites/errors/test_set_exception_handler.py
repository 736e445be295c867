"""set_exception_handler() and get_exception_handler(): what is kept, for which loop, from when."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.reports import (
    Context,
    Planted,
    ends_by_itself,
    error_of,
    errors_logged,
    fail_with,
    in_brief,
    keep_reports,
    run_failing,
)
from ..support.requirement import requirement
from ..support.turns import SETTLE, run_turns

HANDLER_KINDS = ("function", "bound method", "instance")


class _Handlers:
    """A callable, with a method that is a handler too."""

    def __call__(self, loop: AbstractEventLoop, context: Context) -> None:
        """Ignore the report."""

    method = __call__


def _handler_of(kind: str) -> Any:
    def function(_loop: AbstractEventLoop, _context: Context) -> None:
        pass

    return {"function": function, "bound method": _Handlers().method}.get(kind, _Handlers())


@requirement(
    "exception_handler.get.default_none",
    api="loop.get_exception_handler",
    level="documented",
    since="3.11",
)
async def test_without_a_handler_the_getter_returns_none(loop: AbstractEventLoop) -> None:
    """Without a custom handler get_exception_handler() is None.

    If this fails, look for a getter that hands out the default handler, or for a
    set_exception_handler(None) that keeps the old one.
    """
    found = [loop.get_exception_handler()]
    loop.set_exception_handler(_handler_of("function"))
    installed = loop.get_exception_handler()
    loop.set_exception_handler(None)
    found.append(loop.get_exception_handler())

    assert installed is not None, (
        "get_exception_handler() is None with a handler installed; expected the handler, "
        "without which None says nothing"
    )
    assert found == [None, None], (
        f"get_exception_handler() on a new loop and after set_exception_handler(None) returned "
        f"{found}; expected None twice"
    )


@requirement(
    "exception_handler.get.identity",
    api="loop.get_exception_handler",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("kind", HANDLER_KINDS)
async def test_the_getter_returns_the_very_handler(loop: AbstractEventLoop, kind: str) -> None:
    """get_exception_handler() returns the callable that was set, not a wrapper of it.

    If this fails, look for a setter that stores a partial, a closure or a native wrapper.
    """
    handler = _handler_of(kind)

    loop.set_exception_handler(handler)
    found = loop.get_exception_handler()

    same = found == handler if kind == "bound method" else found is handler
    assert same, (
        f"get_exception_handler() after set_exception_handler({kind}) returned {found!r}; "
        "expected the callable that was set"
    )


@requirement(
    "exception_handler.set.type_error",
    api="loop.set_exception_handler",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("value", ["x", 1, 0, "", ()], ids=repr)
async def test_what_is_not_callable_is_refused(loop: AbstractEventLoop, value: Any) -> None:
    """A handler that is neither None nor callable raises TypeError, and the old one stays.

    If this fails, look for a setter that stores whatever it gets, that takes anything
    false for None, or that drops the old handler before it looks at the new one.
    """
    handler = _handler_of("function")
    loop.set_exception_handler(handler)

    with expect_raises(TypeError, f"set_exception_handler({value!r})"):
        loop.set_exception_handler(value)
    found = loop.get_exception_handler()

    assert found is handler, (
        f"get_exception_handler() after a refused set_exception_handler({value!r}) returned "
        f"{found!r}; expected the handler that was set before"
    )


@requirement(
    "exception_handler.set.none_restores_default",
    api="loop.set_exception_handler",
    level="documented",
    since="3.11",
)
def test_none_brings_back_the_default_handler(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """After set_exception_handler(None) errors go where they went before any handler was set.

    If this fails, look for None taken as "no change", or stored and then called.
    """
    errors = [Planted(text) for text in ("before", "during", "after")]
    logged: list[list[object]] = []

    def fail_and_see(error: Planted) -> None:
        caplog.clear()
        loop.call_soon(fail_with, error)
        run_failing(loop)
        logged.append([record[:1] for record in in_brief(errors_logged(caplog, anywhere=True))])

    fail_and_see(errors[0])
    kept = keep_reports(loop, error_of)
    fail_and_see(errors[1])
    loop.set_exception_handler(None)
    fail_and_see(errors[2])

    assert kept == [errors[1]], (
        f"errors before, during and after the time in which a handler was installed called it for "
        f"{kept}; expected {[errors[1]]}"
    )
    assert logged[2] == logged[0], (
        f"an error before any handler was installed logged records of the levels {logged[0]}, one "
        f"after set_exception_handler(None) {logged[2]}; expected the same"
    )


@requirement(
    "exception_handler.per_loop",
    api="loop.set_exception_handler",
    level="implied",
    since="3.11",
)
def test_a_handler_belongs_to_one_loop(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop
) -> None:
    """A handler set on one loop is called for errors on that loop, and on no other.

    If this fails, look for a handler that is stored on the class or in the module.
    """
    first, second = Planted("on the first loop"), Planted("on the second loop")
    kept_by_second = keep_reports(second_loop, error_of)
    kept_by_first = keep_reports(loop, error_of)

    for running, error in ((loop, first), (second_loop, second)):
        running.call_soon(fail_with, error)
        run_failing(running)

    assert (kept_by_first, kept_by_second) == ([first], [second]), (
        f"errors on two loops, {first!r} and {second!r}, went to the first loop's handler "
        f"as {kept_by_first}, to the second one's as {kept_by_second}; expected each its own"
    )


@requirement(
    "exception_handler.change_takes_effect_immediately",
    api="loop.set_exception_handler",
    level="implied",
    since="3.11",
)
def test_a_new_handler_gets_the_next_error(loop: AbstractEventLoop) -> None:
    """A handler that a callback installs gets the errors later in the same iteration.

    If this fails, look for a handler that is read once for each run or each batch.
    """
    first, second = Planted("first"), Planted("second")
    kept: list[list[object]] = [keep_reports(loop, error_of)]

    loop.call_soon(fail_with, first)
    loop.call_soon(lambda: kept.append(keep_reports(loop, error_of)))
    loop.call_soon(fail_with, second)
    run_failing(loop)

    assert kept == [[first], [second]], (
        f"two errors, with a new handler installed in between, went to the handlers as {kept}; "
        f"expected {[[first], [second]]}"
    )


@requirement(
    "exception_handler.may_use_loop",
    api="loop.call_exception_handler",
    level="implied",
    since="3.11",
)
def test_a_handler_may_use_the_loop(loop: AbstractEventLoop) -> None:
    """A handler may schedule work, stop the loop and remove itself.

    If this fails, look for a lock held while the handler is called, or for the old
    handler put back when it returns.
    """
    ran: list[str] = []
    called: list[str] = []

    def handler(*_: object) -> None:
        called.append("handler")
        loop.stop()
        loop.set_exception_handler(None)
        loop.call_soon(ran.append, "scheduled by the handler")

    loop.set_exception_handler(handler)
    loop.call_soon(fail_with, Planted("from a callback"))
    stopped = ends_by_itself(loop)
    found = loop.get_exception_handler()
    run_turns(loop)

    assert called == ["handler"], f"an error called {called}; expected the handler, once"
    assert stopped, (
        f"a handler called stop() and the run went on for {SETTLE} turns; expected it to end"
    )
    assert found is None, (
        f"a handler removed itself, and after it get_exception_handler() returned {found!r}; "
        "expected None"
    )
    assert ran == ["scheduled by the handler"], (
        f"a handler called call_soon(), and by the end of the next run there ran {ran}; "
        "expected the callback, once"
    )
