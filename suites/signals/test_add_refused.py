"""add_signal_handler(): what it refuses. Each check has its control: what is in order works."""

from __future__ import annotations

import signal
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest

from ..support.expect import expect_raises, not_observable
from ..support.requirement import requirement
from ..support.signals import expect_handled, ignore, removed, setting_of
from ..support.tasks import nothing
from ..support.turns import run_turns

CLOSE = "library/asyncio-eventloop.html#asyncio.loop.close"


@requirement(
    "add_signal_handler.invalid_number",
    api="loop.add_signal_handler",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
@pytest.mark.parametrize("number", [0, -1, 10**5])
async def test_a_number_that_is_no_signal_is_a_value_error(
    loop: AbstractEventLoop, number: int
) -> None:
    """A signal number outside of the valid range raises ValueError.

    If this fails, look for an error of the system that is passed on as it came, or for a
    number that is first looked at when a signal comes.
    """
    await expect_handled(loop)

    with expect_raises(ValueError, f"add_signal_handler({number}, callback)"):
        loop.add_signal_handler(number, print)


@requirement(
    "add_signal_handler.non_int",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
@pytest.mark.parametrize("call", ["add_signal_handler", "remove_signal_handler"])
@pytest.mark.parametrize("sig", ["SIGUSR1", None], ids=["name", "None"])
async def test_a_signal_that_is_no_integer_is_a_type_error(
    loop: AbstractEventLoop, call: str, sig: Any
) -> None:
    """A signal that is not an integer raises TypeError; members of signal.Signals are integers.

    If this fails, look for a table of handlers that is asked before the argument is.
    """
    await expect_handled(loop)
    callback = [print] if call == "add_signal_handler" else []

    with expect_raises(TypeError, f"{call}({sig!r})"):
        getattr(loop, call)(sig, *callback)


@requirement(
    "add_signal_handler.uncatchable",
    api="loop.add_signal_handler",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
@pytest.mark.parametrize("name", ["SIGKILL", "SIGSTOP"])
async def test_a_signal_that_nobody_can_handle_is_refused(
    loop: AbstractEventLoop, name: str
) -> None:
    """For SIGKILL and SIGSTOP ValueError or RuntimeError is raised.

    If this fails, look for an OSError that is passed on.
    """
    await expect_handled(loop)
    number = signal.Signals[name]

    with expect_raises((ValueError, RuntimeError), f"add_signal_handler({name}, callback)"):
        loop.add_signal_handler(number, print)


@requirement(
    "remove_signal_handler.after_refusal",
    api="loop.remove_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_refused_handler_is_not_recorded(loop: AbstractEventLoop) -> None:
    """A handler that was refused is not recorded: there is nothing to remove for its signal.

    If this fails, look for a handler that is put into the table before it was looked at.
    """
    loop.add_signal_handler(signal.SIGUSR2, ignore, 0, None)
    try:
        loop.add_signal_handler(signal.SIGUSR1, nothing)
    except Exception:  # noqa: BLE001, S110 - which one it has to be is another promise
        pass
    else:
        not_observable("a coroutine function was not refused")

    names = "SIGUSR1", "SIGUSR2"
    answers = {name: removed(loop, signal.Signals[name]) for name in names}

    assert answers == {"SIGUSR1": False, "SIGUSR2": True}, (
        f"remove_signal_handler(), where SIGUSR1's handler had been refused and SIGUSR2's "
        f"accepted, answered {answers}; expected False for the refused one, True for the other"
    )


@requirement(
    "add_signal_handler.refused_leaves_later_handlers",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_refusal_by_the_system_does_not_harm_later_handlers(
    loop: AbstractEventLoop,
) -> None:
    """After a signal that nobody can handle was refused, handlers of other signals work.

    If this fails, look for the way back from a refusal: with no handler left it may take
    the wake-up descriptor away, which the next handler then needs to get back.
    """
    with suppress(ValueError, RuntimeError, OSError):
        loop.add_signal_handler(signal.SIGKILL, print)

    await expect_handled(loop)


@requirement(
    "add_signal_handler.coroutine_type_error",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
@pytest.mark.parametrize("debug", [False, True], ids=["", "debug_mode"])
@pytest.mark.parametrize("what", ["coroutine function", "coroutine object"])
async def test_a_coroutine_is_no_signal_handler(
    loop: AbstractEventLoop, what: str, debug: bool
) -> None:
    """Coroutine functions and coroutine objects are refused with TypeError, in any mode.

    If this fails, look for a check that only debug mode makes: what is accepted here is
    never awaited.
    """
    loop.set_debug(debug)
    await expect_handled(loop)
    coro: Coroutine[Any, Any, None] = nothing()
    callback: Any = nothing if what == "coroutine function" else coro

    with expect_raises(TypeError, f"add_signal_handler() with a {what}"):
        loop.add_signal_handler(signal.SIGUSR1, callback)

    coro.close()


@requirement(
    "add_signal_handler.not_main_thread",
    api="loop.add_signal_handler",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
def test_a_thread_other_than_the_main_one_can_add_no_handler(
    loop: AbstractEventLoop, loop_factory: Callable[[], AbstractEventLoop]
) -> None:
    """Outside of the main thread it raises ValueError or RuntimeError, and installs nothing.

    If this fails, look for a call that returns where Python refuses to install handlers.
    """
    ended: list[BaseException | None] = []

    async def add(own: AbstractEventLoop) -> None:
        own.add_signal_handler(signal.SIGUSR1, print)

    def run() -> None:
        own = loop_factory()
        try:
            own.run_until_complete(add(own))
        except BaseException as error:  # noqa: BLE001 - raised again below
            ended.append(error)
        finally:
            own.close()

    loop.run_until_complete(expect_handled(loop))
    before = setting_of(signal.SIGUSR1)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    with expect_raises((ValueError, RuntimeError), "add_signal_handler() in a worker thread"):
        for error in filter(None, ended):
            raise error

    now = setting_of(signal.SIGUSR1)
    assert now == before, (
        f"add_signal_handler(), refused in a worker thread, left SIGUSR1 to {now!r}; expected "
        "what it was set to before"
    )


@requirement(
    "add_signal_handler.closed_loop",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=CLOSE,
)
def test_a_closed_loop_takes_no_handler(loop: AbstractEventLoop) -> None:
    """On a closed loop it raises RuntimeError, and leaves the signal to whoever has it.

    If this fails, look for a call that does not ask whether the loop is closed.
    """
    loop.run_until_complete(expect_handled(loop))
    before = setting_of(signal.SIGUSR1)
    run_turns(loop)
    loop.close()

    with expect_raises(RuntimeError, "add_signal_handler() on a closed loop"):
        loop.add_signal_handler(signal.SIGUSR1, print)

    now = setting_of(signal.SIGUSR1)
    assert now == before, (
        f"add_signal_handler() on a closed loop left SIGUSR1 to {now!r}; expected what "
        "it was set to before"
    )
