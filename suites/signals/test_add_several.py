"""add_signal_handler(): several signals, and several handlers for one."""

from __future__ import annotations

import signal
from asyncio import AbstractEventLoop

from ..support.expect import not_observable
from ..support.requirement import requirement
from ..support.signals import deliver, deliver_until, ignore, noting, removed
from ..support.tasks import expect_accepted, nothing
from ..support.turns import turns


@requirement(
    "add_signal_handler.several_signals",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_handlers_of_different_signals_are_independent(loop: AbstractEventLoop) -> None:
    """Each signal has a handler of its own; signals that come together are all handled.

    If this fails, look for a table with one place, or for a read of the wake-up
    descriptor that takes the first of several signals.
    """
    ran: list[str] = []

    loop.add_signal_handler(signal.SIGUSR1, noting(ran, "SIGUSR1"))
    loop.add_signal_handler(signal.SIGUSR2, noting(ran, "SIGUSR2"))
    await deliver_until(lambda: len(set(ran)) == 2, signal.SIGUSR2, signal.SIGUSR1)

    of_both = sorted(set(ran))
    assert of_both == ["SIGUSR1", "SIGUSR2"], (
        f"SIGUSR1 and SIGUSR2, sent together, ran the handlers of {of_both}; expected both"
    )


@requirement(
    "remove_signal_handler.leaves_others",
    api="loop.remove_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_removing_a_handler_leaves_those_of_other_signals(loop: AbstractEventLoop) -> None:
    """Removing the handler of one signal leaves the handlers of the others.

    If this fails, look for a removal that takes down what all handlers share.
    """
    ran: list[str] = []

    loop.add_signal_handler(signal.SIGUSR1, noting(ran, "SIGUSR1"))
    loop.add_signal_handler(signal.SIGUSR2, noting(ran, "SIGUSR2"))
    removed(loop, signal.SIGUSR1)
    await deliver(signal.SIGUSR2, ran, 1)

    assert set(ran) == {"SIGUSR2"}, (
        f"SIGUSR2, after the handler of SIGUSR1 was removed, ran the handlers of {ran}; "
        "expected its own"
    )


@requirement(
    "add_signal_handler.replaces_previous",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_second_handler_for_a_signal_replaces_the_first(loop: AbstractEventLoop) -> None:
    """Adding a handler for a signal that has one replaces it.

    If this fails, look for a list of handlers for each signal, or for a check that there
    is none yet.
    """
    ran: list[str] = []

    loop.add_signal_handler(signal.SIGUSR1, noting(ran, "first"))
    with expect_accepted("add_signal_handler() for a signal that has a handler"):
        loop.add_signal_handler(signal.SIGUSR1, noting(ran, "second"))
    await deliver_until(lambda: "second" in ran, signal.SIGUSR1)
    await turns()

    assert set(ran) == {"second"}, (
        f"SIGUSR1, for which two handlers were added, ran {ran}; expected the second alone"
    )


@requirement(
    "remove_signal_handler.after_replacement",
    api="loop.remove_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_replaced_handler_does_not_come_back(loop: AbstractEventLoop) -> None:
    """One removal leaves a signal without handler, even if a handler was replaced before.

    If this fails, look for a stack or a list of handlers for each signal.
    """
    loop.add_signal_handler(signal.SIGUSR1, print)
    try:
        loop.add_signal_handler(signal.SIGUSR1, ignore, 0, None)
    except Exception:  # noqa: BLE001 - whatever it is, it is another promise
        not_observable("a second handler for a signal is refused")

    answers = [removed(loop, signal.SIGUSR1) for _ in range(2)]

    assert answers == [True, False], (
        f"removing the handler of a signal, for which two were added, answered {answers} when "
        "asked twice; expected [True, False]"
    )


@requirement(
    "add_signal_handler.refused_keeps_old",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_refused_handler_leaves_the_old_one(loop: AbstractEventLoop) -> None:
    """A call of add_signal_handler() that is refused leaves the signal's handler in place.

    If this fails, look for an old handler that is removed before the new one is looked at.
    """
    ran: list[str] = []

    loop.add_signal_handler(signal.SIGUSR1, noting(ran, "old handler"))
    try:
        loop.add_signal_handler(signal.SIGUSR1, nothing)
    except Exception:  # noqa: BLE001, S110 - which one it has to be is another promise
        pass
    else:
        not_observable("a coroutine function was not refused")
    await deliver(signal.SIGUSR1, ran, 1)

    assert set(ran) == {"old handler"}, (
        f"SIGUSR1, after a coroutine function was refused as its handler, ran {ran}; expected "
        "the handler that it had"
    )
