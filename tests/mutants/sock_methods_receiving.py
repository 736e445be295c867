"""Loops whose sock_recv(), or one of its kin, waits wrongly or returns the wrong thing."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any

from tests.mutants import SoundLoop, mutant

PENDING = "was still pending"


@mutant(breaks="sock_methods.recv.available_data", says="expected b'hello', as bytes")
class ReturnsItsBuffer(SoundLoop):
    """Returns a bytearray."""

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> Any:
        """Receive."""
        return bytearray(await super().sock_recv(sock, nbytes))


@mutant(breaks="sock_methods.recv.waits_for_data", says="expected it to wait")
@mutant(breaks="sock_methods.recv_into.waits_and_eof", says="expected it to wait")
@mutant(breaks="sock_methods.recvfrom.waits", says="expected it to wait")
@mutant(breaks="sock_methods.recvfrom_into.returns_count_and_address", says="expected it to wait")
@mutant(breaks="sock_methods.accept.waits", says="expected it to wait")
@mutant(breaks="sock_methods.sendall.waits_while_peer_is_slow", says="expected it to wait")
class NeverWaits(SoundLoop):
    """Passes BlockingIOError on to the caller."""

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:
        """Receive."""
        return sock.recv(nbytes)

    async def sock_recv_into(self, sock: socket.socket, buf: Any) -> int:
        """Receive."""
        return sock.recv_into(buf)

    async def sock_recvfrom(self, sock: socket.socket, bufsize: int) -> tuple[bytes, Any]:
        """Receive."""
        return sock.recvfrom(bufsize)

    async def sock_recvfrom_into(
        self, sock: socket.socket, buf: Any, nbytes: int = 0
    ) -> tuple[int, Any]:
        """Receive."""
        return sock.recvfrom_into(buf, nbytes)

    async def sock_accept(self, sock: socket.socket) -> tuple[socket.socket, Any]:
        """Accept."""
        return sock.accept()

    async def sock_sendall(self, sock: socket.socket, data: Any) -> None:
        """Send."""
        while data:
            data = data[sock.send(data) :]


@mutant(breaks="sock_methods.recv.waits_for_data", says="expected b'late'")
class WaitsInVain(SoundLoop):
    """Never looks again at a socket that had no data."""

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:
        """Receive."""
        with suppress(BlockingIOError):
            return sock.recv(nbytes)
        await self.create_future()
        return b""


@mutant(breaks="sock_methods.recv.at_most_nbytes", says="took b'ab', was still pending")
class CutsWhatItRead(SoundLoop):
    """Reads as much as there is, and throws away what was not asked for."""

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:
        """Receive."""
        return (await super().sock_recv(sock, 65536))[:nbytes]


@mutant(breaks="sock_methods.recv.at_most_nbytes", says="expected b'cdef'")
class ReadsEverything(SoundLoop):
    """Reads as much as there is."""

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:  # noqa: ARG002 - the fault
        """Receive."""
        return await super().sock_recv(sock, 65536)


@mutant(breaks="sock_methods.recv.eof_is_empty_bytes", says=PENDING)
@mutant(breaks="sock_methods.recv_into.waits_and_eof", says=PENDING)
class TakesTheEndForNoData(SoundLoop):
    """Reads again when a read has brought nothing."""

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:
        """Receive."""
        while not (data := await super().sock_recv(sock, nbytes)):
            await asyncio.sleep(0)
        return data

    async def sock_recv_into(self, sock: socket.socket, buf: Any) -> int:
        """Receive."""
        while not (count := await super().sock_recv_into(sock, buf)):
            await asyncio.sleep(0)
        return count


@mutant(breaks="sock_methods.recv.eof_is_empty_bytes", says="raised EOFError")
class RaisesAtTheEnd(SoundLoop):
    """Raises EOFError at the end of the stream."""

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:
        """Receive."""
        data = await super().sock_recv(sock, nbytes)
        if not data:
            raise EOFError
        return data


@mutant(
    breaks="sock_methods.recv.error_propagates",
    says="raised nothing; expected ConnectionResetError",
)
class TakesErrorsForTheEnd(SoundLoop):
    """Returns b"" on errors."""

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:
        """Receive."""
        try:
            return await super().sock_recv(sock, nbytes)
        except ConnectionError:
            return b""


@mutant(breaks="sock_methods.recv.concurrent_with_sendall", says=PENDING)
class WatchesForOneThing(SoundLoop):
    """Waiting for data replaces the registration for writing."""

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:
        """Receive."""
        self.remove_writer(sock)
        return await super().sock_recv(sock, nbytes)


@mutant(breaks="sock_methods.recv.loop_stays_responsive", says="expected it to wait")
class BlocksInTheCall(SoundLoop):
    """Makes the socket blocking."""

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:
        """Receive."""
        sock.setblocking(True)
        return sock.recv(nbytes)


@mutant(breaks="sock_methods.recv.loop_stays_responsive", says="expected it to keep")
class BlocksLater(SoundLoop):
    """Makes the socket blocking when it has waited for some turns."""

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:
        """Receive."""
        for _ in range(10):
            await asyncio.sleep(0)
        sock.setblocking(True)
        return sock.recv(nbytes)


@mutant(breaks="sock_methods.recv_into.fills_buffer", says="expected 6 and b'abcdef..'")
@mutant(breaks="sock_methods.recvfrom_into.returns_count_and_address", says="expected (5, ")
class ReturnsTheData(SoundLoop):
    """Returns what it has received in place of the number of bytes."""

    async def sock_recv_into(self, sock: socket.socket, buf: Any) -> Any:
        """Receive."""
        return bytes(buf[: await super().sock_recv_into(sock, buf)])

    async def sock_recvfrom_into(self, sock: socket.socket, buf: Any, nbytes: int = 0) -> Any:
        """Receive."""
        count, address = await super().sock_recvfrom_into(sock, buf, nbytes)
        return bytes(buf[:count]), address


@mutant(breaks="sock_methods.recv_into.fills_buffer", says="expected 3 and b'..abc...'")
class WritesPastTheSlice(SoundLoop):
    """Takes the owner of a slice for the buffer."""

    async def sock_recv_into(self, sock: socket.socket, buf: Any) -> int:
        """Receive."""
        return await super().sock_recv_into(sock, getattr(buf, "obj", buf))


@mutant(breaks="sock_methods.recvfrom.returns_data_and_address", says="expected (b'hello', ")
class ForgetsTheSender(SoundLoop):
    """Returns the data alone."""

    async def sock_recvfrom(self, sock: socket.socket, bufsize: int) -> Any:
        """Receive."""
        return (await super().sock_recvfrom(sock, bufsize))[0]


@mutant(breaks="sock_methods.recvfrom.returns_data_and_address", says="NotImplementedError")
class HasNoDatagrams(SoundLoop):
    """Never got this method."""

    async def sock_recvfrom(self, sock: socket.socket, bufsize: int) -> Any:
        """Refuse."""
        raise NotImplementedError


@mutant(breaks="sock_methods.recvfrom.one_datagram_per_call", says=PENDING)
class MergesDatagrams(SoundLoop):
    """Reads until nothing is left, and returns all of it at once."""

    async def sock_recvfrom(self, sock: socket.socket, bufsize: int) -> Any:
        """Receive."""
        data, address = await super().sock_recvfrom(sock, bufsize)
        with suppress(BlockingIOError):
            while True:
                data += sock.recv(bufsize)
        return data, address


@mutant(breaks="sock_methods.recvfrom_into.nbytes_limits", says="expected a count of 2")
class IgnoresNbytes(SoundLoop):
    """Fills the buffer whatever nbytes says."""

    async def sock_recvfrom_into(self, sock: socket.socket, buf: Any, nbytes: int = 0) -> Any:  # noqa: ARG002 - the fault
        """Receive."""
        return await super().sock_recvfrom_into(sock, buf)


@mutant(breaks="sock_methods.recvfrom_into.nbytes_limits", says="expected a count of 5")
class TakesZeroLiterally(SoundLoop):
    """Stores nothing where nbytes is 0."""

    async def sock_recvfrom_into(self, sock: socket.socket, buf: Any, nbytes: int = 0) -> Any:
        """Receive."""
        return await super().sock_recvfrom_into(sock, memoryview(buf)[:nbytes])
