"""sock_sendfile(): sending a file over a socket of the caller."""

from __future__ import annotations

import asyncio
import io
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.files import BAD_NUMBERS, NUMBERS, TEXT, carried, file_of, text_file
from ..support.plain_sockets import (
    MORE_THAN_FITS,
    cancelled,
    error_of,
    expect_unwatched,
    narrow_pair,
    result_of,
    tcp_pair,
    udp_pair,
    until_quiet,
    waiting,
)
from ..support.requirement import requirement
from ..support.sockets import hear
from ..support.tls_streams import difference, numbered

API = "loop.sock_sendfile"


@requirement("sendfile.sock.whole_file", api=API, level="documented", since="3.11")
async def test_the_whole_file_is_sent(loop: AbstractEventLoop) -> None:
    """The whole file is sent over the socket, its size returned, its position at the end.

    If this fails, look for a system call that is not repeated for the rest.
    """
    content, doing = numbered(MORE_THAN_FITS), f"sock_sendfile() of {MORE_THAN_FITS} bytes"
    with narrow_pair() as (sock, peer), file_of(content) as file:
        call = loop.sock_sendfile(sock, file)
        returned, received = await carried(call, doing, peer, len(content))
        position = file.tell()

    wrong = difference(received, content)
    assert not wrong, f"the peer of {doing} received {wrong}; expected the file"
    assert (returned, position) == (len(content), len(content)), (
        f"{doing} returned {returned!r} and left the position at {position}; expected its size"
    )


@requirement("sendfile.sock.offset_and_count", api=API, level="documented", since="3.11")
async def test_offset_and_count_select_the_bytes(loop: AbstractEventLoop) -> None:
    """Offset and count select the bytes to send.

    If this fails, look for an argument that is not passed on.
    """
    doing = "sock_sendfile(offset=2, count=7)"
    with tcp_pair() as (sock, peer), file_of(TEXT) as file:
        returned = await result_of(loop.sock_sendfile(sock, file, 2, 7), doing, "7")
        sock.sendall(b".")
        received = hear(peer, 8)

    assert (returned, received) == (7, b"2345678."), (
        f"{doing} returned {returned!r} and sent {received[:-1]!r}; expected 7 and b'2345678'"
    )


@requirement("sendfile.sock.empty_file", api=API, level="implied", since="3.11")
async def test_an_empty_file_is_nothing_to_send(loop: AbstractEventLoop) -> None:
    """An empty file returns 0.

    If this fails, look for a loop that takes 0 bytes sent for a socket that is not ready.
    """
    doing = "sock_sendfile() of an empty file"
    with tcp_pair() as (sock, peer), file_of(b"") as file, file_of(b"control") as control:
        await result_of(loop.sock_sendfile(sock, control), "sock_sendfile()", "it to succeed")
        returned = await result_of(loop.sock_sendfile(sock, file), doing, "0")
        sock.sendall(b".")
        received = hear(peer, 8)

    assert (returned, received) == (0, b"control."), (
        f"{doing} returned {returned!r}; with b'control' before and b'.' after it the peer got "
        f"{received!r}; expected 0, and nothing between the two"
    )


@requirement("sendfile.sock.bytesio_falls_back", api=API, level="documented", since="3.11")
async def test_a_file_without_descriptor_is_read(loop: AbstractEventLoop) -> None:
    """A file object without a descriptor is sent by reading it; this is the default.

    If this fails, look for io.UnsupportedOperation that fileno() raises and nobody expects.
    """
    doing = "sock_sendfile() of an io.BytesIO"
    with tcp_pair() as (sock, peer):
        returned = await result_of(loop.sock_sendfile(sock, io.BytesIO(b"hello")), doing, "5")
        received = hear(peer, 5)

    assert (returned, received) == (5, b"hello"), (
        f"{doing} returned {returned!r}, and the peer got {received!r}; expected 5 and b'hello'"
    )


@requirement("sendfile.sock.bytesio_without_fallback", api=API, level="implied", since="3.11")
async def test_without_fallback_it_is_not_available(loop: AbstractEventLoop) -> None:
    """With fallback=False such a file is a SendfileNotAvailableError.

    If this fails, look for an argument that is not heeded, or for the error of fileno()
    that is passed on as it is.
    """
    with tcp_pair() as (sock, _):
        call = loop.sock_sendfile(sock, io.BytesIO(TEXT))
        await result_of(call, "sock_sendfile() of an io.BytesIO", "it to succeed")

        await error_of(
            lambda: loop.sock_sendfile(sock, io.BytesIO(TEXT), fallback=False),
            asyncio.SendfileNotAvailableError,
            "sock_sendfile(fallback=False) of an io.BytesIO",
        )


@requirement("sendfile.sock.argument_checks", api=API, level="implied", since="3.11")
@pytest.mark.parametrize(
    "unfit",
    [*BAD_NUMBERS, {"sock": "datagrams"}, {"file": "text"}],
    ids=[*NUMBERS, "datagram_socket", "text_file"],
)
async def test_unfit_arguments_are_refused(loop: AbstractEventLoop, unfit: dict[str, Any]) -> None:
    """Datagram sockets, text files, senseless offsets and counts are refused.

    The manual names no class; asyncio's are ValueError and TypeError. If this fails, look
    for arguments that are clamped or converted.
    """
    shown = ", ".join(f"{name}={value!r}" for name, value in unfit.items())
    with (
        tcp_pair() as (sock, _),
        udp_pair() as (datagrams, other),
        file_of(TEXT) as file,
        text_file() as text,
    ):
        datagrams.connect(other.getsockname())
        fit: dict[str, Any] = {"sock": sock, "file": file, "offset": 1, "count": 1}
        call = loop.sock_sendfile(**fit)
        await result_of(call, "sock_sendfile(offset=1, count=1)", "it to succeed")
        objects = {"datagrams": datagrams, "text": text}
        changed = {name: objects.get(value, value) for name, value in unfit.items()}
        await error_of(
            lambda: loop.sock_sendfile(**(fit | changed)), Exception, f"sock_sendfile({shown})"
        )


@requirement(
    "sendfile.sock.blocking_socket_is_valueerror_in_debug",
    api=API,
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
)
async def test_a_blocking_socket_is_refused_in_debug_mode(loop: AbstractEventLoop) -> None:
    """In debug mode sock_sendfile() on a blocking socket is a ValueError.

    The manual forbids such sockets, and names no error. If this fails, look for a question
    for the blocking mode that other methods ask only.
    """
    loop.set_debug(True)
    with tcp_pair() as (sock, _), file_of(TEXT) as file:
        await result_of(loop.sock_sendfile(sock, file), "sock_sendfile() in debug mode", "success")
        sock.settimeout(0.05)  # blocking, and yet no loop hangs in it

        await error_of(
            lambda: loop.sock_sendfile(sock, file),
            ValueError,
            "sock_sendfile() on a blocking socket in debug mode",
        )


@requirement("sendfile.sock.slow_receiver_and_cancel", api=API, level="implied", since="3.11")
async def test_a_cancel_stops_the_sending(loop: AbstractEventLoop) -> None:
    """The call waits for a slow receiver; a cancel stops it and ends the loop's interest.

    If this fails, look for a writer that outlives its call, and sends on when the peer
    reads.
    """
    doing = "sock_sendfile() to a peer that does not read"
    with narrow_pair() as (sock, peer), file_of(bytes(MORE_THAN_FITS)) as file:
        call = await waiting(loop.sock_sendfile(sock, file), doing)
        await cancelled(call, doing)
        received = await until_quiet(peer)

        assert 0 < received < MORE_THAN_FITS, (
            f"of a file of {MORE_THAN_FITS} bytes {received} arrived though sock_sendfile() was "
            "cancelled; expected what was sent before, and no more"
        )
        expect_unwatched(loop.remove_writer, sock)
