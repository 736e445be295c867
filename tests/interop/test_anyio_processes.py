"""anyio: child processes, threads and signals beside the loop."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import threading

import pytest

pytest.importorskip("anyio", reason="needs the extra interop")

import anyio
import anyio.from_thread
import anyio.to_thread
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from .watched_run import Run, patterned, until_quiet

LARGE = patterned(4 * 1024 * 1024)
CHUNK = patterned(64 * 1024)
CHUNKS = 64
ECHO = "import shutil, sys; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)"
READS_WHEN_TOLD = """
import hashlib, signal, sys
signal.signal(signal.SIGUSR1, lambda *_: None)
print("ready", flush=True)
signal.pause()
print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())
"""
SLEEPS = "import signal; print('ready', flush=True); signal.pause()"


def python(code: str) -> list[str]:
    """The command that runs `code`."""
    return [sys.executable, "-c", code]


async def until_ready(process: Process) -> BufferedByteReceiveStream:
    """The output of a child, behind the line in which it says that it is ready."""
    assert process.stdout is not None
    output = BufferedByteReceiveStream(process.stdout)
    assert await output.receive_until(b"\n", 100) == b"ready"
    return output


def test_a_child_gets_its_input_and_gives_its_output(run: Run) -> None:
    """run_process() feeds four megabytes through a child, and hears its exit status."""

    async def main() -> None:
        done = await anyio.run_process(python(ECHO), input=LARGE)
        assert done.stdout == LARGE
        failed = await anyio.run_process(python("raise SystemExit(7)"), check=False)
        assert failed.returncode == 7

    run(main())


def test_several_children_at_once(run: Run) -> None:
    """Six children in a task group each give their own output."""
    outputs: dict[int, bytes] = {}

    async def ask(number: int) -> None:
        done = await anyio.run_process(f"echo {number}; echo {number} >&2")
        assert done.stderr == done.stdout
        outputs[number] = done.stdout

    async def main() -> None:
        async with anyio.create_task_group() as group:
            for number in range(6):
                group.start_soon(ask, number)
        assert outputs == {number: b"%d\n" % number for number in range(6)}

    run(main())


def test_a_child_that_does_not_read_holds_us_back(run: Run) -> None:
    """Input goes no further than the pipe reaches, until the child is told to read."""
    sent = 0

    async def feed(process: Process) -> None:
        nonlocal sent
        assert process.stdin is not None
        for _ in range(CHUNKS):
            await process.stdin.send(CHUNK)
            sent += 1
        await process.stdin.aclose()

    async def main() -> None:
        async with await anyio.open_process(python(READS_WHEN_TOLD)) as process:
            output = await until_ready(process)
            async with anyio.create_task_group() as group:
                group.start_soon(feed, process)
                stuck = await until_quiet(lambda: sent)
                assert stuck < CHUNKS, f"{stuck} of {CHUNKS} chunks were sent unread"
                process.send_signal(signal.SIGUSR1)
            digest = await output.receive_until(b"\n", 100)
        assert digest.decode() == hashlib.sha256(CHUNK * CHUNKS).hexdigest()
        assert process.returncode == 0

    run(main())


def test_cancelling_kills_the_child(run: Run) -> None:
    """A child that is waited for in a scope that ends is killed and reaped."""

    async def main() -> None:
        with anyio.move_on_after(10) as scope:
            async with await anyio.open_process(python(SLEEPS)) as process:
                await until_ready(process)
                scope.cancel()
                await process.wait()
        assert process.returncode == -signal.SIGKILL
        with pytest.raises(ProcessLookupError):
            os.kill(process.pid, 0)

    run(main())


def test_threads_work_for_the_loop_and_call_back_into_it(run: Run) -> None:
    """Blocking functions run elsewhere, and await things of the loop from there."""

    def blocking(number: int) -> tuple[int, bool]:
        anyio.from_thread.run(anyio.sleep, 0.001)
        here = threading.get_ident()
        return number, here != anyio.from_thread.run_sync(threading.get_ident)

    async def main() -> None:
        results: list[tuple[int, bool]] = []

        async def ask(number: int) -> None:
            results.append(await anyio.to_thread.run_sync(blocking, number))

        async with anyio.create_task_group() as group:
            for number in range(30):
                group.start_soon(ask, number)
        assert sorted(results) == [(number, True) for number in range(30)]

    run(main())


def test_signals_are_received_one_by_one(run: Run) -> None:
    """open_signal_receiver() hears what this very process is sent."""

    async def main() -> None:
        with anyio.open_signal_receiver(signal.SIGUSR1, signal.SIGUSR2) as signals:
            for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGUSR1):
                os.kill(os.getpid(), number)
                assert await anext(signals) == number

    run(main())
