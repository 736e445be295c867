"""Loops as garbage: what a closed loop leaves behind, and what an unclosed one says."""

from __future__ import annotations

import gc
import logging
import socket
import sys
import threading
import warnings
import weakref
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.running import expect_usable
from ..support.sockets import descriptors
from ..support.tracking import only_new_garbage
from ..support.turns import turns

CLOSE = "library/asyncio-eventloop.html#asyncio.loop.close"
DEV = "library/asyncio-dev.html#asyncio-debug-mode"
ROUNDS = 10
LoopFactory = Callable[[], AbstractEventLoop]


@contextmanager
def complaints(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The ResourceWarnings, unraisable exceptions and log lines on "asyncio" in the block."""
    heard: list[str] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(f"log: {record.getMessage()}")

    def unraisable(args: Any) -> None:
        heard.append(f"unraisable: {args.exc_value!r}")

    listening = Listening(logging.WARNING)
    logging.getLogger("asyncio").addHandler(listening)
    monkeypatch.setattr(sys, "unraisablehook", unraisable)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            yield heard
        heard += [f"{w.category.__name__}: {w.message}" for w in warned]
    finally:
        logging.getLogger("asyncio").removeHandler(listening)


@requirement(
    "close.releases_file_descriptors",
    api="loop.close",
    level="implied",
    since="3.11",
    platforms=["linux"],
)
def test_close_gives_back_the_descriptors(loop_factory: LoopFactory) -> None:
    """close() releases every file descriptor that the loop opened for itself.

    If this fails, look for the wake-up pipe and the selector: a destructor comes too late for
    them, as long as somebody keeps the loop.
    """
    kept: list[AbstractEventLoop] = []
    counts: list[int] = []

    def one_life() -> None:
        loop = loop_factory()
        kept.append(loop)
        loop.call_later(0, int)
        near, far = socket.socketpair()
        with near, far:
            with suppress(NotImplementedError):  # then there is nothing to give back
                loop.add_reader(near.fileno(), int)
                loop.remove_reader(near.fileno())
            expect_usable(loop, "of a new loop")
        loop.close()
        counts.append(descriptors())

    for _ in range(ROUNDS):
        one_life()

    assert counts == [counts[0]] * ROUNDS, (
        f"{ROUNDS} loops, made, run and closed in turn, left these numbers of descriptors open: "
        f"{counts}; expected the same number each time"
    )


@requirement("close.no_resource_warning", api="loop.close", level="implied", since="3.11", doc=DEV)
@only_new_garbage()
def test_a_closed_loop_goes_quietly(
    unkept_loop_factory: LoopFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A closed loop is collected without ResourceWarning, log message or unraisable exception.

    If this fails, look for descriptors that close() forgets, or for a destructor that does not
    expect a closed loop.
    """
    with complaints(monkeypatch) as heard:
        loop = unkept_loop_factory()
        expect_usable(loop, "of a new loop")
        loop.close()
        closed = loop.is_closed()
        del loop
        gc.collect()

    assert closed, "close() left the loop open; expected it closed"
    assert heard == [], f"collecting a closed loop brought {heard}; expected nothing"


@requirement(
    "loop.unclosed_resource_warning",
    api="loop",
    level="interop",
    since="3.11",
    libraries=["pytest-asyncio"],
    doc=DEV,
)
@only_new_garbage()
def test_an_unclosed_loop_is_warned_of(
    unkept_loop_factory: LoopFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop that is garbage collected without having been closed emits a ResourceWarning.

    If this fails, look for the loop's destructor.
    """
    loop = unkept_loop_factory()
    expect_usable(loop, "of a new loop")
    kept = weakref.ref(loop)
    with complaints(monkeypatch) as heard:
        del loop
        gc.collect()
    gc.collect()  # the recorded warning itself kept the loop alive, by its source

    assert kept() is None, (
        "gc.collect() did not collect a loop that was not closed, and dropped; expected it gone, "
        "with a ResourceWarning"
    )
    assert any(complaint.startswith("ResourceWarning: ") for complaint in heard), (
        f"collecting a loop that was not closed brought {heard}; expected a ResourceWarning"
    )
    others = [complaint for complaint in heard if not complaint.startswith("ResourceWarning: ")]
    assert others == [], (
        f"collecting a loop that was not closed brought {others} as well; "
        "expected ResourceWarning alone"
    )


def live_and_die(factory: LoopFactory) -> weakref.ref[AbstractEventLoop]:
    """Have a loop do a bit of everything, and close it; what is left is a weak reference."""
    loop = factory()

    async def living() -> str:
        fired = loop.create_future()
        loop.call_later(0, fired.set_result, loop)
        await fired
        await loop.run_in_executor(None, loop.is_running)
        await turns()
        return "result"

    def handler(*_: object) -> None:
        assert loop

    loop.set_exception_handler(handler)
    result = loop.run_until_complete(living())
    assert result == "result", (
        f"run_until_complete(coroutine) returned {result!r}; expected its result"
    )
    loop.close()
    return weakref.ref(loop)


@requirement("loop.collectable_after_close", api="loop", level="implied", since="3.11", doc=CLOSE)
@only_new_garbage()
def test_a_closed_loop_can_be_collected(unkept_loop_factory: LoopFactory) -> None:
    """After close() the loop can be collected, whatever it ran and whatever referred to it in turn.

    If this fails, look for a registry of loops, for threads, and for C or Rust objects that
    the garbage collector can't see through.
    """
    threads = set(threading.enumerate())

    kept = live_and_die(unkept_loop_factory)
    for thread in set(threading.enumerate()) - threads:
        thread.join(1)  # seconds; an executor's thread ends by itself
    gc.collect()

    assert kept() is None, (
        "gc.collect() did not collect a loop that was closed and dropped; expected it gone"
    )
