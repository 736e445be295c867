"""call_soon() and call_later(): how long the loop keeps a callback alive."""

from __future__ import annotations

import gc
import weakref
from asyncio import AbstractEventLoop

import pytest

from ..support.clocks import PATIENCE, run_until
from ..support.requirement import requirement
from ..support.tracking import only_new_garbage
from .methods import schedule

METHODS = ("call_soon", "call_later")


class Thing:
    """Something that can be called, handed over, and referenced weakly."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    def method(self) -> None:
        """Write down that it was called."""
        self.log.append("method")


@requirement(
    "call_soon.callback.released_after_run", api="loop.call_soon", level="implied", since="3.11"
)
@pytest.mark.parametrize("method", METHODS)
@only_new_garbage()
def test_the_loop_forgets_a_callback_that_has_run(loop: AbstractEventLoop, method: str) -> None:
    """When a callback has run, the loop keeps no reference to it or to its arguments.

    If this fails, look for a list of handles that have run, or for the last one, which is
    kept in a variable until the next one comes.
    """
    ran: list[str] = []

    def callback(thing: Thing) -> None:
        thing.method()
        loop.stop()  # so that nothing else runs behind it

    thing = Thing(ran)
    reference = weakref.ref(thing)
    schedule(loop, method, callback, thing)
    del thing
    loop.run_forever()
    rescue = loop.call_later(PATIENCE, loop.stop)
    loop.stop()  # before the run: one turn, in which no callback runs
    loop.run_forever()
    rescue.cancel()
    gc.collect()

    assert ran == ["method"], f"{method}(callback, thing) ran {ran}; expected the callback, once"
    assert reference() is None, (
        f"an argument of a callback that {method}() had run was still alive after one more turn "
        "and gc.collect(); expected the loop to have let it go"
    )


@requirement(
    "call_soon.callback.kept_until_run", api="loop.call_soon", level="implied", since="3.11"
)
@pytest.mark.parametrize("method", METHODS)
@only_new_garbage()
def test_the_loop_keeps_a_callback_that_has_not_run(loop: AbstractEventLoop, method: str) -> None:
    """The loop keeps a pending callback alive, whoever drops its handle, object or arguments.

    If this fails, look for callbacks that are stored through weak references, or for a
    handle that cancels its callback when it is dropped.
    """
    ran: list[str] = []

    schedule(loop, method, Thing(ran).method, delay=0.001)
    gc.collect()
    run_until(loop, lambda: ran)

    assert ran == ["method"], (
        f"{method}() with a method of an object that nobody else holds ran {ran}; "
        "expected the method to have been called"
    )
