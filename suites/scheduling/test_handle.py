"""Handles: cancelling, being cancelled, and what a handle holds."""

from __future__ import annotations

import gc
import weakref
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.clocks import FAR, run_until
from ..support.expect import not_observable
from ..support.requirement import requirement
from ..support.tasks import MARK, context_with
from ..support.tracking import only_new_garbage
from ..support.turns import run_turns
from .methods import ALL, schedule

HANDLE = "library/asyncio-eventloop.html#asyncio.Handle"
BOTH = ("call_soon", "call_later")


@requirement(
    "handle.cancel.prevents_call",
    api="Handle.cancel",
    level="documented",
    since="3.11",
    doc=f"{HANDLE}.cancel",
)
def test_cancelling_prevents_one_call_and_no_other(loop: AbstractEventLoop) -> None:
    """Cancelling the handle of a pending callback prevents its call, and nothing else.

    If this fails, look for a cancel() that is forgotten when the loop runs, or that takes
    another entry out of the queue.
    """
    ran: list[int] = []

    handles = [loop.call_soon(ran.append, number) for number in range(3)]
    handles[1].cancel()
    run_turns(loop)

    assert ran == [0, 2], (
        f"of the callbacks 0, 1 and 2, with 1 cancelled, call_soon() ran {ran}; expected [0, 2]"
    )


@requirement(
    "handle.cancel.from_earlier_callback",
    api="Handle.cancel",
    level="documented",
    since="3.11",
    doc=f"{HANDLE}.cancel",
)
def test_a_callback_can_cancel_the_next_one(loop: AbstractEventLoop) -> None:
    """A callback can cancel one that is queued behind it in the same turn.

    If this fails, look for a turn that takes the callables out of their handles first.
    """
    ran: list[str] = []

    def first() -> None:
        ran.append("first")
        second.cancel()

    loop.call_soon(first)
    second = loop.call_soon(ran.append, "second")
    loop.call_soon(ran.append, "third")
    run_turns(loop)

    assert ran == ["first", "third"], (
        f"of three callbacks, the first of which cancels the second, {ran} ran; "
        "expected the first and the third"
    )


@requirement(
    "handle.cancel.idempotent_and_after_run",
    api="Handle.cancel",
    level="documented",
    since="3.11",
    doc=f"{HANDLE}.cancel",
)
@pytest.mark.parametrize("moment", ["twice", "while_running", "after_run", "after_close"])
@pytest.mark.parametrize("method", BOTH)
def test_cancelling_again_or_late_has_no_effect(
    loop: AbstractEventLoop, method: str, moment: str
) -> None:
    """cancel() has no effect, and raises nothing, when the callback ran or was cancelled already.

    If this fails, look for a cancel() that takes the handle out of a queue where it no
    longer is, or that needs a loop which is still open.
    """
    ran: list[str] = []
    raised: list[Exception] = []

    def cancel() -> None:
        try:
            handle.cancel()
        except Exception as error:  # noqa: BLE001 - whatever it is, the check tells of it
            raised.append(error)

    def callback() -> None:
        ran.append("callback")
        if moment == "while_running":
            cancel()

    handle = schedule(loop, method, callback)
    schedule(loop, method, ran.append, "control")
    if moment == "twice":
        cancel()
        cancel()
    run_until(loop, lambda: "control" in ran and (moment == "twice" or "callback" in ran))
    if moment == "after_close":
        loop.close()
    cancel()

    when = moment.replace("_", " ")
    expected = ["control"] if moment == "twice" else ["callback", "control"]
    assert not raised, f"cancel() of a {method}() handle, {when}, raised {raised}; expected nothing"
    assert sorted(ran) == expected, (
        f"with cancel() of a {method}() handle, {when}, the callback and a control ran as {ran}; "
        f"expected {expected}"
    )


@requirement(
    "handle.cancelled.values",
    api="Handle.cancelled",
    level="documented",
    since="3.11",
    doc=f"{HANDLE}.cancelled",
)
@pytest.mark.parametrize("method", BOTH)
def test_cancelled_tells_what_was_cancelled(loop: AbstractEventLoop, method: str) -> None:
    """cancelled() is False before and after the callback ran, True after cancel(); always a bool.

    If this fails, look for a cancelled() that tells whether the callback is over, or that
    returns a flag of another type.
    """
    ran: list[str] = []
    answers: dict[str, object] = {}

    handle = schedule(loop, method, ran.append, "callback")
    cancelled = schedule(loop, method, ran.append, "cancelled")
    cancelled.cancel()
    answers["pending"] = handle.cancelled()
    answers["cancelled"] = cancelled.cancelled()
    run_until(loop, lambda: ran)
    answers["executed"] = handle.cancelled()

    shown = {state: repr(answer) for state, answer in answers.items()}
    assert shown == {"pending": "False", "cancelled": "True", "executed": "False"}, (
        f"cancelled() of {method}() handles returned {shown}; expected True for the cancelled one "
        "and False for the others"
    )
    assert ran == ["callback"], f"{method}() ran {ran}; expected ['callback']"


class Thing:
    """Something that can be called, handed over, and referenced weakly."""

    def __call__(self, *_args: object) -> None:
        """Do nothing."""


@requirement(
    "handle.cancel.releases_references",
    api="Handle.cancel",
    level="interop",
    since="3.11",
    libraries=("aiohttp", "async-timeout"),
    doc=f"{HANDLE}.cancel",
)
@pytest.mark.parametrize("method", BOTH)
@only_new_garbage()
def test_a_cancelled_handle_lets_its_callback_go(loop: AbstractEventLoop, method: str) -> None:
    """Cancelling drops the callback and its arguments at once, long before a timer's deadline.

    If this fails, look for a cancel() that only sets a flag.
    """
    callback, argument = Thing(), Thing()
    references = {"callback": weakref.ref(callback), "argument": weakref.ref(argument)}

    handle = schedule(loop, method, callback, argument, delay=FAR)
    handle.cancel()
    del callback, argument
    gc.collect()
    alive = [name for name, reference in references.items() if reference() is not None]
    run_turns(loop)

    assert not alive, (
        f"the {' and the '.join(alive)} of a cancelled {method}() were still alive after "
        f"gc.collect(), with {type(handle).__name__} kept; expected cancel() to drop them"
    )


def _context_of(handle: Any, method: str) -> Any:
    """What the handle's get_context() returns; that there is a handle has its own requirements."""
    if handle is None and method == "call_soon_threadsafe":
        not_observable("call_soon_threadsafe() returned None, which has no context")
    return handle.get_context()


@requirement(
    "handle.get_context.explicit",
    api="Handle.get_context",
    level="documented",
    since="3.12",
    doc=f"{HANDLE}.get_context",
)
@pytest.mark.parametrize("method", ALL)
def test_a_handle_returns_the_context_it_was_given(loop: AbstractEventLoop, method: str) -> None:
    """get_context() returns the very context with which the callback was registered.

    If this fails, look for a handle that copies the context it is given.
    """
    given = context_with("given")

    handle = schedule(loop, method, context_with, "callback", context=given)
    run_turns(loop)
    answer = _context_of(handle, method)

    assert answer is given, (
        f"get_context() of a {method}() handle returned {answer!r}; "
        "expected the context that was given"
    )


@requirement(
    "handle.get_context.default",
    api="Handle.get_context",
    level="documented",
    since="3.12",
    doc=f"{HANDLE}.get_context",
)
@pytest.mark.parametrize("method", ALL)
def test_a_handle_returns_the_copy_of_its_callers_context(
    loop: AbstractEventLoop, method: str
) -> None:
    """Without a context, get_context() returns the copy that was made at registration.

    If this fails, look for a handle that stores what it was given, and that is None.
    """
    caller = context_with("before")

    handle: Any = caller.run(schedule, loop, method, context_with, "callback")
    caller.run(MARK.set, "after")
    run_turns(loop)
    answer = _context_of(handle, method)

    assert answer is not None, (
        f"get_context() of a {method}() handle registered without a context returned None; "
        "expected the copy of its caller's"
    )
    assert answer is not caller, (
        f"get_context() of a {method}() handle returned its caller's context; expected a copy"
    )
    assert answer[MARK] == "before", (
        f"get_context() of a {method}() handle returned a context with {answer[MARK]!r}; "
        "expected the caller's value at registration, 'before'"
    )
