"""add_reader() and add_writer() on a loop that is not running, and from one run to the next."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.requirement import requirement
from ..support.tls_peers import PATIENCE
from ..support.turns import run_turns
from ..support.watching import ADD_READER, BOTH, Calls, Way, add, both_ways, watchable_pair


@both_ways
@pytest.mark.parametrize("has_run", [False, True], ids=["before_first_run", "between_runs"])
@requirement(
    "watchers.runs.added_to_stopped_loop",
    api=BOTH,
    level="documented",
    since="3.11",
    doc=ADD_READER,
)
def test_a_stopped_loop_can_be_told_to_watch(
    loop: AbstractEventLoop, way: Way, has_run: bool
) -> None:
    """A watch that is added while the loop is not running takes effect when it is run.

    If this fails, look for a selector that is there only during a run. The manual's own
    example calls add_reader() before run_forever().
    """
    if has_run:
        run_turns(loop)
    calls = Calls()
    with watchable_pair(loop) as (sock, other):
        other.send(b"data")
        add(loop, way)(sock.fileno(), calls)
        at_once = calls.count
        called = loop.run_until_complete(calls.until())

    assert (at_once, called) == (0, True), (
        f"add_{way}() on a stopped loop led to {at_once} calls before the run, and in {PATIENCE} s "
        f"of the run to a call: {called}; expected 0 and True"
    )


@both_ways
@requirement(
    "watchers.runs.kept_between_runs", api=BOTH, level="implied", since="3.11", doc=ADD_READER
)
def test_a_watch_is_kept_from_one_run_to_the_next(loop: AbstractEventLoop, way: Way) -> None:
    """A watch that was added in one run goes on in the next one.

    If this fails, look for watches that are dropped when run_forever() or
    run_until_complete() returns.
    """
    calls = Calls()
    with watchable_pair(loop) as (sock, other):
        other.send(b"data")

        async def first_run() -> bool:
            add(loop, way)(sock.fileno(), calls)
            return await calls.until()

        in_first = loop.run_until_complete(first_run())
        before = calls.count
        in_second = loop.run_until_complete(calls.until(before + 1))

    assert (in_first, in_second) == (True, True), (
        f"the callback of add_{way}(), called in a run, was called there: {in_first}, and in the "
        f"next run: {in_second}; expected both"
    )
