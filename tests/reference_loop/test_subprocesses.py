"""parts.subprocesses: the end of a child, told by a descriptor or by a thread."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest

from reference_loop import ReferenceLoop
from reference_loop.parts.subprocesses import UntilEnd

FOREVER = ("sleep", "60")


class Child:
    """Stands in for a Popen whose child has ended with 7, as far as wait() is asked."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def wait(self) -> int:
        """Its exit status."""
        return 7


def test_without_pidfds_a_thread_waits(
    reference: ReferenceLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError("pidfd_open")

    monkeypatch.setattr(os, "pidfd_open", refuse, raising=False)

    async def told() -> int:
        future: asyncio.Future[int] = reference.create_future()
        child: Any = Child(os.getpid())
        UntilEnd(reference, child, future.set_result).begin()
        return await asyncio.wait_for(future, 5)

    status = reference.run_until_complete(told())

    assert status == 7, f"{status} was told; expected the exit status 7"


def test_a_thread_tells_a_closed_loop_nothing() -> None:
    loop = ReferenceLoop()
    loop.close()
    told: list[int] = []
    child: Any = Child(os.getpid())

    UntilEnd(loop, child, told.append)._wait_in_thread()

    assert told == [], f"a closed loop was told {told}; expected nothing, and no error"


def test_a_watch_that_is_dropped_closes_its_descriptor() -> None:
    if not hasattr(os, "pidfd_open"):
        pytest.skip("no pidfds here")
    loop = ReferenceLoop()
    child: Any = Child(os.getpid())
    watch = UntilEnd(loop, child, lambda _: None)
    watch.begin()
    descriptor = watch._pidfd
    assert descriptor is not None, "pidfd_open() was not used; expected it here"
    loop.close()

    del watch

    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_cancelled_start_is_over_when_its_child_is_reaped(reference: ReferenceLoop) -> None:
    pids: list[int] = []

    class Protocol(asyncio.SubprocessProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.SubprocessTransport)
            pids.append(transport.get_pid())

    async def start() -> None:
        call = reference.subprocess_exec(Protocol, *FOREVER, stdin=None, stdout=None, stderr=None)
        starting = reference.create_task(call)
        await asyncio.sleep(0)
        starting.cancel()
        await asyncio.wait({starting})

    reference.run_until_complete(start())

    assert len(pids) == 1, f"{len(pids)} children were made; expected one"
    with pytest.raises(ChildProcessError):
        os.waitpid(pids[0], os.WNOHANG)
