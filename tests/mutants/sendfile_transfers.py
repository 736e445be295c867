"""Loops whose sendfile() or sock_sendfile() sends or returns the wrong thing."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import nullcontext, suppress
from typing import Any

from tests.mutants import SoundLoop, mutant

PENDING = "was still pending"


class Sending(SoundLoop):
    """No mutant itself: its heirs change both ways of sending a file in one place."""

    async def sendfile(self, transport: Any, file: Any, *args: Any, **options: Any) -> Any:
        """Send over a transport."""
        return await self.send(super().sendfile, transport, file, *args, **options)

    async def sock_sendfile(self, sock: Any, file: Any, *args: Any, **options: Any) -> Any:
        """Send over a socket."""
        return await self.send(super().sock_sendfile, sock, file, *args, **options)

    async def send(
        self, how: Any, to: Any, file: Any, offset: Any = 0, count: Any = None, **options: Any
    ) -> Any:
        """Send in either way."""
        return await how(to, file, offset, count, **options)


def descriptor_of(file: Any) -> int | None:
    """The file's descriptor; None where it has none."""
    try:
        number: int = file.fileno()
    except OSError:
        return None
    return number


def duplicate(transport: Any) -> socket.socket:
    """Another socket for a transport's connection."""
    copy = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
    copy.setblocking(False)
    return copy


@mutant(breaks="sendfile.transport.whole_file", says="returned None")
@mutant(breaks="sendfile.sock.whole_file", says="returned None")
class ReturnsNothing(Sending):
    """Returns None."""

    async def send(self, *args: Any, **options: Any) -> Any:
        """Send."""
        await super().send(*args, **options)


@mutant(breaks="sendfile.transport.whole_file", says="left the position at 0; expected its size")
@mutant(breaks="sendfile.sock.whole_file", says="left the position at 0; expected its size")
@mutant(breaks="sendfile.transport.offset_and_count", says="left the position at 0")
@mutant(breaks="sendfile.transport.bytesio_offset_count", says="expected (5, b'cdefg', 7)")
class LeavesThePosition(Sending):
    """Does not move the file's position."""

    async def send(self, how: Any, to: Any, file: Any, *args: Any, **options: Any) -> Any:
        """Send."""
        try:
            return await super().send(how, to, file, *args, **options)
        finally:
            file.seek(0)


@mutant(breaks="sendfile.transport.offset_and_count", says="expected b'3456")
@mutant(breaks="sendfile.transport.bytesio_offset_count", says="expected (5, b'cdefg', 7)")
@mutant(breaks="sendfile.tls.offset_and_count", says="expected 100, and the bytes from 5")
@mutant(breaks="sendfile.sock.offset_and_count", says="expected 7 and b'2345678'")
class IgnoresTheOffset(Sending):
    """Begins at the start of the file."""

    async def send(
        self, how: Any, to: Any, file: Any, offset: Any = 0, count: Any = None, **options: Any
    ) -> Any:
        """Send."""
        del offset
        return await super().send(how, to, file, 0, count, **options)


@mutant(breaks="sendfile.transport.offset_and_count", says="497 bytes; expected")
@mutant(breaks="sendfile.transport.bytesio_offset_count", says="expected (5, b'cdefg', 7)")
@mutant(breaks="sendfile.tls.offset_and_count", says="expected 100, and the bytes from 5")
@mutant(breaks="sendfile.sock.offset_and_count", says="expected 7 and b'2345678'")
class CountsFromTheStart(Sending):
    """Takes the count for a position."""

    async def send(
        self, how: Any, to: Any, file: Any, offset: Any = 0, count: Any = None, **options: Any
    ) -> Any:
        """Send."""
        if isinstance(count, int) and count > offset > 0:
            count -= offset
        return await super().send(how, to, file, offset, count, **options)


@mutant(breaks="sendfile.transport.bytesio_offset_count", says="expected (5, b'cdefg', 7)")
class SeeksRelatively(Sending):
    """Counts the offset from where a file without descriptor stands."""

    async def send(self, how: Any, to: Any, file: Any, *args: Any, **options: Any) -> Any:
        """Send."""
        if args and descriptor_of(file) is None:
            args = (args[0] + file.tell(), *args[1:])
        return await super().send(how, to, file, *args, **options)


@mutant(breaks="sendfile.transport.count_beyond_eof", says="returned 100")
class ReturnsTheCount(Sending):
    """Returns what was asked for."""

    async def send(
        self, how: Any, to: Any, file: Any, offset: Any = 0, count: Any = None, **options: Any
    ) -> Any:
        """Send."""
        sent = await super().send(how, to, file, offset, count, **options)
        return count or sent


@mutant(breaks="sendfile.transport.count_beyond_eof", says=PENDING)
class WaitsForMore(Sending):
    """Waits for the file to grow."""

    async def send(
        self, how: Any, to: Any, file: Any, offset: Any = 0, count: Any = None, **options: Any
    ) -> Any:
        """Send."""
        sent = await super().send(how, to, file, offset, count, **options)
        if count is not None and sent < count:
            await self.create_future()
        return sent


@mutant(breaks="sendfile.transport.empty_file", says="expected 0")
@mutant(breaks="sendfile.sock.empty_file", says="expected 0")
class RefusesEmptyFiles(Sending):
    """Takes 0 bytes for an error."""

    async def send(self, *args: Any, **options: Any) -> Any:
        """Send."""
        sent = await super().send(*args, **options)
        if not sent:
            raise OSError("nothing was sent")
        return sent


@mutant(breaks="sendfile.transport.empty_file", says=PENDING)
@mutant(breaks="sendfile.sock.empty_file", says=PENDING)
class WaitsForEmptyFiles(Sending):
    """Takes 0 bytes for a socket that is not ready."""

    async def send(self, *args: Any, **options: Any) -> Any:
        """Send."""
        return await super().send(*args, **options) or await self.create_future()


@mutant(breaks="sendfile.transport.order_with_writes", says="expected the three in order")
@mutant(
    breaks="sendfile.transport.write_meanwhile_is_runtimeerror",
    says="which was accepted, and of one after it, received",
)
class SendsBesideTheTransport(SoundLoop):
    """Sends over the socket, without a word to the transport."""

    async def sendfile(self, transport: Any, file: Any, *args: Any, **options: Any) -> Any:
        """Send."""
        with duplicate(transport) as sock:
            return await self.sock_sendfile(sock, file, *args, **options)


@mutant(breaks="sendfile.transport.whole_file", says="cut short")
@mutant(breaks="sendfile.transport.slow_receiver", says="expected it to wait")
@mutant(breaks="sendfile.sock.whole_file", says="cut short")
@mutant(breaks="sendfile.sock.slow_receiver_and_cancel", says="expected it to wait")
class SendsOnce(Sending):
    """Sends what one system call takes."""

    async def send(self, how: Any, to: Any, file: Any, *args: Any, **options: Any) -> Any:
        """Send."""
        if args or options or descriptor_of(file) is None:
            return await super().send(how, to, file, *args, **options)
        with duplicate(to) if hasattr(to, "write") else nullcontext(to) as sock:
            return os.sendfile(sock.fileno(), file.fileno(), 0, 1 << 30)


@mutant(breaks="sendfile.transport.slow_receiver", says="cut short")
class GivesUpEarly(Sending):
    """Sends all but the last thousand bytes of what does not fit."""

    async def send(
        self, how: Any, to: Any, file: Any, offset: Any = 0, count: Any = None, **options: Any
    ) -> Any:
        """Send."""
        if count is None and descriptor_of(file) is not None:
            count = os.fstat(file.fileno()).st_size - 1000 or None
        return await super().send(how, to, file, offset, count, **options)


@mutant(breaks="sendfile.transport.peer_closes_midway", says="raised nothing; expected OSError")
class ReportsSuccess(Sending):
    """Takes a lost connection for the end of the file."""

    async def send(self, *args: Any, **options: Any) -> Any:
        """Send."""
        try:
            return await super().send(*args, **options)
        except OSError:
            return 0


@mutant(breaks="sendfile.transport.peer_closes_midway", says="expected less than")
class MovesThePositionAhead(Sending):
    """Has the file at its end whatever was sent."""

    async def send(self, how: Any, to: Any, file: Any, *args: Any, **options: Any) -> Any:
        """Send."""
        try:
            return await super().send(how, to, file, *args, **options)
        finally:
            file.seek(0, os.SEEK_END)


class Swallowing(asyncio.Protocol):
    """A protocol that hears nothing."""


class PassingOn(asyncio.Protocol):
    """A protocol that passes data on."""

    def __init__(self, protocol: Any) -> None:
        self.data_received = protocol.data_received  # type: ignore[method-assign]  # just as good


@mutant(breaks="sendfile.transport.incoming_data_delivered_after", says="expected b'meanwhile'")
class LeavesAHelper(SoundLoop):
    """Leaves a helper in the protocol's place."""

    async def sendfile(self, transport: Any, *args: Any, **options: Any) -> int:
        """Send."""
        sent = await super().sendfile(transport, *args, **options)
        transport.set_protocol(Swallowing())
        return sent


@mutant(breaks="sendfile.transport.incoming_data_delivered_after", says="expected the same")
class LeavesAProxy(SoundLoop):
    """Leaves a proxy in the protocol's place."""

    async def sendfile(self, transport: Any, *args: Any, **options: Any) -> int:
        """Send."""
        sent = await super().sendfile(transport, *args, **options)
        transport.set_protocol(PassingOn(transport.get_protocol()))
        return sent


@mutant(breaks="sendfile.transport.incoming_data_delivered_after", says="received b'while'")
class LosesWhatArrives(SoundLoop):
    """Throws away what arrives meanwhile."""

    async def sendfile(self, transport: Any, *args: Any, **options: Any) -> int:
        """Send."""
        sent = await super().sendfile(transport, *args, **options)
        with duplicate(transport) as copy, suppress(BlockingIOError):
            copy.recv(65536)
        return sent


@mutant(breaks="sendfile.transport.incoming_data_delivered_after", says="expected b'meanwhile'")
class LeavesReadingPaused(SoundLoop):
    """Forgets to resume reading."""

    async def sendfile(self, transport: Any, *args: Any, **options: Any) -> int:
        """Send."""
        sent = await super().sendfile(transport, *args, **options)
        transport.pause_reading()
        return sent


@mutant(breaks="sendfile.transport.paused_reading_stays_paused", says="expected False and nothing")
class ResumesAlways(SoundLoop):
    """Resumes reading without asking."""

    async def sendfile(self, transport: Any, *args: Any, **options: Any) -> int:
        """Send."""
        sent = await super().sendfile(transport, *args, **options)
        transport.resume_reading()
        return sent
