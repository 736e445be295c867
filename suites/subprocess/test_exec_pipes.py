"""subprocess_exec(): the pipes to and from a child, and what goes through them."""

from __future__ import annotations

import asyncio
import os
from asyncio import AbstractEventLoop

import pytest

from ..support.children import running, sh
from ..support.pipes import lacking
from ..support.requirement import requirement

PIPE_DATA = "library/asyncio-protocol.html#asyncio.SubprocessProtocol.pipe_data_received"
PIPE_TRANSPORT = "library/asyncio-protocol.html#asyncio.SubprocessTransport.get_pipe_transport"
AWKWARD = ("two words", "*", "$HOME", "`id`", 'a"b', "a;b|c", "", "ünï")


@requirement(
    "subprocess.exec.stdout_and_stderr",
    api="loop.subprocess_exec",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=PIPE_DATA,
)
async def test_output_arrives_with_its_descriptor(loop: AbstractEventLoop) -> None:
    """What a child prints arrives as bytes, with 1 for standard output and 2 for errors.

    If this fails, look at how the pipes are numbered, and for pipes in text mode.
    """
    async with running(loop, *sh("printf output; printf errors >&2")) as child:
        await child.until_over()

    outputs = {fd: child.output(fd) for fd, _ in child.chunks}
    assert outputs == {1: b"output", 2: b"errors"}, (
        f"a child that prints 'output' and, to standard error, 'errors' brought {outputs}; "
        "expected {1: b'output', 2: b'errors'}"
    )
    kinds = {type(data) for _, data in child.chunks}
    assert kinds == {bytes}, f"pipe_data_received() was called with data of {kinds}; expected bytes"


@requirement(
    "subprocess.exec.stdin_round_trip",
    api="loop.subprocess_exec",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=PIPE_TRANSPORT,
)
async def test_the_child_reads_what_pipe_0_was_given(loop: AbstractEventLoop) -> None:
    """Data written to pipe 0 reaches the child, and closing the pipe is its end of input.

    If this fails, look for a second descriptor of the pipe's writing end that stays open,
    in this process or in the child.
    """
    async with running(loop, "cat") as child:
        child.pipe(0).write(b"to the child\n")
        child.pipe(0).close()
        ended = await child.until_exit()
        await child.until(lambda: len(child.output(1)) >= 13)

    assert child.output(1) == b"to the child\n", (
        "cat, given 'to the child\\n' through pipe 0, "
        f"printed {child.output(1)!r}; expected the same"
    )
    assert ended, "cat did not end after pipe 0 was closed; expected that to be its end of input"


@requirement(
    "subprocess.exec.arguments_are_passed_verbatim",
    api="loop.subprocess_exec",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
@pytest.mark.parametrize("as_bytes", [False, True], ids=["str", "bytes"])
async def test_arguments_reach_the_child_unchanged(loop: AbstractEventLoop, as_bytes: bool) -> None:
    """subprocess_exec() passes its arguments unchanged and without a shell; bytes will do.

    If this fails, look for arguments that are joined into a command line, or for an
    encoding other than the file system's.
    """
    wanted = [os.fsencode(argument) for argument in AWKWARD]
    command = ["printf", "%s\\n", *AWKWARD]

    async with running(loop, *(os.fsencode(c) if as_bytes else c for c in command)) as child:
        await child.until_over()

    got = child.output(1).split(b"\n")[:-1]
    assert got == wanted, f"a child was given the arguments {wanted} and got {got}; expected these"


@requirement(
    "subprocess.exec.default_pipes_for_all_three",
    api="loop.subprocess_exec",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=PIPE_TRANSPORT,
)
@pytest.mark.parametrize("fd", [0, 1, 2, 3, 99])
async def test_all_three_streams_are_pipes_by_default(loop: AbstractEventLoop, fd: int) -> None:
    """By default there is a pipe transport for 0, 1 and 2, and None for other numbers.

    If this fails, look at the defaults of stdin, stdout and stderr, which are PIPE and
    not Popen's None, and for a table that is asked for a key that it lacks.
    """
    async with running(loop, "cat") as child:
        try:
            pipe = child.transport.get_pipe_transport(fd)
        except (LookupError, ValueError) as error:
            raise AssertionError(
                f"get_pipe_transport({fd}) raised {error!r}; expected None"
            ) from error

    assert (pipe is not None) == (fd in (0, 1, 2)), (
        f"get_pipe_transport({fd}) of a child with default streams returned {pipe!r}; expected "
        f"{'a transport' if fd in (0, 1, 2) else 'None'}"
    )


@requirement(
    "subprocess.exec.pipe_transport_kinds",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=PIPE_TRANSPORT,
)
@pytest.mark.parametrize("fd", [0, 1, 2])
async def test_pipe_0_writes_and_the_others_read(loop: AbstractEventLoop, fd: int) -> None:
    """Pipe 0 can do what an asyncio.WriteTransport can, pipes 1 and 2 what a ReadTransport can.

    A class that does not inherit from asyncio's will do. If this fails, look for files, or for
    transports of another kind, that are handed out in their place.
    """
    expected = asyncio.ReadTransport if fd else asyncio.WriteTransport

    async with running(loop, "cat") as child:
        pipe = child.pipe(fd)
        missing = lacking(pipe, expected)

    assert not missing, (
        f"get_pipe_transport({fd}) returned an object of {type(pipe)} without {missing}; expected "
        f"the methods of asyncio.{expected.__name__}"
    )
