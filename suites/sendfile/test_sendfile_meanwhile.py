"""sendfile(): the transport and its protocol while a file is sent, and afterwards."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.expect import is_missing
from ..support.files import TEXT, carried, connection, file_of, stuck_sendfile
from ..support.plain_sockets import MORE_THAN_FITS, drained
from ..support.requirement import requirement
from ..support.tls_sessions import heard
from ..support.tls_streams import difference, numbered
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
    """write() while a file is being sent does not come to stand in its midst: RuntimeError.

    A write that is accepted, and waits until the file is sent, keeps the promise as well.
    If this fails, look for a transport that does not know of the transfer.
    """
    doing, waiting = "sendfile() with a write() meanwhile", b"written"
    async with stuck_sendfile(loop) as (link, call):
        try:
            link.transport.write(waiting)
        except RuntimeError as error:
            if is_missing(error):
                raise
            waiting = b""
        expected = numbered(MORE_THAN_FITS) + waiting
        _, received = await carried(call, doing, link.peer, len(expected))
        link.transport.write(b"after")
        received += await drained(link.peer, 5)

    wrong = difference(received, expected + b"after")
    assert not wrong, (
        f"the peer of {doing}, which was {'accepted' if waiting else 'refused'}, and of one after "
        f"it, received {wrong}; expected the file, and what was written behind it"
    )
