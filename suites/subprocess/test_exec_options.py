"""subprocess_exec(): Popen's keywords, and what a child gets of this process unasked."""

from __future__ import annotations

import os
from asyncio import AbstractEventLoop
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ..support.children import running, sh
from ..support.expect import not_observable
from ..support.requirement import requirement
from .descriptors import hang_up, open_pipe, read_now

LISTS = "ls -l /proc/$$/fd; echo end; exec cat"
"""Prints what its descriptors refer to, where the system can tell; then waits for its end."""


@requirement(
    "subprocess.exec.popen_keywords_forwarded",
    api="loop.subprocess_exec",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
@pytest.mark.parametrize("keyword", ["cwd", "env"])
async def test_cwd_and_env_reach_the_child(
    loop: AbstractEventLoop, tmp_path: Path, keyword: str
) -> None:
    """Other keywords are Popen's: cwd is the child's directory, env its environment.

    If this fails, look for keywords that are accepted and go nowhere.
    """
    given: dict[str, Any] = {"cwd": tmp_path, "env": {"LOOPCONFORM": "given"}}
    script = {"cwd": "pwd -P", "env": 'echo "$LOOPCONFORM"'}[keyword]
    expected = {"cwd": os.path.realpath(tmp_path), "env": "given"}[keyword]

    async with running(loop, *sh(script), **{keyword: given[keyword]}) as child:
        await child.until_over()

    seen = child.output(1).decode().strip()
    assert seen == expected, (
        f"a child started with {keyword}={given[keyword]!r} found {seen!r}; expected {expected!r}"
    )


@requirement(
    "subprocess.exec.start_new_session",
    api="loop.subprocess_exec",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_child_leads_a_session_of_its_own_when_asked(loop: AbstractEventLoop) -> None:
    """With start_new_session=True the child leads a new session.

    If this fails, look for keywords that are accepted and go nowhere.
    """
    async with running(loop, *sh("echo; exec cat"), start_new_session=True) as child:
        await child.until_called("pipe_data_received(1)")
        pid = child.transport.get_pid()
        session = os.getsid(pid)

    assert session == pid, (
        f"a child with pid {pid}, started with start_new_session=True, is in session {session}; "
        "expected a session of its own"
    )


@requirement(
    "subprocess.exec.pass_fds",
    api="loop.subprocess_exec",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_descriptors_in_pass_fds_stay_open_in_the_child(loop: AbstractEventLoop) -> None:
    """pass_fds keeps the given descriptors open in the child, under their numbers.

    If this fails, look for a child that closes every descriptor above 2, or that leaves
    them close-on-exec.
    """
    with open_pipe() as (reading, writing):
        script = sh('printf passed >"/dev/fd/$0"', str(writing))

        async with running(loop, *script, pass_fds=(writing,)) as child:
            await child.until_exit()
        hang_up(writing)
        seen = read_now(reading)

    assert seen == b"passed", (
        f"a child wrote 'passed' to the descriptor in pass_fds, of which {seen!r} arrived (on its "
        f"standard error: {child.output(2)!r}); expected b'passed'"
    )


@requirement(
    "subprocess.child.descriptors_are_not_inherited",
    api="loop.subprocess_exec",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
@pytest.mark.parametrize("whose", ["transport", "loop"])
async def test_a_child_inherits_nothing_of_the_loop(loop: AbstractEventLoop, whose: str) -> None:
    """A child does not inherit the descriptors of the loop, or of the loop's transports.

    If this fails, look for descriptors that are made without close-on-exec, or for a
    close_fds that is not honoured: a pipe kept open by a stranger never ends.
    """
    if whose == "loop" and not os.path.isdir("/proc/self/fd"):
        not_observable("this platform does not tell what a descriptor refers to")
    ours = targets_of_own_descriptors()

    async with running(loop, "cat") as first, running(loop, *sh(LISTS)) as second:
        await second.until(lambda: b"end" in second.output(1))
        first.pipe(0).close()
        ended = await first.until_exit()

    shared = ours & set(second.output(1).decode().split())
    assert ended or whose == "loop", (
        "pipe 0 of a child was closed while a younger child ran, and was no end of input to the "
        "first; expected the younger not to have inherited the pipe"
    )
    assert not shared or whose == "transport", (
        f"a child has descriptors of this process, {shared}; expected none of the loop's"
    )


@requirement(
    "subprocess.child.descriptors_are_closed_by_default",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_child_inherits_no_inheritable_descriptor(loop: AbstractEventLoop) -> None:
    """Without close_fds=False, a child has no inheritable descriptors of this process either.

    If this fails, look at Popen's defaults: subprocess_exec() hands its keywords on to
    Popen, which closes all descriptors above 2.
    """
    with open_pipe() as (reading, writing):
        os.set_inheritable(writing, True)

        async with running(loop, *sh("echo; exec cat")) as child:
            await child.until_called("pipe_data_received(1)")
            os.set_inheritable(writing, False)
            hang_up(writing)
            seen = read_now(reading)

    assert seen == b"", (
        "a child was started while an inheritable pipe was open, and keeps its writing end open; "
        "expected close_fds=True to be the default, as it is Popen's"
    )


def targets_of_own_descriptors() -> set[str]:
    """The pipes, sockets and the like of this process that are not made to be inherited."""
    targets: dict[bool, set[str]] = {False: set(), True: set()}
    for place in Path("/proc/self/fd").glob("*"):
        with suppress(OSError):  # where the list was read is closed again
            targets[os.get_inheritable(int(place.name))].add(os.readlink(place))
    return {target for target in targets[False] - targets[True] if ":[" in target}
