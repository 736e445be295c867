"""run_forever(): interrupts that callbacks raise."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from contextlib import suppress

import pytest

from ..support.expect import expect_raises, not_observable
from ..support.requirement import requirement
from ..support.running import expect_usable
from ..support.turns import run_turns

INTERRUPTS: list[type[BaseException]] = [KeyboardInterrupt, SystemExit]
GUARD = 0.2
"""Seconds after which a run is stopped that keeps an interrupt in; others are over at once."""
RUNNER = "library/asyncio-runner.html#handling-keyboard-interruption"


@requirement(
    "run_forever.exception.interrupt_from_callback",
    api="loop.run_forever",
    level="implied",
    since="3.11",
    doc=RUNNER,
)
@pytest.mark.parametrize("kind", INTERRUPTS)
@pytest.mark.parametrize("scheduled_by", ["call_soon", "call_later"])
def test_an_interrupt_of_a_callback_leaves_the_run(
    loop: AbstractEventLoop, kind: type[BaseException], scheduled_by: str
) -> None:
    """KeyboardInterrupt and SystemExit of a callback leave the run; the loop is usable again.

    If this fails, look for an `except BaseException` around callbacks, or for state that is
    put back only when a run ends normally.
    """
    error = kind("from a callback")

    def interrupting() -> None:
        raise error

    if scheduled_by == "call_soon":
        loop.call_soon(interrupting)
    else:
        loop.call_later(0, interrupting)
    guard = loop.call_later(GUARD, loop.stop)
    doing = f"run_forever() with a {kind.__name__} in a callback of {scheduled_by}()"
    with expect_raises(kind, doing) as caught:
        loop.run_forever()
    running = loop.is_running()
    guard.cancel()

    assert caught.error is error, (
        f"{doing} raised {caught.error!r}, another object than {error!r}; expected that one"
    )
    assert running is False, f"is_running() after {doing} is {running!r}; expected False"
    expect_usable(loop, f"after {doing}")


@requirement(
    "run_forever.exception.rest_of_batch_kept",
    api="loop.run_forever",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("kind", INTERRUPTS)
def test_an_interrupt_loses_no_other_callback(
    loop: AbstractEventLoop, kind: type[BaseException]
) -> None:
    """Callbacks queued behind one that raised an interrupt are not lost: each runs once, in order.

    If this fails, look for a batch that is taken off the ready queue before its callbacks run.
    """
    ran: list[str] = []

    def interrupting() -> None:
        ran.append("interrupting")
        raise kind("from a callback")

    for callback in (interrupting, lambda: ran.append("first"), lambda: ran.append("second")):
        loop.call_soon(callback)
    loop.set_exception_handler(lambda *_: None)  # where it goes if it does not leave the run
    guard = loop.call_later(GUARD, loop.stop)
    interrupted = False
    try:
        loop.run_forever()
    except kind:
        interrupted = True
    guard.cancel()
    with suppress(kind):  # where the callback is run again
        run_turns(loop)

    if not interrupted and len(ran) == 3:
        not_observable("the interrupt did not leave the run")
    assert ran == ["interrupting", "first", "second"], (
        f"a callback that raised {kind.__name__} and two behind it ran as {ran}, in two runs; "
        "expected each once, in order"
    )
