"""Loops on which a cancelled sock_*() call leaves something behind."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine
from contextlib import suppress
from typing import IO, Any

from tests.mutants import SoundLoop, mutant

HELD = "expected all of it"


@mutant(breaks="sock_methods.recv.cancel_does_not_steal_data", says=HELD)
@mutant(breaks="sock_methods.recv.cancel_when_data_already_ready", says=HELD)
@mutant(breaks="sock_methods.recv.cancel_releases_descriptor_watch", says="expected nothing that")
@mutant(
    breaks="sock_methods.recv_into.cancel_leaves_buffer_and_data", says="expected b'........' and"
)
@mutant(breaks="sock_methods.recvfrom.cancel_keeps_datagram", says="expected the datagram")
@mutant(breaks="sock_methods.sendall.cancel_stops_sending", says="though sock_sendall() was")
@mutant(breaks="sock_methods.connect.cancel_while_pending", says="expected nothing that")
@mutant(breaks="sock_methods.accept.cancel_loses_no_connection", says="was still pending")
@mutant(breaks="sendfile.sock.slow_receiver_and_cancel", says="though sock_sendfile() was")
class WorksOnAfterACancel(SoundLoop):
    """Does the work in a task of its own, which nobody cancels."""

    async def sock_recv(self, *args: Any) -> bytes:
        """Receive."""
        return bytes(await self._apart(super().sock_recv(*args)))

    async def sock_recv_into(self, *args: Any) -> int:
        """Receive."""
        return int(await self._apart(super().sock_recv_into(*args)))

    async def sock_recvfrom(self, *args: Any) -> Any:
        """Receive."""
        return await self._apart(super().sock_recvfrom(*args))

    async def sock_sendall(self, *args: Any) -> None:
        """Send."""
        await self._apart(super().sock_sendall(*args))

    async def sock_connect(self, *args: Any) -> None:
        """Connect."""
        await self._apart(super().sock_connect(*args))

    async def sock_accept(self, *args: Any) -> Any:
        """Accept."""
        return await self._apart(super().sock_accept(*args))

    async def sock_sendfile(
        self, sock: socket.socket, file: IO[bytes], *args: Any, **options: Any
    ) -> int:
        """Send."""
        return int(await self._apart(super().sock_sendfile(sock, file, *args, **options)))

    async def _apart(self, work: Coroutine[Any, Any, Any]) -> Any:
        return await asyncio.shield(asyncio.ensure_future(work))


@mutant(breaks="sock_methods.recv.usable_after_cancel", says="was still pending")
class CleansUpLate(SoundLoop):
    """Removes the reader of a cancelled call some turns after its end."""

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:
        """Receive."""
        try:
            return await super().sock_recv(sock, nbytes)
        except asyncio.CancelledError:
            self._clean_up(sock, 6)
            raise

    def _clean_up(self, sock: socket.socket, turns: int) -> None:
        if turns:
            self.call_soon(self._clean_up, sock, turns - 1)
        else:
            self.remove_reader(sock)


@mutant(breaks="sock_methods.recv.usable_after_cancel", says="expected it to wait")
class CountsCancelledCalls(SoundLoop):
    """Refuses a second call for a socket whose first one was cancelled."""

    _busy: set[int] = set()  # noqa: RUF012 - for all loops, which is wrong as well

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:
        """Receive."""
        if sock.fileno() in self._busy:
            raise RuntimeError("another call waits for this socket")
        self._busy.add(sock.fileno())
        data = await super().sock_recv(sock, nbytes)
        self._busy.discard(sock.fileno())
        return data


@mutant(breaks="sock_methods.recv.cancel_when_data_already_ready", says=HELD)
class ReadsBeforeItLooks(SoundLoop):
    """Reads what is there before it lets a cancel through."""

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:
        """Receive."""
        try:
            return await super().sock_recv(sock, nbytes)
        except asyncio.CancelledError:
            with suppress(BlockingIOError):
                sock.recv(nbytes)
            raise
