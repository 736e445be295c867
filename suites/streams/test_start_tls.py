"""StreamWriter.start_tls(): streams that turn to TLS.

The other end sends nothing between its last line of plain text and the handshake: bytes
that lie in the reader when start_tls() is called are lost on many versions (gh-142352), and
a loop can't save them by public names.
"""

from __future__ import annotations

import asyncio
import ssl
from asyncio import AbstractEventLoop, StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ..support.certificates import NAME, client_context, server_context
from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.streams import client_of, ended, put_away, serving
from ..support.tls_peers import Server, TlsPeer
from ..support.upgrades import GO, SIDES, Side, TurningPeer

API = "asyncio.StreamWriter.start_tls"
DOC = "library/asyncio-stream.html#asyncio.StreamWriter.start_tls"
STREAMS = "asyncio.streams"
READY = b"ready\r\n"


def take_go_and_agree(peer: TurningPeer) -> None:
    """Read GO and answer READY, in plain text; the handshake of the other end follows."""
    peer.read_plain()
    peer.write_plain(READY)


def ask_and_wait_for_go(peer: TurningPeer) -> None:
    """Say READY and wait for GO, in plain text; the own handshake follows."""
    peer.write_plain(READY)
    peer.read_plain()


def greet_and_end(peer: TlsPeer) -> None:
    """Exchange a line by TLS and close in order."""
    peer.write(b"hello by TLS\n")
    peer.read_exactly(13)
    peer.say_goodbye()


@asynccontextmanager
async def plain_streams(
    loop: AbstractEventLoop, side: Side
) -> AsyncIterator[tuple[StreamReader, StreamWriter, TurningPeer]]:
    """Streams in plain text, of a connection that the loop made or accepted, and their peer."""
    if side == "client":

        def answer(sock: Any) -> TurningPeer:
            return TurningPeer(sock, server_context(), greet_and_end, first=take_go_and_agree)

        with Server(answer) as server:
            reader, writer = await ended(
                asyncio.open_connection(*server.address), "open_connection()"
            )
            async with put_away(writer):
                writer.write(GO)
                await ended(reader.readexactly(len(READY)), "the answer in plain text")
                yield reader, writer, server.peer
        return
    got: asyncio.Future[tuple[StreamReader, StreamWriter]] = loop.create_future()
    async with serving(lambda reader, writer: got.set_result((reader, writer))) as address:
        peer = TurningPeer(
            client_of(address),
            client_context(),
            greet_and_end,
            first=ask_and_wait_for_go,
            server_side=False,
            server_hostname=NAME,
        )
        with peer:
            reader, writer = await ended(got, "a connected client", "its callback to be called")
            async with put_away(writer):
                await ended(reader.readexactly(len(READY)), "the question in plain text")
                yield reader, writer, peer


async def turn(writer: StreamWriter, side: Side, **options: Any) -> None:
    """Call start_tls() of a writer as that side does.

    A server says GO in the same step: the other end's handshake must not be there before.
    """
    start_tls: Any = writer.start_tls  # its types don't know each keyword on each version
    if side == "server":
        writer.write(GO)
        await start_tls(server_context(), **options)
    else:
        await start_tls(client_context(), server_hostname=NAME, **options)


@pytest.mark.parametrize("side", SIDES)
@requirement(
    "streams.start_tls.client_and_server",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS, "aiosmtplib", "nats-py"),
    doc=DOC,
)
async def test_streams_turn_to_tls(loop: AbstractEventLoop, side: Side) -> None:
    """A STARTTLS dialogue over streams works on both sides: plain lines, encrypted lines, the end.

    If this fails, look at loop.start_tls() with server_side=True on an accepted connection,
    and at what becomes of the protocol of the plain transport.
    """
    async with plain_streams(loop, side) as (reader, writer, peer):
        call = turn(writer, side)
        await ended(call, f"start_tls() of a {side}'s writer", "the handshake to complete")
        line = await ended(reader.readline(), "readline() after start_tls()")
        writer.write(b"hello as well")
        rest = await ended(reader.read(), "read() to the end after start_tls()")
        writer.close()
        await ended(writer.wait_closed(), "wait_closed() after start_tls()")
        shaken, heard = peer.shaken.is_set(), bytes(peer.received)

    assert shaken, f"start_tls() of a {side}'s writer made no handshake; expected one"
    assert (line, rest) == (b"hello by TLS\n", b""), (
        f"streams that turned to TLS as a {side} read {line!r} and then {rest!r}; "
        "expected b'hello by TLS\\n' and then b'', the end"
    )
    assert heard == b"hello as well", (
        f"streams that turned to TLS as a {side} sent {heard!r} by TLS; expected b'hello as well'"
    )


@requirement(
    "streams.start_tls.verification_failure",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=DOC,
)
async def test_a_foreign_certificate_fails_start_tls(loop: AbstractEventLoop) -> None:
    """start_tls() of a writer raises ssl.SSLCertVerificationError when it trusts nobody there.

    If this fails, look for a failed handshake whose error goes to connection_lost() alone.
    """
    async with plain_streams(loop, "client") as (_, writer, _):
        call = writer.start_tls(client_context(trusting_stranger=True), server_hostname=NAME)
        doing = "start_tls() of a writer with a server that nobody trusts"
        with expect_raises(ssl.SSLCertVerificationError, doing):
            await ended(call, doing, "SSLCertVerificationError")


@pytest.mark.parametrize("side", SIDES)
@requirement(
    "streams.start_tls.shutdown_timeout_parameter",
    api=API,
    level="interop",
    since="3.12",
    libraries=(STREAMS,),
    doc=DOC,
)
async def test_start_tls_of_a_writer_takes_a_shutdown_timeout(
    loop: AbstractEventLoop, side: Side
) -> None:
    """start_tls() of a writer takes ssl_shutdown_timeout, on both sides.

    If this fails, look at the keywords of loop.start_tls().
    """
    async with plain_streams(loop, side) as (reader, writer, _):
        call = turn(writer, side, ssl_shutdown_timeout=1.0)
        await ended(call, f"start_tls(ssl_shutdown_timeout=1.0) of a {side}'s writer")
        line = await ended(reader.readline(), "readline() after start_tls()")

    assert line == b"hello by TLS\n", (
        f"after start_tls(ssl_shutdown_timeout=1.0) of a {side}'s writer {line!r} was read; "
        "expected b'hello by TLS\\n'"
    )
