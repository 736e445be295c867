"""call_soon(): what the callback is handed, and what the caller gets."""

from __future__ import annotations

import asyncio
import functools
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.clocks import run_until
from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.turns import run_turns
from .methods import ALL, schedule

ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "no_arguments": (),
    "None": (None,),
    "empty_tuple": ((),),
    "one_list": ([1, 2],),
    "four": (object(), object(), None, ()),
}


@requirement(
    "call_soon.args.passed_positionally", api="loop.call_soon", level="documented", since="3.11"
)
@pytest.mark.parametrize("arguments", ARGUMENTS.values(), ids=ARGUMENTS)
def test_the_callback_gets_the_arguments_that_were_given(
    loop: AbstractEventLoop, arguments: tuple[Any, ...]
) -> None:
    """The arguments after the callback are handed to it as they are, the same objects.

    If this fails, look for arguments that are packed, copied or dropped where they are
    empty, or for "no arguments" that is mixed up with None.
    """
    got: list[tuple[Any, ...]] = []

    def callback(*args: Any) -> None:
        got.append(args)

    loop.call_soon(callback, *arguments)
    run_turns(loop)

    assert got == [arguments], (
        f"call_soon(callback, *{arguments!r}) called it with {got}; expected these arguments, once"
    )
    same = [mine is theirs for mine, theirs in zip(arguments, got[0], strict=True)]
    assert all(same), (
        f"call_soon(callback, *{arguments!r}) passed the same object: {same}; "
        "expected the very objects that were given"
    )


@requirement(
    "call_soon.args.unknown_keyword_type_error",
    api="loop.call_soon",
    level="documented",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio-pass-keywords",
)
@pytest.mark.parametrize("method", ALL)
def test_keywords_for_the_callback_are_refused(loop: AbstractEventLoop, method: str) -> None:
    """A keyword other than context is refused with TypeError; functools.partial passes keywords.

    If this fails, look for a signature that takes any keywords.
    """
    called: list[str] = []

    def callback(*, mark: str) -> None:
        called.append(mark)

    with expect_raises(TypeError, f"{method}(callback, mark=...)"):
        schedule(loop, method, callback, mark="keyword")
    schedule(loop, method, functools.partial(callback, mark="partial"))
    run_until(loop, lambda: called)
    run_turns(loop)

    assert called == ["partial"], (
        f"{method}() with a keyword, then with a partial, called back with {called}; "
        "expected the partial alone"
    )


@requirement(
    "call_soon.returns.handle_instance", api="loop.call_soon", level="documented", since="3.11"
)
def test_call_soon_returns_an_asyncio_handle(loop: AbstractEventLoop) -> None:
    """The return value is an instance of asyncio.Handle.

    If this fails, look for a method that returns nothing, or for a handle class of the
    loop's own that does not derive from asyncio.Handle.
    """
    ran: list[str] = []

    handle = loop.call_soon(ran.append, "callback")
    run_turns(loop)

    assert ran == ["callback"], f"call_soon() ran {ran}; expected the callback"
    assert isinstance(handle, asyncio.Handle), (
        f"call_soon() returned a {type(handle).__qualname__}; "
        "expected an instance of asyncio.Handle"
    )


@requirement(
    "call_soon.returns.handle_interface",
    api="loop.call_soon",
    level="documented",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio.Handle",
)
def test_the_handle_can_be_cancelled_and_asked(loop: AbstractEventLoop) -> None:
    """The handle that call_soon() returns has cancel() and cancelled().

    If this fails, look for a handle class that lacks one of them, or whose cancelled()
    answers another question, such as whether the callback is done.
    """
    ran: list[str] = []

    handle: Any = loop.call_soon(ran.append, "cancelled")
    loop.call_soon(ran.append, "control")
    lacking = [name for name in ("cancel", "cancelled") if not hasattr(handle, name)]
    assert not lacking, f"call_soon() returned {handle!r}, without {lacking}; expected both"
    answers = [handle.cancelled(), handle.cancel(), handle.cancelled()]
    run_turns(loop)

    assert answers == [False, None, True], (
        f"cancelled(), cancel(), cancelled() of a new handle returned {answers}; "
        "expected False, None, True"
    )
    assert ran == ["control"], (
        f"a callback that was cancelled and one that was not ran as {ran}; expected ['control']"
    )
