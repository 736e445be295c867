"""What the loops are timed at: each workload does a known number of operations on a loop.

A workload is called with a new loop and returns the operations and the seconds that
they took, without what it set up before. Both ends of a connection are on the loop
under test, so that nothing else is in the figure.

`python benchmarks/workloads.py ROW MODULE:FACTORY` prints the seconds of one operation
twice: in the first run of the process and in the second. They differ by more than
warmth. A loop that asks for a large buffer with each read has it taken from the kernel
each time, until glibc has once seen such a block freed whole, as the first connection
that ends does; from then on it keeps them. So each figure needs a process of its own.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import ssl
import sys
import time
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import Any, TypeAlias

Timed: TypeAlias = tuple[int, float]
Workload: TypeAlias = Callable[[AbstractEventLoop], Timed]
SECONDS = time.perf_counter
HOST = "127.0.0.1"


def call_soon(loop: AbstractEventLoop, count: int = 30_000) -> Timed:
    """Schedule `count` callbacks in one go and run them."""
    began = SECONDS()
    for _ in range(count):
        loop.call_soon(_nothing)
    loop.call_soon(loop.stop)
    loop.run_forever()
    return count, SECONDS() - began


def call_soon_threadsafe(loop: AbstractEventLoop, count: int = 10_000) -> Timed:
    """Do that with the call that wakes the loop each time."""
    began = SECONDS()
    for _ in range(count):
        loop.call_soon_threadsafe(_nothing)
    loop.call_soon_threadsafe(loop.stop)
    loop.run_forever()
    return count, SECONDS() - began


def timers(loop: AbstractEventLoop, count: int = 20_000) -> Timed:
    """Set time limits and cancel them, a hundred at a time."""

    async def work() -> None:
        for _ in range(count // 100):
            handles = [loop.call_later(60 + n % 7, _nothing) for n in range(100)]
            for handle in handles:
                handle.cancel()
            await asyncio.sleep(0)

    return count, _seconds(loop, work())


def task_switch(loop: AbstractEventLoop, tasks: int = 20, switches: int = 500) -> Timed:
    """Let tasks give way to each other."""

    async def give_way() -> None:
        for _ in range(switches):
            await asyncio.sleep(0)

    async def work() -> None:
        await asyncio.gather(*(give_way() for _ in range(tasks)))

    return tasks * switches, _seconds(loop, work())


def create_task(loop: AbstractEventLoop, count: int = 5_000) -> Timed:
    """Create tasks and wait for all of them."""

    async def nothing() -> None:
        return None

    async def work() -> None:
        await asyncio.gather(*(loop.create_task(nothing()) for _ in range(count)))

    return count, _seconds(loop, work())


def connect(loop: AbstractEventLoop, count: int = 200) -> Timed:
    """Connect and close, one after the other."""

    async def work() -> float:
        server = await loop.create_server(asyncio.Protocol, HOST, 0)
        host, port = server.sockets[0].getsockname()
        began = SECONDS()
        for _ in range(count):
            closed = loop.create_future()
            transport, _ = await loop.create_connection(partial(_UntilLost, closed), host, port)
            transport.close()
            await closed
        took = SECONDS() - began
        server.close()
        await server.wait_closed()
        return took

    return count, loop.run_until_complete(work())


def spawn(loop: AbstractEventLoop, count: int = 10) -> Timed:
    """Start a process that does nothing and wait for its end."""

    async def work() -> None:
        for _ in range(count):
            process = await asyncio.create_subprocess_exec("true")
            await process.wait()

    return count, _seconds(loop, work())


def echo_by_protocol(
    loop: AbstractEventLoop, connections: int, size: int, messages: int, *, tls: bool = False
) -> Timed:
    """Send `messages` messages to and fro in all, over that many connections at once."""
    each = max(1, messages // connections)

    async def work() -> float:
        client_tls, server_tls = _contexts() if tls else (None, None)
        server = await loop.create_server(_Echo, HOST, 0, ssl=server_tls)
        host, port = server.sockets[0].getsockname()
        asking = [_Asking(loop.create_future(), size, each) for _ in range(connections)]
        for protocol in asking:
            await loop.create_connection(partial(_itself, protocol), host, port, ssl=client_tls)
        return await _together(server, [protocol.answered for protocol in asking], asking)

    return each * connections, loop.run_until_complete(work())


def echo_by_streams(loop: AbstractEventLoop, connections: int, size: int, messages: int) -> Timed:
    """Do that with asyncio's streams at both ends."""
    each = max(1, messages // connections)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(size):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        message = bytes(size)
        for _ in range(each):
            writer.write(message)
            await reader.readexactly(size)

    async def work() -> float:
        server = await asyncio.start_server(answer, HOST, 0)
        host, port = server.sockets[0].getsockname()
        streams = [await asyncio.open_connection(host, port) for _ in range(connections)]
        began = SECONDS()
        await asyncio.gather(*(ask(*pair) for pair in streams))
        took = SECONDS() - began
        for _, writer in streams:
            writer.close()
            await writer.wait_closed()
        server.close()
        await server.wait_closed()
        return took

    return each * connections, loop.run_until_complete(work())


async def _together(
    server: asyncio.Server, answered: list[asyncio.Future[None]], asking: list[_Asking]
) -> float:
    began = SECONDS()
    for protocol in asking:
        protocol.ask()
    await asyncio.gather(*answered)
    took = SECONDS() - began
    for protocol in asking:
        protocol.transport.abort()
    server.close()
    await asyncio.sleep(0)
    return took


class _Echo(asyncio.Protocol):
    """Answers with what it was sent."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


class _Asking(_Echo):
    """Sends a message, waits for the whole of it, sends the next."""

    def __init__(self, answered: asyncio.Future[None], size: int, messages: int) -> None:
        self.answered = answered
        self._message = bytes(size)
        self._left = messages
        self._missing = 0

    def ask(self) -> None:
        """Send one message."""
        self._missing = len(self._message)
        self.transport.write(self._message)

    def data_received(self, data: bytes) -> None:
        self._missing -= len(data)
        if self._missing:
            return
        self._left -= 1
        if self._left:
            self.ask()
        else:
            self.answered.set_result(None)


class _UntilLost(asyncio.Protocol):
    def __init__(self, lost: asyncio.Future[None]) -> None:
        self._lost = lost

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost.set_result(exc)  # type: ignore[arg-type]  # nobody looks at the result


def _itself(protocol: _Asking) -> _Asking:
    return protocol


def _nothing() -> None:
    return None


def _seconds(loop: AbstractEventLoop, work: Awaitable[None]) -> float:
    began = SECONDS()
    loop.run_until_complete(work)
    return SECONDS() - began


@cache
def _contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    import trustme  # here, because its import costs more than most rows take

    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return client, server


def workloads() -> dict[str, Workload]:
    """Every row of the table, by name."""
    rows: dict[str, Workload] = {
        "call_soon": call_soon,
        "call_soon_threadsafe": call_soon_threadsafe,
        "call_later, cancel": timers,
        "task switch": task_switch,
        "create_task": create_task,
    }
    for size, name, messages in ((64, "64 B", 2_000), (64 * 1024, "64 KiB", 400)):
        for connections in (1, 16, 256):
            rows[f"TCP echo, protocol, {connections} x {name}"] = partial(
                echo_by_protocol, connections=connections, size=size, messages=messages
            )
            rows[f"TCP echo, streams, {connections} x {name}"] = partial(
                echo_by_streams, connections=connections, size=size, messages=messages
            )
        rows[f"TLS echo, protocol, 16 x {name}"] = partial(
            echo_by_protocol, connections=16, size=size, messages=messages // 2, tls=True
        )
    return rows | {"connect and close": connect, "subprocess": spawn}


def seconds_per_operation(row: str, target: str) -> tuple[float, float]:
    """Of the first run in this process, and of the second, each on a loop of its own."""
    module, _, factory = target.partition(":")
    new_loop = getattr(importlib.import_module(module), factory)
    gc.disable()
    first, second = (_one_run(new_loop(), workloads()[row]) for _ in range(2))
    return first, second


def _one_run(loop: AbstractEventLoop, workload: Workload) -> float:
    count, seconds = workload(loop)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    gc.collect()
    return seconds / count


if __name__ == "__main__":
    sys.path.insert(0, "")
    print(*seconds_per_operation(*sys.argv[1:]))
