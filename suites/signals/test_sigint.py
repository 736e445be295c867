"""SIGINT, with a handler of the loop and with Python's own."""

from __future__ import annotations

import signal
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.signals import BACKSTOP, PATIENCE, once_idle, put_at_default, send
from ..support.turns import run_turns

INTERRUPTION = "library/asyncio-runner.html#handling-keyboard-interruption"


@requirement(
    "add_signal_handler.sigint_replaces_keyboard_interrupt",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
@pytest.mark.parametrize("when", ["in_a_callback", "while_idle"])
def test_a_handler_for_sigint_stands_in_for_keyboard_interrupt(
    loop_factory: Callable[[], AbstractEventLoop], when: str
) -> None:
    """With a handler of the loop for SIGINT, it is called, and KeyboardInterrupt not raised.

    If this fails, look for Python's own handler, which must not stay installed, or for a
    run that ends at every interrupt.
    """
    ran: list[str] = []

    def handler(*_: object) -> None:
        ran.append("handler")
        loop.call_soon(ran.append, "what came next")
        loop.call_soon(loop.stop)

    def interrupt() -> None:
        send(signal.SIGINT)

    def run() -> None:
        try:
            if when == "in_a_callback":
                loop.call_soon(interrupt)
                loop.run_forever()
            else:
                with once_idle(loop, interrupt):
                    loop.run_forever()
        except KeyboardInterrupt:
            ran.append("KeyboardInterrupt")

    put_at_default(signal.SIGINT)
    loop = loop_factory()
    loop.add_signal_handler(signal.SIGINT, handler)
    loop.call_later(BACKSTOP, loop.stop)
    end = time.monotonic() + PATIENCE
    while "handler" not in ran and time.monotonic() < end:
        ran.clear()
        run()

    assert ran == ["handler", "what came next"], (
        f"SIGINT, with a handler of the loop, brought {ran}; expected the handler, and the "
        "loop to go on"
    )


@requirement(
    "signal.sigint_default_interrupts_idle_loop",
    api="loop.run_forever",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=INTERRUPTION,
)
def test_ctrl_c_interrupts_an_idle_loop(loop_factory: Callable[[], AbstractEventLoop]) -> None:
    """SIGINT, handled by Python, makes an idle run_forever() raise KeyboardInterrupt.

    If this fails, look for a wait in native code that starts again after a signal
    without Python's handlers, or for a flag that an exception leaves standing.
    """
    put_at_default(signal.SIGINT)
    loop = loop_factory()
    timer = loop.call_later(BACKSTOP, loop.stop)
    start = time.monotonic()
    with (
        expect_raises(KeyboardInterrupt, "run_forever(), idle when SIGINT came,"),
        once_idle(loop, lambda: send(signal.SIGINT)),
    ):
        loop.run_forever()
    waited, was_running = time.monotonic() - start, loop.is_running()
    timer.cancel()

    assert waited < BACKSTOP, (
        f"SIGINT interrupted an idle loop after {waited:.3f} s, when a timer was due; expected "
        "it to be interrupted at once"
    )
    assert was_running is False, (
        f"after KeyboardInterrupt is_running() was {was_running}; expected False"
    )
    run_turns(loop)
