"""Loops whose sendfile() or sock_sendfile() takes what it has to refuse, or falls back wrongly."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Any

from tests.mutants import SoundLoop, mutant
from tests.mutants.sendfile_transfers import Sending, descriptor_of, duplicate

PENDING = "was still pending"
NOTHING = "raised nothing; expected"


@mutant(breaks="sendfile.transport.closing_is_runtimeerror", says=PENDING)
class WaitsForAClosingTransport(SoundLoop):
    """Waits until a transport that is closing can be written."""

    async def sendfile(self, transport: Any, *args: Any, **options: Any) -> int:
        """Send."""
        if transport.is_closing():
            await self.create_future()
        return await super().sendfile(transport, *args, **options)


@mutant(breaks="sendfile.transport.closing_is_runtimeerror", says=f"{NOTHING} an exception")
class SendsNothingWhenClosing(SoundLoop):
    """Returns 0 for a transport that is closing."""

    async def sendfile(self, transport: Any, *args: Any, **options: Any) -> int:
        """Send."""
        return 0 if transport.is_closing() else await super().sendfile(transport, *args, **options)


@mutant(breaks="sendfile.transport.unsupported_is_runtimeerror", says=f"{NOTHING} an exception")
class SendsToNobody(SoundLoop):
    """Has nothing to do where a transport has no write()."""

    async def sendfile(self, transport: Any, *args: Any, **options: Any) -> int:
        """Send."""
        if not hasattr(transport, "write"):
            return 0
        return await super().sendfile(transport, *args, **options)


@mutant(breaks="sendfile.transport.text_file_is_valueerror", says=f"{NOTHING} an exception")
@mutant(breaks="sendfile.sock.argument_checks", says="sock_sendfile(file='text') raised nothing")
class SendsText(Sending):
    """Sends text files by their descriptor."""

    async def send(self, how: Any, to: Any, file: Any, *args: Any, **options: Any) -> Any:
        """Send."""
        return await super().send(how, to, getattr(file, "buffer", file), *args, **options)


@mutant(breaks="sendfile.transport.bad_offset_and_count", says=f"{NOTHING} an exception")
@mutant(breaks="sendfile.sock.argument_checks", says=f"{NOTHING} an exception")
class ClampsNumbers(Sending):
    """Makes the best of negative numbers."""

    async def send(
        self, how: Any, to: Any, file: Any, offset: Any = 0, count: Any = None, **options: Any
    ) -> Any:
        """Send."""
        if isinstance(offset, int):
            offset = max(0, offset)
        if isinstance(count, int):
            count = max(1, count)
        return await super().send(how, to, file, offset, count, **options)


@mutant(breaks="sendfile.transport.bad_offset_and_count", says=f"{NOTHING} an exception")
@mutant(breaks="sendfile.sock.argument_checks", says=f"{NOTHING} an exception")
class ConvertsNumbers(Sending):
    """Makes integers of what it gets."""

    async def send(
        self, how: Any, to: Any, file: Any, offset: Any = 0, count: Any = None, **options: Any
    ) -> Any:
        """Send."""
        count = None if count is None else int(count)
        return await super().send(how, to, file, int(offset), count, **options)


@mutant(
    breaks="sendfile.sock.argument_checks", says="sock_sendfile(sock='datagrams') raised nothing"
)
class SendsDatagrams(SoundLoop):
    """Sends over any socket."""

    async def sock_sendfile(self, sock: Any, file: Any, *args: Any, **options: Any) -> int:
        """Send."""
        if sock.type == socket.SOCK_DGRAM:
            return os.sendfile(sock.fileno(), file.fileno(), 0, 1)
        return await super().sock_sendfile(sock, file, *args, **options)


@mutant(breaks="sendfile.transport.bytesio_falls_back", says="raised UnsupportedOperation")
@mutant(breaks="sendfile.transport.bytesio_offset_count", says="raised UnsupportedOperation")
@mutant(breaks="sendfile.sock.bytesio_falls_back", says="raised UnsupportedOperation")
class WantsADescriptor(Sending):
    """Asks every file for its descriptor."""

    async def send(self, how: Any, to: Any, file: Any, *args: Any, **options: Any) -> Any:
        """Send."""
        file.fileno()
        return await super().send(how, to, file, *args, **options)


@mutant(breaks="sendfile.transport.bytesio_without_fallback", says=f"{NOTHING} Sendfile")
@mutant(breaks="sendfile.tls.without_fallback_is_runtimeerror", says=f"{NOTHING} RuntimeError")
@mutant(breaks="sendfile.sock.bytesio_without_fallback", says=f"{NOTHING} Sendfile")
class FallsBackAlways(Sending):
    """Does not heed fallback=False."""

    async def send(
        self, how: Any, to: Any, file: Any, offset: Any = 0, count: Any = None, **options: Any
    ) -> Any:
        """Send."""
        options.pop("fallback", None)
        return await super().send(how, to, file, offset, count)


@mutant(breaks="sendfile.transport.bytesio_without_fallback", says="raised UnsupportedOperation")
@mutant(breaks="sendfile.sock.bytesio_without_fallback", says="raised UnsupportedOperation")
class PassesTheErrorOn(Sending):
    """Without fallback, raises what fileno() raised."""

    async def send(
        self, how: Any, to: Any, file: Any, offset: Any = 0, count: Any = None, **options: Any
    ) -> Any:
        """Send."""
        try:
            return await super().send(how, to, file, offset, count, **options)
        except asyncio.SendfileNotAvailableError:
            file.fileno()
            raise


@mutant(breaks="sendfile.tls.falls_back", says="expected 1000, and all in order")
class SendsPlainBytes(SoundLoop):
    """Sends over the socket below TLS."""

    async def sendfile(self, transport: Any, file: Any, *args: Any, **options: Any) -> int:
        """Send."""
        if transport.get_extra_info("ssl_object") is None or descriptor_of(file) is None:
            return await super().sendfile(transport, file, *args, **options)
        with duplicate(transport) as sock:
            return await self.sock_sendfile(sock, file, *args, **options)


@mutant(breaks="sendfile.tls.falls_back", says="expected it to succeed")
class KnowsNoTls(SoundLoop):
    """Does not fall back over TLS."""

    async def sendfile(self, transport: Any, file: Any, *args: Any, **options: Any) -> int:
        """Send."""
        if transport.get_extra_info("ssl_object") is not None:
            options["fallback"] = False
        return await super().sendfile(transport, file, *args, **options)


@mutant(breaks="sendfile.signature.fallback_is_keyword_only", says=f"{NOTHING} TypeError")
class TakesFallbackByPosition(SoundLoop):
    """Has no asterisk in its signature."""

    async def sendfile(
        self,
        transport: Any,
        file: Any,
        offset: int = 0,
        count: int | None = None,
        fallback: bool = True,
    ) -> int:
        """Send."""
        return await super().sendfile(transport, file, offset, count, fallback=fallback)
