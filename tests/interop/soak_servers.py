"""The servers that the loop under test runs in the soak: by protocols and by streams."""

from __future__ import annotations

import asyncio
import ssl
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from .soak_talk import KINDS, PLAN, Manner, shrink_if_asked

UNLIMITED = sys.maxsize
DONE_AT_LIMIT = (Manner.SILENT, Manner.CLOSE, Manner.ABORT)


class EchoProtocol(asyncio.Protocol):
    """One conversation, served by callbacks; a full backlog stops the reading."""

    def __init__(self) -> None:
        self._opening = bytearray()
        self._left = 0
        self._manner = Manner.ECHO
        self._holds: set[str] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client is there."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """The plan, then the body."""
        if len(self._opening) < PLAN.size:
            missing = PLAN.size - len(self._opening)
            self._opening += data[:missing]
            data = data[missing:]
            if len(self._opening) < PLAN.size:
                return
            self._begin()
        self._transport.write(data[: self._left])
        self._left -= min(self._left, len(data))
        self._stop_at_limit()

    def pause_writing(self) -> None:
        """Read no more: the client does not."""
        self._hold("the backlog")

    def resume_writing(self) -> None:
        """Read on."""
        self._release("the backlog")

    def _begin(self) -> None:
        manner, pause, limit = PLAN.unpack(self._opening)
        self._manner = Manner(manner)
        shrink_if_asked(self._transport, pause)
        self._left = limit if self._manner in DONE_AT_LIMIT else UNLIMITED
        if self._manner is Manner.PAUSE:
            self._hold("the plan")
            asyncio.get_running_loop().call_later(pause / 1000, self._release, "the plan")

    def _stop_at_limit(self) -> None:
        if self._left:
            return
        if self._manner is Manner.CLOSE:
            self._transport.close()
        elif self._manner is Manner.ABORT:
            self._transport.abort()

    def _hold(self, why: str) -> None:
        self._holds.add(why)
        self._transport.pause_reading()

    def _release(self, why: str) -> None:
        self._holds.discard(why)
        if not self._holds:
            self._transport.resume_reading()


async def echo_by_streams(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One conversation, served by a coroutine."""
    with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
        manner, pause, limit = PLAN.unpack(await reader.readexactly(PLAN.size))
        shrink_if_asked(writer.transport, pause)
        if manner == Manner.PAUSE:
            await asyncio.sleep(pause / 1000)
        left = limit if manner in DONE_AT_LIMIT else UNLIMITED
        while left and (data := await reader.read(min(65536, left))):
            left -= len(data)
            writer.write(data)
            await writer.drain()
        if manner == Manner.SILENT:
            while await reader.read(65536):
                pass
        elif manner == Manner.ABORT:
            writer.transport.abort()
    writer.close()
    with suppress(ConnectionError, ssl.SSLError):
        await writer.wait_closed()


async def all_served(
    context: ssl.SSLContext, folder: Path
) -> tuple[list[asyncio.AbstractServer], list[tuple[str, Any]]]:
    """A server of each sort, and the kind and the address of each."""
    loop = asyncio.get_running_loop()
    servers: list[asyncio.AbstractServer] = []
    addresses: list[tuple[str, Any]] = []
    for kind in KINDS:
        if kind == "unix":
            paths = [str(folder / name) for name in ("protocol", "streams")]
            servers.append(await loop.create_unix_server(EchoProtocol, paths[0]))
            servers.append(await asyncio.start_unix_server(echo_by_streams, paths[1]))
            addresses += [(kind, path) for path in paths]
            continue
        tls = context if kind == "tls" else None
        here = ("127.0.0.1", 0)
        both = [
            await loop.create_server(EchoProtocol, *here, ssl=tls),
            await asyncio.start_server(echo_by_streams, *here, ssl=tls),
        ]
        servers += both
        addresses += [(kind, server.sockets[0].getsockname()) for server in both]
    return servers, addresses
