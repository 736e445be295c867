"""SubprocessProtocol: the end of a child's pipes, before and at the end of the child."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.children import running, sh
from ..support.requirement import requirement
from ..support.turns import turns

MANUAL = "library/asyncio-protocol.html#asyncio."
PIPE_LOST = f"{MANUAL}SubprocessProtocol.pipe_connection_lost"


@requirement(
    "subprocess.protocol.pipe_lost_for_each_pipe",
    api="asyncio.SubprocessProtocol",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=PIPE_LOST,
)
async def test_each_pipe_is_lost_once(loop: AbstractEventLoop) -> None:
    """pipe_connection_lost() is called once for each of the pipes 0, 1 and 2.

    If this fails, look for a pipe to the child that nobody watches: the child's end breaks
    it, and there is nothing to read from it.
    """
    async with running(loop, "true") as child:
        await child.until(lambda: {fd for fd, _ in child.lost_with} == {0, 1, 2})
        await child.until_over()
        await turns()

    lost = sorted(fd for fd, _ in child.lost_with)
    assert lost == [0, 1, 2], (
        f"the end of a child with three pipes brought pipe_connection_lost() for {lost}; "
        "expected [0, 1, 2]"
    )


@requirement(
    "subprocess.protocol.pipe_lost_none_on_eof",
    api="asyncio.SubprocessProtocol",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=PIPE_LOST,
)
async def test_the_normal_end_of_output_is_no_error(loop: AbstractEventLoop) -> None:
    """When the child's output ends, pipe_connection_lost() gets None as its exception.

    If this fails, look for an end of file that is passed on as an error.
    """
    async with running(loop, *sh("printf output; printf errors >&2")) as child:
        await child.until_over()

    lost = sorted((fd, exc) for fd, exc in child.lost_with if fd != 0)
    assert lost == [(1, None), (2, None)], (
        f"the end of a child's output brought pipe_connection_lost() with {lost}; expected "
        "[(1, None), (2, None)]"
    )


@requirement(
    "subprocess.protocol.child_closing_stdout_early",
    api="asyncio.SubprocessProtocol",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=PIPE_LOST,
)
async def test_a_child_can_end_its_output_and_run_on(loop: AbstractEventLoop) -> None:
    """A child that closes its standard output brings pipe_connection_lost(1) while it runs on.

    If this fails, look for a copy of the child's end of the pipe, kept open in this
    process or, under another number, in the child.
    """
    async with running(loop, *sh("exec >&-; read line")) as child:
        told = await child.until_called("pipe_connection_lost(1)")
        calls, code = child.calls.copy(), child.transport.get_returncode()

    assert told, (
        f"a child closed its standard output and ran on; the callbacks were {calls}, "
        "expected pipe_connection_lost(1)"
    )
    assert ("process_exited" in calls, code) == (False, None), (
        "a child closed its standard output and waits for its input; pipe_connection_lost(1) came "
        f"after its exit, with the return code {code!r}; expected it while the child ran"
    )


@requirement(
    "subprocess.protocol.child_closing_stdin_is_noticed",
    api="asyncio.SubprocessProtocol",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=PIPE_LOST,
)
async def test_a_child_can_refuse_its_input_and_run_on(loop: AbstractEventLoop) -> None:
    """A child that closes its standard input brings pipe_connection_lost(0) while it runs on.

    If this fails, look for a writing end of a pipe that is looked at only when there is
    something to write.
    """
    async with running(loop, *sh("exec <&-; exec sleep 60")) as child:
        told = await child.until_called("pipe_connection_lost(0)")
        calls, code = child.calls.copy(), child.transport.get_returncode()

    assert told, (
        f"a child closed its standard input and ran on; the callbacks were {calls}, "
        "expected pipe_connection_lost(0) without a write"
    )
    assert code is None, (
        "a child closed its standard input and sleeps; pipe_connection_lost(0) came with the "
        f"return code {code!r}; expected it while the child ran"
    )


@requirement(
    "subprocess.protocol.no_data_after_pipe_lost",
    api="asyncio.SubprocessProtocol",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}SubprocessProtocol.pipe_data_received",
)
async def test_a_pipe_is_lost_after_all_its_output(loop: AbstractEventLoop) -> None:
    """All that a child printed to a pipe comes, complete, before its pipe_connection_lost().

    If this fails, look for pipes that are closed at the child's exit with data in them, or
    for two queues of callbacks.
    """
    script = sh("head -c 300000 /dev/zero; head -c 1000 /dev/zero >&2")

    async with running(loop, *script) as child:
        await child.until_called("pipe_connection_lost(1)")
        await child.until_called("pipe_connection_lost(2)")
        await child.until_over()

    sizes = [len(child.output(fd)) for fd in (1, 2)]
    assert sizes == [300000, 1000], (
        f"a child printed 300000 bytes and 1000 to standard error, of which {sizes} came; expected "
        "all of them"
    )
    for fd in (1, 2):
        last = [name for name in child.calls if name.endswith(f"({fd})")][-1]
        assert last == f"pipe_connection_lost({fd})", (
            f"the last callback about pipe {fd} was {last}; expected pipe_connection_lost({fd})"
        )


@requirement(
    "subprocess.protocol.large_output",
    api="asyncio.SubprocessProtocol",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}SubprocessProtocol.pipe_data_received",
)
async def test_megabytes_of_output_come_completely(loop: AbstractEventLoop) -> None:
    """Megabytes of output arrive completely and in order.

    If this fails, look for what a child leaves in its pipe when it exits, and for a buffer
    that is handed on and filled anew.
    """
    size = 3_000_000
    printed = (b"0123456789\n" * (size // 11 + 1))[:size]

    async with running(loop, *sh(f"yes 0123456789 | head -c {size}")) as child:
        await child.until_called("pipe_connection_lost(1)")
        await child.until_exit()

    seen = child.output(1)
    assert len(seen) == size, (
        f"a child printed {size} bytes, of which {len(seen)} came; expected all of them"
    )
    assert seen == printed, (
        "what a child printed came with its bytes changed or out of order; expected them as printed"
    )
