"""add_signal_handler(): several signals, and several handlers for one."""

from __future__ import annotations

import signal
from asyncio import AbstractEventLoop

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.signals import deliver, noting, send
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
    """Each signal has a handler of its own; to remove one leaves the others.

    If this fails, look for a table with one place, or for a read of the wake-up
    descriptor that takes the first of several signals.
    """
    ran: list[str] = []

    loop.add_signal_handler(signal.SIGUSR1, noting(ran, "SIGUSR1"))
    loop.add_signal_handler(signal.SIGUSR2, noting(ran, "SIGUSR2"))
    send(signal.SIGUSR2)
    await deliver(signal.SIGUSR1, ran, 2)
    await turns()
    of_both = sorted(ran)
    loop.remove_signal_handler(signal.SIGUSR1)
    ran.clear()
    await deliver(signal.SIGUSR2, ran, 1)

    assert of_both == ["SIGUSR1", "SIGUSR2"], (
        f"SIGUSR1 and SIGUSR2, sent together, ran the handlers of {of_both}; expected each once"
    )
    assert ran == ["SIGUSR2"], (
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
    await deliver(signal.SIGUSR1, ran, 1)
    await turns()
    removed = [bool(loop.remove_signal_handler(signal.SIGUSR1)) for _ in range(2)]

    assert ran == ["second"], (
        f"SIGUSR1, for which two handlers were added, ran {ran}; expected the second alone"
    )
    assert removed == [True, False], (
        f"removing the handler of a signal, for which two were added, answered {removed} when "
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
    with expect_raises(TypeError, "add_signal_handler() with a coroutine function"):
        loop.add_signal_handler(signal.SIGUSR1, nothing)
    await deliver(signal.SIGUSR1, ran, 1)

    assert ran == ["old handler"], (
        f"SIGUSR1, after a coroutine function was refused as its handler, ran {ran}; expected "
        "the handler that it had"
    )
