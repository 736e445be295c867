"""connect_read_pipe() and connect_write_pipe() that are cancelled."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.expect import not_observable
from ..support.pipes import READ, WRITE, expect_pipe_works, os_pipe, put_away, until
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tracking import state_of
from ..support.turns import turns


@pytest.mark.parametrize("doing", [READ, WRITE])
@requirement(
    "pipes.cancelled_connect_closes_the_pipe",
    api="loop.connect_read_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc="library/asyncio-eventloop.html#working-with-pipes",
)
async def test_a_cancelled_connect_closes_its_pipe(loop: AbstractEventLoop, doing: str) -> None:
    """A call that connects a pipe and is cancelled ends cancelled, and closes the pipe.

    Nobody else can: its transport was given to nobody. If this fails, look for a wait for
    connection_made() that lets a cancellation pass without putting the transport away.
    """
    await expect_pipe_works(loop, doing)
    with os_pipe() as (reader, writer):
        ours = reader if doing == READ else writer
        connect = loop.connect_read_pipe if doing == READ else loop.connect_write_pipe
        call = loop.create_task(connect(Recorder, ours))
        await turns(1)
        if not call.cancel():
            await put_away(call.result()[0])
            not_observable(f"{doing} was done in one turn; there was nothing to cancel")
        await until(lambda: call.done() and ours.closed)
        state, closed = state_of(call), ours.closed

    assert (state, closed) == ("cancelled", True), (
        f"{doing} was cancelled after a turn, is {state}, and its pipe is "
        f"{'closed' if closed else 'open'}; expected it cancelled, and closed"
    )
