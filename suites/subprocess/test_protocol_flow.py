"""SubprocessProtocol: flow control of a child's pipes, and the protocol's factory."""

from __future__ import annotations

import os
from asyncio import AbstractEventLoop
from pathlib import Path
from typing import Any

from ..support.children import Child, running, sh
from ..support.requirement import requirement
from ..support.turns import turns

MANUAL = "library/asyncio-protocol.html#asyncio."
MEGABYTE = bytes(1 << 20)


def pauses(child: Child) -> list[str]:
    """The callbacks of flow control so far."""
    return [name for name in child.calls if name.endswith("_writing")]


@requirement(
    "subprocess.protocol.flow_control_on_stdin",
    api="asyncio.SubprocessProtocol",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}BaseProtocol.pause_writing",
)
async def test_a_child_slow_to_read_pauses_the_protocol(
    loop: AbstractEventLoop, tmp_path: Path
) -> None:
    """A child slow to read brings pause_writing() to its protocol, and then resume_writing().

    If this fails, look for a pipe to the child whose protocol does not pass these two on.
    """
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    opening = os.open(gate, os.O_RDWR)
    script = sh('read go <"$0"; exec cat >/dev/null', str(gate))

    try:
        async with running(loop, *script) as child:
            child.pipe(0).set_write_buffer_limits(high=100_000)
            child.pipe(0).write(MEGABYTE)
            await child.until_called("pause_writing")
            paused = pauses(child)
            os.write(opening, b"go\n")
            await child.until_called("resume_writing")
            calls = pauses(child)
    finally:
        os.close(opening)

    assert paused == ["pause_writing"], (
        f"a megabyte written to a child that does not read brought {paused}; expected pause_writing"
    )
    assert calls == ["pause_writing", "resume_writing"], (
        f"when the child had begun to read, its protocol had heard {calls}; expected "
        "pause_writing, resume_writing"
    )


@requirement(
    "subprocess.protocol.pausing_stdout",
    api="asyncio.SubprocessProtocol",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}ReadTransport.pause_reading",
)
async def test_pause_reading_holds_the_child_up(loop: AbstractEventLoop) -> None:
    """pause_reading() on pipe 1 stops its data and so the child, until resume_reading().

    If this fails, look for a pipe that is read by a thread, or into a buffer of any size.
    """
    zeros = "head -c {} /dev/zero"
    script = f"read go; {zeros.format(1000)}; echo >&2; {zeros.format(1 << 20)}; exit 0"

    async with running(loop, *sh(script)) as child:
        child.pipe(1).pause_reading()
        child.pipe(0).write(b"go\n")
        await child.until_called("pipe_data_received(2)")
        await turns(10)
        paused, calls = len(child.output(1)), child.calls.copy()
        child.pipe(1).resume_reading()
        await child.until_called("pipe_connection_lost(1)")
        await child.until_exit()

    assert paused == 0, f"while pipe 1 was paused, {paused} bytes came from it; expected none"
    assert "process_exited" not in calls, (
        "while pipe 1 was paused, a child that prints a megabyte came to its end; expected it to "
        "wait"
    )
    assert len(child.output(1)) == 1000 + (1 << 20), (
        f"after resume_reading() {len(child.output(1))} bytes had come from pipe 1; expected "
        f"{1000 + (1 << 20)}"
    )


@requirement(
    "subprocess.protocol.factory_called_without_arguments_once",
    api="asyncio.SubprocessProtocol",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc="library/asyncio-eventloop.html#asyncio.loop.subprocess_exec",
)
async def test_the_factory_is_called_once_and_bare(loop: AbstractEventLoop) -> None:
    """The protocol factory is called once, without arguments.

    If this fails, look for a factory that is asked again for each pipe.
    """
    calls: list[tuple[Any, Any]] = []
    child = Child()

    def factory(*args: Any, **keywords: Any) -> Child:
        calls.append((args, keywords))
        return child

    async with running(loop, "true", child=child, factory=factory):
        await child.until_over()

    assert calls == [((), {})], (
        f"the protocol factory was called with {calls}; expected one call without arguments"
    )


@requirement(
    "subprocess.protocol.data_is_never_empty",
    api="asyncio.SubprocessProtocol",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}SubprocessProtocol.pipe_data_received",
)
async def test_data_is_never_empty(loop: AbstractEventLoop) -> None:
    """pipe_data_received() gets no empty data, at the end of the output or before.

    If this fails, look for an end of file that is passed on as data.
    """
    async with running(loop, *sh("printf output; printf errors >&2")) as child:
        await child.until(lambda: {fd for fd, _ in child.lost_with} >= {1, 2})
        await child.until_over()

    sizes = [len(data) for _, data in child.chunks]
    assert sum(sizes) == 12, f"12 bytes printed by a child came as {sizes}; expected all of them"
    assert 0 not in sizes, (
        f"pipe_data_received() was called with {sizes} bytes; expected no call without any"
    )
