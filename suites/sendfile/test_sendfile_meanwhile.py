"""sendfile(): the transport and its protocol while a file is sent, and afterwards."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.expect import expect_raises
from ..support.files import TEXT, carried, connection, file_of, stuck_sendfile
from ..support.plain_sockets import MORE_THAN_FITS, drained
from ..support.requirement import requirement
from ..support.tls_sessions import heard
from ..support.turns import turns

API = "loop.sendfile"


@requirement(
    "sendfile.transport.incoming_data_delivered_after", api=API, level="implied", since="3.11"
)
async def test_what_arrives_meanwhile_is_delivered(loop: AbstractEventLoop) -> None:
    """Data received meanwhile reaches the protocol, which is still the same; reading goes on.

    If this fails, look for a helper protocol that swallows what arrives, or that stays in
    the place of the protocol, or for reading that is paused for ever.
    """
    doing = "sendfile() during which the peer sent b'mean'"
    async with stuck_sendfile(loop) as (link, call):
        link.peer.sendall(b"mean")
        await turns()
        await carried(call, doing, link.peer, MORE_THAN_FITS)
        link.peer.send(b"while")
        received = await heard(link.protocol, 9)
        same = link.transport.get_protocol() is link.protocol

    assert received == b"meanwhile", (
        f"after {doing}, and b'while' afterwards, the protocol had received {received!r}; "
        "expected b'meanwhile'"
    )
    assert same, f"after {doing} get_protocol() returned another protocol; expected the same"


@requirement(
    "sendfile.transport.paused_reading_stays_paused", api=API, level="implied", since="3.11"
)
async def test_reading_that_was_paused_stays_so(loop: AbstractEventLoop) -> None:
    """A transport whose reading was paused is still paused after sendfile().

    If this fails, look for reading that is resumed without asking whether it was on before.
    """
    async with connection(loop) as link:
        link.transport.pause_reading()
        link.peer.sendall(b"hello")
        with file_of(TEXT) as file:
            call = loop.sendfile(link.transport, file)
            doing = "sendfile() on a transport that does not read"
            _, sent = await carried(call, doing, link.peer, len(TEXT))
        await turns()
        reading, early = link.transport.is_reading(), bytes(link.protocol.received)
        link.transport.resume_reading()
        late = await heard(link.protocol, 5)

    assert (reading, early) == (False, b""), (
        f"after pause_reading() and sendfile() is_reading() is {reading}, and the protocol had "
        f"received {early!r}; expected False and nothing"
    )
    assert sent == TEXT, f"{doing} sent {len(sent)} bytes; expected the file"
    assert late == b"hello", (
        f"after resume_reading() the protocol had received {late!r}; expected b'hello'"
    )


@requirement(
    "sendfile.transport.write_meanwhile_is_runtimeerror",
    api=API,
    level="interop",
    since="3.11",
    libraries=("aiohttp",),
)
async def test_a_write_meanwhile_is_refused(loop: AbstractEventLoop) -> None:
    """write() while a file is being sent is a RuntimeError.

    If this fails, look for a transport that does not know of the transfer, and whose
    writes come to stand in the midst of the file.
    """
    async with stuck_sendfile(loop) as (link, call):
        with expect_raises(RuntimeError, "write() during sendfile()"):
            link.transport.write(b"x")

        await carried(call, "sendfile() with a write() meanwhile", link.peer, MORE_THAN_FITS)
        link.transport.write(b"after")
        after = await drained(link.peer, 5)

    assert after == b"after", (
        f"of write(b'after') following sendfile() the peer got {after!r}; expected all of it"
    )
