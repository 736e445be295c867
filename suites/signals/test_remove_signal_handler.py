"""remove_signal_handler(), and what close() removes."""

from __future__ import annotations

import signal
from asyncio import AbstractEventLoop
from collections.abc import Callable

import pytest

from ..support.requirement import requirement
from ..support.signals import default_of, deliver, noting, put_at_default, removed, setting_of
from ..support.turns import run_turns, turns

CLOSE = "library/asyncio-eventloop.html#asyncio.loop.close"


@requirement(
    "remove_signal_handler.return_value",
    api="loop.remove_signal_handler",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_it_says_whether_there_was_a_handler(loop: AbstractEventLoop) -> None:
    """remove_signal_handler() returns True if it removed a handler, False if there was none.

    If this fails, look for a table's KeyError, or for a result that is left out.
    """
    answers: list[object] = []

    def remove() -> None:
        try:
            answers.append(loop.remove_signal_handler(signal.SIGUSR1))
        except KeyError:
            answers.append("KeyError")

    remove()
    loop.add_signal_handler(signal.SIGUSR1, print)
    remove()
    remove()

    assert list(map(repr, answers)) == ["False", "True", "False"], (
        f"remove_signal_handler(), before a handler was added and twice after it, gave {answers}; "
        "expected [False, True, False]"
    )


@requirement(
    "remove_signal_handler.while_stopped",
    api="loop.remove_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
@pytest.mark.parametrize("has_run", [False, True], ids=["before_first_run", "between_runs"])
def test_a_handler_can_be_removed_while_the_loop_is_stopped(
    loop_factory: Callable[[], AbstractEventLoop], has_run: bool
) -> None:
    """Removing works while the loop is stopped: it returns True, and the signal is free at once.

    If this fails, look for a removal that insists on a running loop, or that is put off
    until the next run.
    """
    put_at_default(signal.SIGHUP)
    loop = loop_factory()
    loop.add_signal_handler(signal.SIGHUP, print)
    if has_run:
        run_turns(loop)

    answer = removed(loop, signal.SIGHUP)
    now = setting_of(signal.SIGHUP)
    run_turns(loop)

    assert answer, (
        f"remove_signal_handler() on a stopped loop returned {answer!r}; expected True, as "
        "a handler had been added"
    )
    assert now == signal.SIG_DFL, (
        f"remove_signal_handler() on a stopped loop left SIGHUP to {now!r}; expected SIG_DFL"
    )


@requirement(
    "remove_signal_handler.restores_default",
    api="loop.remove_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM", "SIGINT"])
def test_removing_a_handler_puts_the_default_back(
    loop_factory: Callable[[], AbstractEventLoop], name: str
) -> None:
    """After it was removed a signal that was at its default is back there; SIGINT is Python's.

    If this fails, look for a handler of the loop's own that stays with Python, or for a
    SIGINT that is set to SIG_DFL, after which Ctrl+C ends the process.
    """
    ran: list[str] = []
    number = signal.Signals[name]
    put_at_default(number)
    loop = loop_factory()

    async def add_and_remove() -> tuple[object, object]:
        before = setting_of(number)  # which in a run may be the loop's own, for Ctrl+C
        loop.add_signal_handler(number, noting(ran, "handler"))
        await deliver(number, ran, 1)
        removed(loop, number)
        return before, setting_of(number)

    before, now = loop.run_until_complete(add_and_remove())

    assert ran, (
        f"{name}, with a handler, ran nothing; expected the handler, without which its removal "
        "says nothing"
    )
    assert now in (default_of(number), before), (
        f"remove_signal_handler({name}) left the signal to {now!r}; expected {default_of(number)!r}"
    )


@requirement(
    "remove_signal_handler.from_own_callback",
    api="loop.remove_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_handler_can_put_another_in_its_own_place(loop: AbstractEventLoop) -> None:
    """A handler can remove itself and add another while it runs; from then on that one is called.

    If this fails, look for a table of handlers that is written back after a callback was
    called from it.
    """
    ran: list[str] = []

    def first(*_: object) -> None:
        ran.append("first")
        loop.remove_signal_handler(signal.SIGUSR1)
        loop.add_signal_handler(signal.SIGUSR1, noting(ran, "second"))

    loop.add_signal_handler(signal.SIGUSR1, first)
    for count in (1, 2):
        await deliver(signal.SIGUSR1, ran, count)
    await turns()

    assert (ran[:1], set(ran[1:])) == (["first"], {"second"}), (
        f"two SIGUSR1, at the first of which the handler put a second one in its place, ran "
        f"{ran}; expected each in its turn"
    )


@requirement(
    "signal.wakeup_fd_restored",
    api="loop.remove_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
def test_without_handlers_no_wake_up_descriptor_is_left(loop: AbstractEventLoop) -> None:
    """With the last handler removed and the loop stopped, signals don't write to the loop.

    If this fails, look for signal.set_wakeup_fd(), which is the whole process's: whoever
    takes the descriptor's number next is written to.
    """
    ran: list[str] = []

    async def handle_and_remove() -> None:
        await deliver(signal.SIGUSR1, ran, 1)
        removed(loop, signal.SIGUSR1)

    loop.add_signal_handler(signal.SIGUSR1, noting(ran, "handler"))
    loop.run_until_complete(handle_and_remove())
    left = signal.set_wakeup_fd(-1)

    assert ran, (
        "SIGUSR1, with a handler, ran nothing; expected the handler, without which its removal "
        "says nothing"
    )
    assert left == -1, (
        f"after its last handler was removed and it had stopped, the loop left {left} as the "
        "process's wake-up descriptor; expected -1"
    )


@requirement(
    "close.removes_signal_handlers",
    api="loop.close",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
@pytest.mark.parametrize("name", ["SIGHUP", "SIGINT"])
def test_close_removes_the_signal_handlers(
    loop_factory: Callable[[], AbstractEventLoop], name: str
) -> None:
    """close() removes the loop's signal handlers: defaults are back, no wake-up descriptor is left.

    If this fails, look for a close() that forgets signals: the next one calls into a
    closed loop, or writes to a descriptor that is somebody else's by then.
    """
    ran: list[str] = []
    number = signal.Signals[name]
    put_at_default(number)
    loop = loop_factory()

    async def add_and_handle() -> object:
        before = setting_of(number)  # which in a run may be the loop's own, for Ctrl+C
        loop.add_signal_handler(number, noting(ran, "handler"))
        await deliver(number, ran, 1)
        return before

    before = loop.run_until_complete(add_and_handle())
    loop.close()
    now, left = setting_of(number), signal.set_wakeup_fd(-1)

    assert ran, f"{name}, with a handler, ran nothing; expected the handler"
    assert now in (default_of(number), before), (
        f"close() left {name} to {now!r}; expected {default_of(number)!r}"
    )
    assert left == -1, f"close() left {left} as the process's wake-up descriptor; expected -1"
