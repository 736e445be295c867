"""SubprocessProtocol: the exit of a child, and the grandchildren that outlive it.

The grandchild is a `cat` that holds all three pipes when the child has gone. It ends
with its input, which the loop holds.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop
from contextlib import AsyncExitStack

from ..support.children import Child, is_process, running, sh
from ..support.requirement import requirement
from ..support.turns import turns

MANUAL = "library/asyncio-protocol.html#asyncio."
LEAVES_A_CAT = sh("exec 3<&0; cat <&3 & exit 0")
"""Exits at once; a `cat` in the background copies the input to the output."""


@requirement(
    "subprocess.protocol.connection_lost_after_all_pipes_and_exit",
    api="asyncio.SubprocessProtocol",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}BaseProtocol.connection_lost",
)
async def test_connection_lost_waits_for_all_pipes(loop: AbstractEventLoop) -> None:
    """connection_lost() comes after process_exited() and after all pipes are lost.

    If this fails, look for a connection_lost() that the child's exit alone brings.
    """
    async with running(loop, *LEAVES_A_CAT) as child:
        await child.until_exit()
        await turns()
        child.pipe(0).close()
        await child.until_called("connection_lost")
        await child.until(lambda: len(child.lost_with) == 3)
        ends = [name for name in child.calls[1:] if "lost" in name or "exited" in name]

    assert len(ends) == 5, (
        f"a child whose pipes outlived it ended with {ends}; expected process_exited, three times "
        "pipe_connection_lost, and connection_lost"
    )
    assert ends[-1] == "connection_lost", (
        f"a child whose pipes outlived it ended with {ends}; expected connection_lost last"
    )


@requirement(
    "subprocess.protocol.output_after_exit_is_delivered",
    api="asyncio.SubprocessProtocol",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}SubprocessProtocol.process_exited",
)
async def test_what_a_grandchild_prints_is_delivered(loop: AbstractEventLoop) -> None:
    """Output that comes after process_exited(), of a process the child left, is delivered.

    If this fails, look for pipes that are closed at the child's exit.
    """
    async with running(loop, *LEAVES_A_CAT) as child:
        await child.until_exit()
        before = child.output(1)
        child.pipe(0).write(b"late")
        await child.until(lambda: child.output(1) == b"late")
        seen = child.output(1)

    assert (before, seen) == (b"", b"late"), (
        "after process_exited(), a process that the child had left printed 'late', of which "
        f"{seen!r} came; expected b'late'"
    )


@requirement(
    "subprocess.protocol.exit_seen_although_grandchild_holds_pipe",
    api="asyncio.SubprocessProtocol",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}SubprocessProtocol.process_exited",
)
async def test_the_exit_does_not_wait_for_the_pipes(loop: AbstractEventLoop) -> None:
    """process_exited() does not wait for pipes that a grandchild holds.

    If this fails, look for a child whose status is asked for when its pipes are at their end.
    """
    async with running(loop, *LEAVES_A_CAT) as child:
        exited = await child.until_exit()
        calls = child.calls.copy()

    assert exited, (
        "a child left, and a process that it left behind holds its pipes; the callbacks were "
        f"{calls}, expected process_exited"
    )
    assert not [name for name in calls if "lost" in name], (
        f"process_exited() of a child whose pipes outlive it came after {calls}; expected it "
        "before any pipe is lost"
    )


@requirement(
    "subprocess.many.concurrent_children",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_concurrent_children_keep_their_own_status(loop: AbstractEventLoop) -> None:
    """Children that run at the same time are each reported with their own status.

    If this fails, look for statuses that are handed to whoever comes first, or for a
    signal SIGCHLD that stands for several exits and is counted as one.
    """
    children: list[Child] = []

    async with AsyncExitStack() as stack:
        for number in range(12):
            script = sh("read line; exit $0", str(number))
            children.append(await stack.enter_async_context(running(loop, *script)))
        for child in reversed(children):
            child.pipe(0).close()
        for child in children:
            await child.until_exit()
        codes = [child.transport.get_returncode() for child in children]

    assert codes == list(range(12)), (
        f"twelve children that end with 0 to 11 were reported with {codes}; expected each its own"
    )


@requirement(
    "subprocess.child.is_reaped",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_finished_child_is_reaped(loop: AbstractEventLoop) -> None:
    """By connection_lost() the child was reaped: there is no process of its pid, nor a zombie.

    If this fails, look for an exit that is noticed without asking for the child's status.
    """
    async with running(loop, "true") as child:
        pid = child.transport.get_pid()
        over = await child.until_over()
        calls, left = child.calls.copy(), is_process(pid)

    assert over, f"a child that ended brought {calls}; expected connection_lost"
    assert not left, (
        "after connection_lost() there still is a process with the child's pid; expected "
        "the child to be reaped"
    )
