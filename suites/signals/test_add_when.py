"""add_signal_handler(): handlers of loops that idle, that are stopped, and that run again."""

from __future__ import annotations

import signal
import time
from asyncio import AbstractEventLoop

from ..support.factories import turns_until
from ..support.requirement import requirement
from ..support.signals import BACKSTOP, PATIENCE, deliver, noting, once_idle, send, setting_of
from ..support.tasks import expect_accepted
from ..support.turns import run_turns, turns


@requirement(
    "add_signal_handler.wakes_idle_loop",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
def test_a_signal_wakes_an_idle_loop(loop: AbstractEventLoop) -> None:
    """A signal wakes a loop that is blocked waiting, and its handler runs at once.

    If this fails, look for a signal that leaves a note where only the next turn of the
    loop looks: a wake-up descriptor has to be among what the loop waits for.
    """
    ran: list[str] = []

    def stop(how: str) -> None:
        ran.append(how)
        loop.stop()

    loop.add_signal_handler(signal.SIGUSR1, lambda *_: stop("handler"))
    loop.call_later(BACKSTOP, stop, f"a timer, {BACKSTOP} s later")
    with once_idle(loop, lambda: send(signal.SIGUSR1), times=10):
        loop.run_forever()

    assert set(ran) == {"handler"}, (
        f"SIGUSR1, sent while the loop idled, brought {ran}; expected its handler alone "
        "to stop the loop"
    )


@requirement(
    "add_signal_handler.added_while_stopped",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
def test_a_handler_added_to_a_stopped_loop_works_in_later_runs(loop: AbstractEventLoop) -> None:
    """A handler can be added to a loop that is not running, and works in each later run.

    If this fails, look for a call that insists on a running loop, or for handlers that
    are given up at the end of a run.
    """
    ran: list[str] = []

    async def signalled() -> None:
        await deliver(signal.SIGUSR1, ran, 1)

    with expect_accepted("add_signal_handler() on a loop that had not run"):
        loop.add_signal_handler(signal.SIGUSR1, noting(ran, "handler"))
    run_turns(loop)
    run_turns(loop)
    loop.run_until_complete(signalled())

    assert set(ran) == {"handler"}, (
        "a handler was added before the first run, and SIGUSR1 sent in the third: that ran "
        f"{ran}; expected the handler"
    )


@requirement(
    "add_signal_handler.signal_between_runs",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
def test_a_signal_between_two_runs_is_handled_in_the_next(loop: AbstractEventLoop) -> None:
    """A signal that comes while the loop is stopped is handled in its next run.

    If this fails, look for a run that ends by taking down what notices signals: one that
    comes then is forgotten, or ends the process.
    """
    ran: list[str] = []

    async def settle() -> None:
        await turns_until(lambda: ran)
        await turns()

    loop.add_signal_handler(signal.SIGUSR1, noting(ran, "handler"))
    run_turns(loop)
    before = setting_of(signal.SIGUSR1)
    end = time.monotonic() + PATIENCE
    while not ran and time.monotonic() < end:
        send(signal.SIGUSR1)
        loop.run_until_complete(settle())

    assert before != signal.SIG_DFL, (
        "between two runs SIGUSR1, with a handler, stood at SIG_DFL, which ends the process; "
        "expected it to be kept for the next run"
    )
    assert set(ran) == {"handler"}, (
        f"SIGUSR1, sent between two runs, ran {ran} in the second; expected its handler"
    )


@requirement(
    "add_signal_handler.other_loop_leaves_it",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
def test_another_loop_leaves_the_handlers_of_this_one(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop
) -> None:
    """To run and close another loop, which has no signal handlers, leaves a loop's own in place.

    If this fails, look for a run or a close() that resets the process's signals, or its
    wake-up descriptor, without having set them.
    """
    ran: list[str] = []

    loop.add_signal_handler(signal.SIGUSR1, noting(ran, "handler"))
    run_turns(second_loop)
    second_loop.close()
    loop.run_until_complete(deliver(signal.SIGUSR1, ran, 1))

    assert set(ran) == {"handler"}, (
        f"SIGUSR1, sent after another loop had run and was closed, ran {ran}; expected the "
        "handler that was added before"
    )
