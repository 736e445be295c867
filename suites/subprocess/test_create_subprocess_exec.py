"""asyncio.create_subprocess_exec() and ..._shell(): asyncio.subprocess on top of a loop."""

from __future__ import annotations

import asyncio
import signal
import time
from asyncio import AbstractEventLoop

import pytest

from ..support.children import FOREVER, PATIENCE, process, settled, sh
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.tracking import state_of
from ..support.turns import turns

MANUAL = "library/asyncio-subprocess.html#asyncio."
PAYLOAD = bytes(range(250)) * 1200
"""300 kB: more than what the pipes to and from a child and the child itself hold."""


@requirement(
    "subprocess.highlevel.communicate",
    api="asyncio.create_subprocess_exec",
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("asyncio.subprocess",),
    doc=f"{MANUAL}subprocess.Process.communicate",
)
async def test_communicate_moves_both_ways() -> None:
    """Process.communicate() feeds a child and reads its output at the same time.

    If this fails, look for a pipe that is full and keeps the loop from reading another.
    """
    async with process("cat") as child:
        answer = await settled(child.communicate(PAYLOAD))

    assert answer.done(), (
        "communicate() of 300 kB with cat was still pending; expected it to "
        "feed the child and read from it at the same time"
    )
    output, errors = answer.result()
    assert (output == PAYLOAD, errors) == (True, b""), (
        f"communicate() of {len(PAYLOAD)} bytes with cat returned {len(output)} bytes and "
        f"{errors!r}; expected what was given, and b''"
    )


@requirement(
    "subprocess.highlevel.wait",
    api="asyncio.create_subprocess_exec",
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("asyncio.subprocess", "anyio"),
    doc=f"{MANUAL}subprocess.Process.wait",
)
async def test_wait_returns_the_status_each_time() -> None:
    """Process.wait() returns the exit status, and returns it again when asked again.

    If this fails, look for waiters that are made after the exit, and that nobody wakes.
    """
    async with process(*sh("exit 9")) as child:
        states = [state_of(await settled(child.wait(), 1)) for _ in range(2)]

    assert states == ["returned 9", "returned 9"], (
        f"wait(), called twice for a child that ended with 9, {' and '.join(states)}; expected "
        "9 twice"
    )


@requirement(
    "subprocess.highlevel.concurrent_wait",
    api="asyncio.create_subprocess_exec",
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("asyncio.subprocess", "anyio"),
    doc=f"{MANUAL}subprocess.Process.wait",
)
async def test_all_waiters_get_the_status() -> None:
    """Several tasks can wait() for one child, and all of them get its status.

    If this fails, look for an exit that wakes one waiter.
    """
    async with process(*sh("read line; exit 9")) as child:
        waiting = [asyncio.ensure_future(child.wait()) for _ in range(3)]
        await turns()
        assert child.stdin is not None
        child.stdin.close()
        await settled(asyncio.wait(waiting))
        states = [state_of(waiter) for waiter in waiting]

    assert states == ["returned 9"] * 3, (
        f"three tasks waited for a child that ended with 9: {states}; expected 9 three times"
    )


@requirement(
    "subprocess.highlevel.streams",
    api="asyncio.create_subprocess_exec",
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("asyncio.subprocess", "anyio"),
    doc=f"{MANUAL}subprocess.Process",
)
async def test_streams_talk_line_by_line() -> None:
    """A process's streams carry lines to and fro while it runs, and end with it.

    If this fails, look for output that is delivered at the child's exit.
    """
    seen = []

    async with process("cat") as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for line in (b"first\n", b"second\n", b""):
            if line:
                child.stdin.write(line)
            else:
                child.stdin.close()
            seen.append(state_of(await settled(child.stdout.readline())))
            if seen[-1] == "pending":
                break

    assert seen == [r"returned b'first\n'", r"returned b'second\n'", "returned b''"], (
        "cat was given two lines, one after the other, and then the end of its input; reading "
        f"each time: {seen}; expected each line as it was written, then the end"
    )


@requirement(
    "subprocess.highlevel.shell",
    api="asyncio.create_subprocess_shell",
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("asyncio.subprocess", "anyio"),
    doc=f"{MANUAL}create_subprocess_shell",
)
async def test_create_subprocess_shell_runs_a_command() -> None:
    """asyncio.create_subprocess_shell() has the shell run a command.

    If this fails, look at subprocess_shell(), on which it stands.
    """
    async with process("printf $((6 * 7)); exit 3", by_shell=True) as child:
        answer = await settled(child.communicate())
        code = child.returncode

    assert (state_of(answer), code) == ("returned (b'42', b'')", 3), (
        "communicate() with create_subprocess_shell('printf $((6 * 7)); exit 3') "
        f"{state_of(answer)}, and the return code is {code!r}; expected b'42' and 3"
    )


@requirement(
    "subprocess.highlevel.broken_stdin_is_ignored_by_communicate",
    api="asyncio.create_subprocess_exec",
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("asyncio.subprocess",),
    doc=f"{MANUAL}subprocess.Process.communicate",
)
@pytest.mark.parametrize("gone", [True, False], ids=["gone", "leaving"])
async def test_communicate_does_not_mind_a_child_that_does_not_read(gone: bool) -> None:
    """Process.communicate() ignores that a child has gone, or goes, without reading its input.

    If this fails, look for a broken pipe that is told as something else than BrokenPipeError
    or ConnectionResetError, which communicate() ignores.
    """
    async with process(*(["true"] if gone else ["head", "-c", "1"])) as child:
        if gone:
            await settled(child.wait(), 1)
        answer = await settled(child.communicate(bytes(1 << 20)))

    assert state_of(answer) == ("returned (b'', b'')" if gone else r"returned (b'\x00', b'')"), (
        f"communicate() of a megabyte with a child that {'has gone' if gone else 'reads a byte'}: "
        f"{state_of(answer)}; expected it to return what the child printed"
    )


@requirement(
    "subprocess.highlevel.kill_and_wait",
    api="asyncio.create_subprocess_exec",
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("asyncio.subprocess", "anyio"),
    doc=f"{MANUAL}subprocess.Process.kill",
)
async def test_wait_after_kill_returns_its_signal() -> None:
    """After Process.kill(), wait() returns minus SIGKILL's number.

    If this fails, look for waiters that the death by a signal does not wake.
    """
    async with process(*FOREVER) as child:
        child.kill()
        state = state_of(await settled(child.wait()))

    assert state == f"returned {-signal.SIGKILL}", (
        f"after kill(), wait(): {state}; expected {-signal.SIGKILL}"
    )


@requirement(
    "subprocess.highlevel.wait_is_cancellable",
    api="asyncio.create_subprocess_exec",
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("asyncio.subprocess", "anyio"),
    doc=f"{MANUAL}subprocess.Process.wait",
)
async def test_a_cancelled_wait_leaves_later_ones_alone(loop: AbstractEventLoop) -> None:
    """A wait() can be cancelled, and does not disturb one that comes later.

    If this fails, look for an exit that sets the result of a waiter that is cancelled.
    """
    reports = Reports(loop)

    async with process("cat") as child:
        given_up = asyncio.ensure_future(child.wait())
        await turns()
        given_up.cancel()
        await turns()
        child.terminate()
        state = state_of(await settled(child.wait()))
        await turns()

    assert (given_up.cancelled(), state) == (True, f"returned {-signal.SIGTERM}"), (
        f"wait() was cancelled: {state_of(given_up)}; then terminate() and wait(): {state}; "
        f"expected a cancelled wait and {-signal.SIGTERM}"
    )
    reports.expect_none("the child of a cancelled wait() ended")


@requirement(
    "subprocess.highlevel.stdin_drain_after_exit_is_connection_error",
    api="asyncio.create_subprocess_exec",
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("asyncio.subprocess", "anyio"),
    doc="library/asyncio-stream.html#asyncio.StreamWriter.drain",
)
async def test_draining_to_a_finished_child_is_a_connection_error() -> None:
    """Writing to a finished child and draining ends in ConnectionError, not another exception.

    If this fails, look for a write() that raises for a broken pipe, or for a
    pipe_connection_lost(0) that never comes.
    """
    ended: BaseException | str | None = None

    async with process("true") as child:
        await settled(child.wait(), 1)
        assert child.stdin is not None
        give_up = time.monotonic() + PATIENCE
        while ended is None and time.monotonic() < give_up:
            try:
                child.stdin.write(b"too late")
            except Exception as error:
                raise AssertionError(
                    f"write() to a finished child raised {error!r}; expected it to be drain()'s"
                ) from error
            drained = await settled(child.stdin.drain(), 1)
            ended = drained.exception() if drained.done() else "pending"
            await turns()

    assert isinstance(ended, ConnectionError), (
        "write() and drain() to a finished child, again and again, came to "
        f"{ended!r}; expected ConnectionError"
    )
