"""subprocess_exec(): children that can't be started, or whose start is called off."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ..support.children import (
    Child,
    expect_starts,
    running,
    settled,
)
from ..support.expect import expect_raises, not_observable
from ..support.races import soon
from ..support.requirement import requirement
from ..support.sockets import descriptors
from ..support.turns import turns
from .descriptors import hang_up, open_pipe, read_now

NO_PROGRAM = "loopconform-no-such-program"


@requirement(
    "subprocess.exec.missing_program_is_filenotfound",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
@pytest.mark.parametrize("program", [NO_PROGRAM, f"/nowhere/{NO_PROGRAM}"], ids=["PATH", "path"])
async def test_a_missing_program_is_not_found(loop: AbstractEventLoop, program: str) -> None:
    """subprocess_exec() of a program that does not exist raises FileNotFoundError.

    If this fails, look at how a forked child tells its parent that exec has failed.
    """
    await expect_starts(loop, "true")

    with expect_raises(FileNotFoundError, f"subprocess_exec() of {program!r}"):
        async with running(loop, program):
            pass


@requirement(
    "subprocess.exec.bad_cwd_is_oserror",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_missing_directory_is_an_os_error(loop: AbstractEventLoop, tmp_path: Path) -> None:
    """subprocess_exec() with a cwd that does not exist raises OSError.

    If this fails, look for a forked child that can't change its directory and says so by
    its exit status alone, or carries on elsewhere.
    """
    await expect_starts(loop, "true", cwd=tmp_path)

    with expect_raises(OSError, "subprocess_exec() with a cwd that does not exist"):
        async with running(loop, "true", cwd=tmp_path / "nowhere"):
            pass


@requirement(
    "subprocess.exec.not_executable_is_permissionerror",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_file_that_is_no_program_is_not_permitted(
    loop: AbstractEventLoop, tmp_path: Path
) -> None:
    """subprocess_exec() of a file without execute permission raises PermissionError.

    If this fails, look for an error of exec that is told without its number.
    """
    plain = tmp_path / "plain"
    plain.write_text("#!/bin/sh\n")
    plain.chmod(0o600)
    await expect_starts(loop, "true")

    with expect_raises(PermissionError, "subprocess_exec() of a file that is not executable"):
        async with running(loop, str(plain)):
            pass


@requirement(
    "subprocess.exec.failure_leaks_nothing",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_failed_starts_leave_no_descriptors(loop: AbstractEventLoop) -> None:
    """A child that can't be started leaves no descriptors open.

    If this fails, look for pipes that are made before the fork and forgotten when it, or
    exec, has failed.
    """
    failed = 0

    async def fail() -> int:
        with suppress(Exception):  # which one it is has a requirement of its own
            async with running(loop, f"/nowhere/{NO_PROGRAM}"):
                return 0
        return 1

    await expect_starts(loop, "true")
    await fail()  # a loop may open what it needs for children with the first of them
    before = descriptors()
    for _ in range(3):
        failed += await fail()
    await turns()
    left = descriptors() - before

    assert failed == 3, f"{3 - failed} of 3 starts of a missing program succeeded; expected none"
    assert left <= 0, f"3 failed starts left {left} descriptors open; expected none"


@requirement(
    "subprocess.protocol.factory_error_propagates",
    api="asyncio.SubprocessProtocol",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc="library/asyncio-eventloop.html#asyncio.loop.subprocess_exec",
)
async def test_an_error_of_the_factory_reaches_the_caller(loop: AbstractEventLoop) -> None:
    """What the protocol factory raises comes out of subprocess_exec(), and no child is left.

    If this fails, look for a factory that is called after the child was started, or from
    a callback of the loop.
    """

    def broken() -> NoReturn:
        raise ZeroDivisionError("from the factory")

    await expect_starts(loop, "true")
    with open_pipe() as (keeping, kept), open_pipe() as (reading, writing):
        with expect_raises(ZeroDivisionError, "subprocess_exec() with a factory that raises"):
            await loop.subprocess_exec(broken, "cat", stdin=keeping, stdout=writing)
        hang_up(writing)
        gone = await soon(lambda: read_now(reading) == b"")
        hang_up(kept)

    assert gone, (
        "subprocess_exec() with a factory that raises has left a child running; expected none"
    )


@requirement(
    "subprocess.cancel.during_start_leaves_no_child",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_cancelled_start_leaves_no_child(loop: AbstractEventLoop) -> None:
    """Cancelling subprocess_exec() while it starts ends the call and leaves no child running.

    If this fails, look for a call that is cancelled between fork and connection_made():
    somebody has to kill the child then, and nobody else can.
    """
    child = Child()
    await expect_starts(loop, "true")
    with open_pipe() as (keeping, kept), open_pipe() as (reading, writing):
        call: Any = loop.subprocess_exec(lambda: child, "cat", stdin=keeping, stdout=writing)
        starting = asyncio.ensure_future(call)
        await turns(1)
        if starting.done():
            child.transport = starting.result()[0]
            await child.put_away()
            not_observable("subprocess_exec() was complete within one turn")
        starting.cancel()
        await settled(asyncio.wait([starting]))
        ended = starting.done()
        hang_up(writing)
        gone = await soon(lambda: read_now(reading) == b"")
        hang_up(kept)
        await child.put_away()

    assert ended, (
        "subprocess_exec() was cancelled while it started, and is still pending; expected its end"
    )
    assert gone, (
        "subprocess_exec() was cancelled while it started, and has left a child running; "
        "expected none"
    )
