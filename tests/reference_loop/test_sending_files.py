"""parts.sending_files: what happens to the transport, the protocol and the file meanwhile."""

from __future__ import annotations

import asyncio
import io
import socket
import tempfile
from collections.abc import Iterator
from typing import IO

import pytest

from reference_loop import ReferenceLoop
from reference_loop.parts.sending_files import BLOCK, Exclusive, by_reading, by_the_kernel
from reference_loop.parts.socket_transport import SocketTransport

from .conftest import Turns

CONTENT = bytes(range(256)) * 40
TOO_MUCH = b"x" * 4_000_000
Sockets = tuple[socket.socket, socket.socket]


class Told(asyncio.Protocol):
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def data_received(self, data: bytes) -> None:
        """Data came."""
        self.told.append(data)

    def pause_writing(self) -> None:
        """Too much waits."""
        self.told.append("pause")

    def resume_writing(self) -> None:
        """Little waits again."""
        self.told.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self.told.append(("lost", exc))


@pytest.fixture
def protocol(transport: asyncio.Transport) -> Told:
    """The transport's protocol, from now on."""
    told = Told()
    transport.set_protocol(told)
    return told


@pytest.fixture
def file() -> Iterator[IO[bytes]]:
    """A file of CONTENT, read up to somewhere in the middle."""
    with tempfile.TemporaryFile() as made:
        made.write(CONTENT)
        made.flush()
        made.seek(100)
        yield made


def lent(loop: ReferenceLoop, transport: asyncio.Transport) -> Exclusive:
    """The transport, had for oneself."""
    assert isinstance(transport, SocketTransport)
    return Exclusive(loop, transport)


def drain(sock: socket.socket, turns: Turns) -> int:
    """Read all that comes, turning the loop; how many bytes."""
    read = 0
    while True:
        turns(1)
        try:
            read += len(sock.recv(1 << 20))
        except BlockingIOError:
            return read


def test_protocol_marks_and_reading_are_as_before_afterwards(
    reference: ReferenceLoop, transport: asyncio.Transport, protocol: Told
) -> None:
    transport.set_write_buffer_limits(1000, 10)
    with lent(reference, transport) as use:
        assert transport.get_protocol() is use, "expected the sender in place of the protocol"
        assert transport.get_write_buffer_limits() == (0, 0), "expected marks of 0 meanwhile"
        assert not transport.is_reading(), "expected reading to rest meanwhile"
        with pytest.raises(RuntimeError, match="file"):
            transport.write(b"from somebody else")

    assert transport.get_protocol() is protocol, "the protocol is not back"
    assert transport.get_write_buffer_limits() == (10, 1000), "the marks are not back"
    assert transport.is_reading(), "reading has not gone on"
    transport.write(b"")
    assert protocol.told == [], f"the protocol was told {protocol.told}; expected nothing"


def test_reading_that_rested_before_rests_afterwards(
    reference: ReferenceLoop, transport: asyncio.Transport
) -> None:
    transport.pause_reading()
    with lent(reference, transport):
        pass
    assert not transport.is_reading(), "the program had paused reading; expected it paused still"


def test_what_arrives_meanwhile_is_delivered_afterwards(
    reference: ReferenceLoop,
    transport: asyncio.Transport,
    protocol: Told,
    sockets: Sockets,
    turns: Turns,
) -> None:
    with lent(reference, transport):
        sockets[1].send(b"meanwhile")
        turns(3)
        assert protocol.told == [], f"{protocol.told} while a file is sent; expected nothing"
    turns(3)
    assert protocol.told == [b"meanwhile"], f"{protocol.told}; expected what arrived meanwhile"


def test_a_protocol_that_was_paused_is_resumed_once_if_all_has_left(
    reference: ReferenceLoop,
    transport: asyncio.Transport,
    protocol: Told,
    sockets: Sockets,
    turns: Turns,
) -> None:
    transport.write(TOO_MUCH)
    assert protocol.told == ["pause"], f"{protocol.told}; expected a pause before"

    with lent(reference, transport):
        assert drain(sockets[1], turns) == len(TOO_MUCH)
        assert protocol.told == ["pause"], f"{protocol.told}; expected silence meanwhile"

    assert protocol.told == ["pause", "resume"], f"{protocol.told}; expected one resume afterwards"


def test_a_protocol_that_was_paused_stays_so_if_it_is_still_full(
    reference: ReferenceLoop, transport: asyncio.Transport, protocol: Told
) -> None:
    transport.write(TOO_MUCH)
    with lent(reference, transport):
        pass
    assert protocol.told == ["pause"], f"{protocol.told}; expected neither pause nor resume"


def test_a_loss_is_passed_on_and_ends_the_wait(
    reference: ReferenceLoop, transport: asyncio.Transport, protocol: Told
) -> None:
    transport.write(TOO_MUCH)
    error = ConnectionResetError("gone")

    async def wait() -> None:
        with lent(reference, transport) as use:
            reference.call_soon(transport.fail, error, "a test says so")  # type: ignore[attr-defined]  # a SocketTransport
            await use.emptied()

    with pytest.raises(ConnectionResetError, match="gone"):
        reference.run_until_complete(wait())
    assert protocol.told == ["pause", ("lost", error)], f"{protocol.told}; expected the loss, once"


def test_a_second_file_is_refused_and_the_first_arrives_whole(
    reference: ReferenceLoop, transport: asyncio.Transport, protocol: Told, sockets: Sockets
) -> None:
    def read_all() -> int:
        sockets[1].setblocking(True)
        read = 0
        while read < len(TOO_MUCH):
            read += len(sockets[1].recv(1 << 20))
        return read

    async def both() -> int:
        with tempfile.TemporaryFile() as first, tempfile.TemporaryFile() as second:
            for file in (first, second):
                file.write(TOO_MUCH)
                file.flush()
            sending = reference.create_task(reference.sendfile(transport, first))
            await asyncio.sleep(0)
            with pytest.raises(RuntimeError, match="file"):
                await reference.sendfile(transport, second)
            reading = reference.run_in_executor(None, read_all)
            sent = await sending
            assert await reading == sent, f"{sent} bytes were sent; the peer read another number"
            return sent

    sent = reference.run_until_complete(both())

    assert sent == len(TOO_MUCH), f"{sent} bytes of the first were sent; expected all"
    assert transport.get_protocol() is protocol, "the protocol is not back after both"


@pytest.mark.parametrize(
    ("offset", "count", "expected"),
    [
        (0, None, CONTENT),
        (10, 5, CONTENT[10:15]),
        (10, len(CONTENT), CONTENT[10:]),
        (len(CONTENT), None, b""),
        (len(CONTENT) + 9, None, b""),
    ],
)
@pytest.mark.parametrize("by_kernel", [True, False], ids=["by the kernel", "by reading"])
def test_both_ways_send_the_same_and_leave_the_file_behind_the_last_byte(
    reference: ReferenceLoop,
    sockets: Sockets,
    file: IO[bytes],
    by_kernel: bool,
    offset: int,
    count: int | None,
    expected: bytes,
) -> None:
    written = bytearray()

    async def write(block: bytes) -> None:
        written.extend(block)

    async def until_writable() -> None:
        raise AssertionError("the socket has room; expected no wait")

    if by_kernel:
        sent = reference.run_until_complete(
            by_the_kernel(sockets[0], file, offset, count, until_writable)
        )
        if sent:
            written += sockets[1].recv(1 << 20)
    else:
        sent = reference.run_until_complete(by_reading(reference, file, offset, count, write))

    assert bytes(written) == expected, f"{len(written)} bytes came; expected {len(expected)}"
    assert sent == len(expected), f"{sent} were told to be sent; expected {len(expected)}"
    assert file.tell() == offset + sent, f"the file stands at {file.tell()}"


def test_the_kernel_is_not_asked_where_it_can_do_nothing(reference: ReferenceLoop) -> None:
    async def never() -> None:
        raise AssertionError("nothing can be sent; expected no wait")

    with socket.socket() as sock, pytest.raises(asyncio.SendfileNotAvailableError):
        reference.run_until_complete(by_the_kernel(sock, io.BytesIO(CONTENT), 0, None, never))
    with tempfile.TemporaryFile() as file, pytest.raises(asyncio.SendfileNotAvailableError):
        reference.run_until_complete(by_the_kernel(None, file, 0, None, never))


def test_reading_goes_block_by_block_and_a_failure_leaves_the_file_behind_what_was_sent(
    reference: ReferenceLoop,
) -> None:
    sizes: list[int] = []

    async def write(block: bytes) -> None:
        if len(sizes) == 2:
            raise ConnectionResetError("the third block")
        sizes.append(len(block))

    file = io.BytesIO(bytes(3 * BLOCK))
    with pytest.raises(ConnectionResetError, match="third"):
        reference.run_until_complete(by_reading(reference, file, 7, None, write))

    assert sizes == [BLOCK, BLOCK], f"blocks of {sizes} were sent; expected two of {BLOCK}"
    assert file.tell() == 7 + 2 * BLOCK, f"the file stands at {file.tell()}; expected behind them"
