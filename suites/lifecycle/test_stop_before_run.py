"""stop() before a run: the run makes one turn."""

from __future__ import annotations

import socket
import threading
from asyncio import AbstractEventLoop

import pytest

from ..support.requirement import requirement

RUN_FOREVER = "library/asyncio-eventloop.html#asyncio.loop.run_forever"
PATIENCE = 1.0
"""Seconds after which a loop that waits for input gets some; the others wait for nothing."""


@requirement(
    "stop.before_run.one_pass",
    api="loop.stop",
    level="documented",
    since="3.11",
    doc=RUN_FOREVER,
)
def test_a_stop_before_the_run_leaves_it_one_turn(loop: AbstractEventLoop) -> None:
    """After stop(), run_forever() executes what is queued, once; what that schedules has to wait.

    If this fails, look for a run that clears the request to stop when it begins, or that asks
    for it before its first turn.
    """
    ran: list[str] = []

    def first() -> None:
        ran.append("first")
        loop.call_soon(second)

    def second() -> None:
        ran.append("second")
        loop.stop()  # where the stop() before the run is ignored

    loop.call_soon(first)
    loop.stop()
    loop.run_forever()
    in_first_run = list(ran)
    loop.call_soon(loop.stop)
    loop.run_forever()

    assert in_first_run == ["first"], (
        f"stop() before run_forever() had the run execute {in_first_run} of a callback and one "
        "that it schedules; expected the first alone"
    )
    assert ran == ["first", "second"], (
        f"that run and another one ran {ran}; expected the second callback in the second run"
    )


@requirement(
    "stop.before_run.polls_io",
    api="loop.stop",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=RUN_FOREVER,
)
@pytest.mark.parametrize("ready", [True, False], ids=["input_waiting", "no_input"])
def test_a_stop_before_the_run_leaves_it_one_poll(loop: AbstractEventLoop, ready: bool) -> None:
    """After stop(), a run polls I/O once without waiting: callbacks of ready descriptors run.

    If this fails, look for a poll that is left out, or that waits, when a stop is requested.
    """
    calls: list[str] = []
    ran: list[str] = []
    returned = threading.Event()
    near, far = socket.socketpair()
    with near, far:

        def readable() -> None:
            calls.append("reader")
            near.recv(1)
            loop.stop()  # where the stop() before the run is ignored

        def send_at_last() -> None:
            if not returned.wait(PATIENCE):
                far.send(b"x")

        if ready:
            far.send(b"x")
        sender = threading.Thread(target=send_at_last, daemon=True)
        sender.start()
        loop.add_reader(near.fileno(), readable)
        loop.call_soon(ran.append, "callback")
        loop.stop()
        loop.run_forever()
        returned.set()
        sender.join()
        loop.remove_reader(near.fileno())

    expected = ["reader"] if ready else []
    assert calls == expected, (
        f"stop() before run_forever(), with {'a byte' if ready else 'nothing'} to read, called "
        f"{calls}; expected {expected or 'a run that waits for no input'}"
    )
    assert ran == ["callback"], (
        f"stop() before run_forever() had the run execute {ran}; expected a queued callback"
    )


@requirement(
    "stop.before_run.does_not_wait_for_timers",
    api="loop.stop",
    level="documented",
    since="3.11",
    doc=RUN_FOREVER,
)
def test_a_stop_before_the_run_waits_for_no_timer(loop: AbstractEventLoop) -> None:
    """A run after stop() does not wait for timers that are not due.

    If this fails, look for a poll that waits for the next timer although a stop is requested,
    or for timers that run ahead of their time.
    """
    ran: list[str] = []

    def timer() -> None:
        ran.append("timer")
        loop.stop()  # where the stop() before the run is ignored

    handle = loop.call_later(3, timer)  # long, but less than the checker's patience
    loop.call_soon(ran.append, "callback")
    loop.stop()
    loop.run_forever()
    handle.cancel()

    assert ran == ["callback"], (
        f"stop() before run_forever(), with a callback queued and a timer pending, ran {ran}; "
        "expected the callback alone"
    )
