"""The clients that the loop under test runs in the soak: by protocols and by streams."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from .soak_talk import PATIENCE, Ending, Manner, Plan, Plans, expect_echo, shrink_if_asked

PIECE = 20_000
BLINK = 0.005
"""Seconds after which nothing more is awaited of a silent server."""
CANCELLED, REFUSED = 0.06, 0.08
"""Shares of the attempts to connect that are called off, and that go to nobody, added up."""
Talk = Callable[[str, Plan, bytearray], Awaitable[None]]


class ClientProtocol(asyncio.Protocol):
    """Collects what comes back."""

    def __init__(self, echoed: bytearray) -> None:
        self._echoed = echoed
        self._wanted = 0
        self._waiter: asyncio.Future[None] | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        """A part of the echo."""
        self._echoed += data
        if len(self._echoed) >= self._wanted:
            self._wake()

    def connection_lost(self, _: Exception | None) -> None:
        """Nothing more will come."""
        if not self.lost.done():  # cancelled together with whoever waited
            self.lost.set_result(None)
        self._wake()

    async def until_echoed(self, wanted: int) -> None:
        """Wait for so many bytes, or the end."""
        self._wanted = wanted
        if len(self._echoed) < wanted and not self.lost.done():
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Clients:
    """Conversations with the peer's servers, whose addresses are given by kind."""

    def __init__(self, addresses: dict[str, Any], trust: ssl.SSLContext, refusing: Any) -> None:
        self._addresses = addresses
        self._trust = trust
        self._refusing = refusing
        self.done = {"conversations": 0, "bytes": 0, "cancelled": 0, "refused": 0}

    async def converse(self, plans: Plans) -> None:
        """One conversation. Raises WrongEcho, or whatever should not have been raised."""
        plan, kind = plans.draw(), plans.lot.choice(list(self._addresses))
        how: Talk = plans.lot.choice([self._by_streams, self._by_protocol])
        echoed = bytearray()
        chance = plans.lot.random()
        async with asyncio.timeout(2 * PATIENCE):
            if chance < CANCELLED:
                await self._call_off(how(kind, plan, echoed), plans.lot.uniform(0, BLINK))
            elif chance < REFUSED:
                await self._be_refused()
            else:
                await how(kind, plan, echoed)
                expect_echo(plan, echoed, f"the loop's client, {kind}, {how.__name__}")
        self.done["conversations"] += 1
        self.done["bytes"] += len(echoed)

    async def _call_off(self, talk: Any, delay: float) -> None:
        task = asyncio.ensure_future(talk)
        await asyncio.sleep(delay)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        self.done["cancelled"] += task.cancelled()

    async def _be_refused(self) -> None:
        try:
            await asyncio.open_connection(*self._refusing)
        except ConnectionRefusedError:
            self.done["refused"] += 1
        else:
            raise AssertionError("a port at which nobody listens let a client in")

    def _options(self, kind: str) -> dict[str, Any]:
        return {"ssl": self._trust, "server_hostname": "localhost"} if kind == "tls" else {}

    async def _by_streams(self, kind: str, plan: Plan, echoed: bytearray) -> None:
        address = self._addresses[kind]
        if kind == "unix":
            reader, writer = await asyncio.open_unix_connection(address)
        else:
            reader, writer = await asyncio.open_connection(*address, **self._options(kind))
        try:
            if plan.ending is not Ending.AT_ONCE:
                await exchange(reader, writer, plan, echoed)
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        finally:
            if plan.ending is Ending.RESET:
                writer.transport.abort()
            writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    async def _by_protocol(self, kind: str, plan: Plan, echoed: bytearray) -> None:
        loop, address = asyncio.get_running_loop(), self._addresses[kind]
        transport: asyncio.Transport
        if kind == "unix":
            transport, protocol = await loop.create_unix_connection(
                lambda: ClientProtocol(echoed), address
            )
        else:
            transport, protocol = await loop.create_connection(
                lambda: ClientProtocol(echoed), *address, **self._options(kind)
            )
        try:
            if plan.ending is not Ending.AT_ONCE:
                await say_at_once(transport, protocol, plan)
        except asyncio.CancelledError:
            transport.abort()
            raise
        finally:
            if plan.ending is Ending.RESET:
                transport.abort()
            transport.close()
        await protocol.lost


async def say_at_once(transport: asyncio.Transport, protocol: ClientProtocol, plan: Plan) -> None:
    """Write all of it regardless of flow control; then wait for the echo."""
    body = plan.sends
    shrink_if_asked(transport, plan.pause)
    transport.write(plan.opening())
    transport.writelines([body[start : start + PIECE] for start in range(0, len(body), PIECE)])
    wanted = plan.wanted
    if plan.ending is Ending.HALF and transport.can_write_eof():
        with suppress(OSError):
            transport.write_eof()
        wanted = len(body) + 1
    transport.pause_reading()
    await asyncio.sleep(plan.pause / 1000)
    transport.resume_reading()
    await protocol.until_echoed(wanted)


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, plan: Plan, echoed: bytearray
) -> None:
    """Send and receive at the same time, as far as the connection lasts."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(send(writer, plan))
            group.create_task(receive(reader, plan, echoed))
    except* (ConnectionError, ssl.SSLError):
        pass  # meant to be, or too little was echoed


async def send(writer: asyncio.StreamWriter, plan: Plan) -> None:
    """The plan and the body, no faster than it leaves."""
    shrink_if_asked(writer.transport, plan.pause)
    writer.write(plan.opening())
    for start in range(0, len(plan.sends), PIECE):
        writer.write(plan.sends[start : start + PIECE])
        await writer.drain()
    if plan.ending is Ending.HALF and writer.can_write_eof():
        with suppress(OSError):  # the connection may be gone, which asyncio tells right here
            writer.write_eof()


async def receive(reader: asyncio.StreamReader, plan: Plan, echoed: bytearray) -> None:
    """What is to come back; from a silent server nothing more."""
    while len(echoed) < plan.wanted:
        data = await reader.read(65536)
        if not data:
            return
        echoed += data
    if plan.manner is Manner.SILENT and plan.ending is Ending.WHOLE:
        with suppress(TimeoutError):
            async with asyncio.timeout(BLINK):
                echoed += await reader.read(1)
