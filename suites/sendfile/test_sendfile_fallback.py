"""sendfile(): files that the system can't send, and transports that it can't send to."""

from __future__ import annotations

import asyncio
import io
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..support.conversations import read_all
from ..support.files import TEXT, connection, file_of
from ..support.plain_sockets import drained, error_of, result_of
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_peers import until_set
from ..support.tls_sessions import Session, session
from ..support.tls_streams import difference

API = "loop.sendfile"


@requirement("sendfile.transport.bytesio_falls_back", api=API, level="documented", since="3.11")
async def test_a_file_without_descriptor_is_read(loop: AbstractEventLoop) -> None:
    """A file object without a descriptor is sent by reading it; this is the default.

    If this fails, look for io.UnsupportedOperation that fileno() raises and nobody expects.
    """
    doing = "sendfile() of an io.BytesIO"
    async with connection(loop) as link:
        returned = await result_of(loop.sendfile(link.transport, io.BytesIO(TEXT)), doing, "1000")
        received = await drained(link.peer, len(TEXT))

    wrong = difference(received, TEXT)
    assert (returned, wrong) == (len(TEXT), ""), (
        f"{doing} returned {returned!r}, and the peer received {wrong or 'it'}; "
        f"expected {len(TEXT)} and what the file holds"
    )


@requirement("sendfile.transport.bytesio_without_fallback", api=API, level="implied", since="3.11")
async def test_without_fallback_it_is_not_available(loop: AbstractEventLoop) -> None:
    """With fallback=False such a file is a SendfileNotAvailableError.

    If this fails, look for an argument that is not heeded, or for the error of fileno()
    that is passed on as it is.
    """
    async with connection(loop) as link:
        call = loop.sendfile(link.transport, io.BytesIO(TEXT))
        await result_of(call, "sendfile() of an io.BytesIO", "it to succeed")

        await error_of(
            lambda: loop.sendfile(link.transport, io.BytesIO(TEXT), fallback=False),
            asyncio.SendfileNotAvailableError,
            "sendfile(fallback=False) of an io.BytesIO",
        )


@requirement("sendfile.transport.bytesio_offset_count", api=API, level="documented", since="3.11")
async def test_offset_and_count_count_for_the_fallback(loop: AbstractEventLoop) -> None:
    """Offset, count and the file's position work in the fallback too.

    If this fails, look for a seek relative to where the file stands, or for reading that
    goes on to the end.
    """
    doing, file = "sendfile(offset=2, count=5) of an io.BytesIO", io.BytesIO(b"abcdefghij")
    file.seek(1)
    async with connection(loop) as link:
        returned = await result_of(loop.sendfile(link.transport, file, 2, 5), doing, "5")
        link.transport.write(b".")
        received = (await drained(link.peer, 6)).rstrip(b".")

    seen = (returned, received, file.tell())
    assert seen == (5, b"cdefg", 7), (
        f"{doing} returned, sent, and left the position at {seen}; expected (5, b'cdefg', 7)"
    )


@requirement("sendfile.tls.falls_back", api=API, level="documented", since="3.11")
async def test_over_tls_the_file_is_encrypted(loop: AbstractEventLoop) -> None:
    """Over TLS the file is read and written encrypted, in order with other writes.

    If this fails, look for a system call that sends plain bytes below TLS, or for writes
    that the file overtakes.
    """
    async with tls_session(loop) as tls:
        tls.transport.write(b"before")
        with file_of(TEXT) as file:
            call = loop.sendfile(tls.transport, file)
            returned = await result_of(call, "sendfile() over TLS", "it to succeed")
        received = await heard_by(tls, b"after")

    wrong = difference(received, b"before" + TEXT + b"after")
    assert (returned, wrong) == (len(TEXT), ""), (
        f"sendfile() over TLS, between two writes, returned {returned!r}; the peer received "
        f"{wrong or 'all in order'} ({tls.peer.error!r}); expected {len(TEXT)}, and all in order"
    )


@requirement(
    "sendfile.tls.without_fallback_is_runtimeerror", api=API, level="documented", since="3.11"
)
async def test_over_tls_without_fallback_it_is_refused(loop: AbstractEventLoop) -> None:
    """Over TLS fallback=False is a RuntimeError, of which SendfileNotAvailableError is one.

    If this fails, look for an argument that is not heeded.
    """
    async with tls_session(loop) as tls:
        with file_of(TEXT) as file:
            call = loop.sendfile(tls.transport, file)
            await result_of(call, "sendfile() over TLS", "it to succeed")

            await error_of(
                lambda: loop.sendfile(tls.transport, file, fallback=False),
                RuntimeError,
                "sendfile(fallback=False) over TLS",
            )


@requirement("sendfile.tls.offset_and_count", api=API, level="documented", since="3.11")
async def test_offset_and_count_count_over_tls(loop: AbstractEventLoop) -> None:
    """Offset and count select the bytes over TLS as well.

    If this fails, look for arguments that the fallback does not get.
    """
    doing = "sendfile(offset=5, count=100) over TLS"
    async with tls_session(loop) as tls:
        with file_of(TEXT) as file:
            returned = await result_of(loop.sendfile(tls.transport, file, 5, 100), doing, "100")
        received = await heard_by(tls, b"after")

    wrong = difference(received, TEXT[5:105] + b"after")
    assert (returned, wrong) == (100, ""), (
        f"{doing} returned {returned!r}, and the peer received {wrong or 'them'} "
        f"({tls.peer.error!r}); expected 100, and the bytes from 5 to 105"
    )


@asynccontextmanager
async def tls_session(loop: AbstractEventLoop) -> AsyncIterator[Session[Recorder]]:
    """A TLS connection of the loop to a peer that reads."""
    async with session(loop, "client", Recorder(), read_all) as tls:
        yield tls


async def heard_by(tls: Session[Recorder], last: bytes) -> bytes:
    """Write the last bytes and close; all that the peer has received by its end."""
    tls.transport.write(last)
    tls.transport.close()
    await until_set(tls.peer.ended)
    return bytes(tls.peer.received)
