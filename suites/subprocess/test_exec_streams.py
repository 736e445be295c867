"""subprocess_exec(): streams of a child that are no pipes to the loop."""

from __future__ import annotations

import subprocess
import tempfile
from asyncio import AbstractEventLoop

from ..support.children import Child, running, sh
from ..support.requirement import requirement
from .descriptors import read_now, standard_streams

TALKS = sh("cat; printf errors >&2")
"""Copies its input to its output, then prints to standard error."""


def pipes_of(child: Child) -> list[int]:
    """For which streams a child has a transport."""
    return [fd for fd in range(3) if child.transport.get_pipe_transport(fd) is not None]


def pipe_calls(child: Child) -> list[str]:
    """The callbacks that are about a pipe."""
    return [name for name in child.calls if name.startswith("pipe_")]


@requirement(
    "subprocess.exec.none_inherits_and_gives_no_transport",
    api="loop.subprocess_exec",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_with_none_a_child_has_the_streams_of_this_process(loop: AbstractEventLoop) -> None:
    """A stream given as None is this process's own, without a transport or callbacks.

    If this fails, look for a None that is taken for the default, which is PIPE, or for a
    pipe that is not there and is reported lost.
    """
    with standard_streams() as (out, errors):
        async with running(loop, *TALKS, stdin=None, stdout=None, stderr=None) as child:
            pipes = pipes_of(child)
            await child.until_exit()
        seen = (read_now(out), read_now(errors))

    assert pipes == [], (
        f"a child started with None for its streams has pipe transports {pipes}; expected none"
    )
    assert seen == (b"input", b"errors"), (
        "a child with None for its streams, which copies its input and prints 'errors', wrote "
        f"{seen} to the streams of this process; expected (b'input', b'errors')"
    )
    assert pipe_calls(child) == [], (
        f"a child started with None for its streams brought {pipe_calls(child)}; expected no "
        "callback about a pipe"
    )


@requirement(
    "subprocess.exec.devnull",
    api="loop.subprocess_exec",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_devnull_is_empty_and_swallows_output(loop: AbstractEventLoop) -> None:
    """A stream given as DEVNULL is empty to read and discards output, without a transport.

    If this fails, look for a special value of subprocess that is taken for None or for a
    descriptor.
    """
    null = subprocess.DEVNULL

    with standard_streams() as (out, errors):
        async with running(loop, *TALKS, stdin=null, stdout=null, stderr=null) as child:
            pipes = pipes_of(child)
            ended = await child.until_exit()
        seen = (read_now(out), read_now(errors))

    assert ended, "cat with DEVNULL as its input did not end; expected an empty input"
    assert pipes == [], (
        f"a child started with DEVNULL for its streams has pipe transports {pipes}; expected none"
    )
    assert seen == (None, None), (
        f"a child with DEVNULL for its streams wrote {seen} to the streams of this process; "
        "expected nothing"
    )


@requirement(
    "subprocess.exec.stderr_to_stdout",
    api="loop.subprocess_exec",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_stdout_as_stderr_merges_both(loop: AbstractEventLoop) -> None:
    """With stderr=STDOUT, standard error is merged into standard output; there is no pipe 2.

    If this fails, look for a special value of subprocess that is taken for PIPE.
    """
    script = sh("printf one,; printf two, >&2; printf three")

    async with running(loop, *script, stderr=subprocess.STDOUT) as child:
        pipe = child.transport.get_pipe_transport(2)
        await child.until_over()

    assert child.output(1) == b"one,two,three", (
        "a child with stderr=STDOUT that prints 'one,', 'two,' as an error and 'three' brought "
        f"{child.output(1)!r} on 1; expected b'one,two,three'"
    )
    assert pipe is None, (
        f"get_pipe_transport(2) with stderr=STDOUT returned {pipe!r}; expected None"
    )


@requirement(
    "subprocess.exec.file_object_and_descriptor",
    api="loop.subprocess_exec",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_files_and_descriptors_serve_as_streams(loop: AbstractEventLoop) -> None:
    """A file object or a descriptor serves as a child's stream.

    If this fails, look for a stream that is compared with PIPE and then forgotten, or
    whose fileno() is never asked for.
    """
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as sink:
        source.write(b"from a file")
        source.seek(0)

        async with running(loop, "cat", stdin=source, stdout=sink.fileno()) as child:
            pipes = pipes_of(child)
            await child.until_exit()

        sink.seek(0)
        seen = sink.read()

    assert seen == b"from a file", (
        "cat with stdin=file, which holds 'from a file', and stdout=descriptor wrote "
        f"{seen!r} there; expected b'from a file'"
    )
    assert pipes == [2], (
        f"a child with stdin=file and stdout=descriptor has pipe transports {pipes}; "
        "expected [2] alone"
    )
