"""call_soon(): a loop that is never idle still looks after everything else."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop

import pytest

from ..support.clocks import PATIENCE, TURNS, run_until
from ..support.requirement import requirement
from ..support.turns import turns
from .methods import in_thread


@requirement(
    "call_soon.no_starvation_of_timers", api="loop.call_soon", level="implied", since="3.11"
)
def test_a_busy_loop_fires_timers(loop: AbstractEventLoop) -> None:
    """A callback that registers itself for ever does not keep a due timer from firing.

    If this fails, look for a turn that empties the ready queue before it looks at timers.
    """
    fired: list[str] = []

    loop.call_soon(lambda: loop.call_later(0.002, fired.append, "timer"))
    in_time = run_until(loop, lambda: fired)

    assert in_time, (
        "call_later(0.002) beside a callback that registers itself anew did not fire in "
        f"{PATIENCE} s; expected the timer to fire"
    )


@requirement(
    "call_soon.no_starvation_of_io",
    api="loop.call_soon",
    level="implied",
    since="3.11",
    platforms=("unix",),
)
@pytest.mark.parametrize("source", ["add_reader", "call_soon_threadsafe"])
async def test_a_busy_loop_looks_for_events(loop: AbstractEventLoop, source: str) -> None:
    """A callback that registers itself for ever does not keep I/O and threads from being heard.

    If this fails, look for a turn that skips the poll while callbacks are ready.
    """
    heard: list[str] = []
    near, far = socket.socketpair()

    def hear() -> None:
        heard.append(source)
        loop.remove_reader(near)

    with near, far:
        far.send(b"readable")
        if source == "add_reader":
            loop.add_reader(near, hear)
        else:
            in_thread(lambda: loop.call_soon_threadsafe(hear))
        await turns(TURNS)
        loop.remove_reader(near)

    assert heard == [source], (
        f"{TURNS} turns of a loop that was never idle heard {heard} of an event that was there "
        f"by {source}(); expected its callback to have run"
    )
