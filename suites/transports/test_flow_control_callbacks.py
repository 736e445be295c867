"""What a protocol may do in pause_writing() and resume_writing()."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.flowing import FILLER, Writing, drain, drain_to_end, lost, stuck
from ..support.reports import Planted, error_of, fail_with, keep_reports
from ..support.requirement import requirement
from ..support.turns import turns

API = "asyncio.WriteTransport.set_write_buffer_limits"
DOC = f"library/asyncio-protocol.html#{API}"
HIGH = 20_000
ROUNDS = 3


class _Failing(Writing):
    """Raises in pause_writing()."""

    error = Planted("from pause_writing()")

    def pause_writing(self) -> None:
        """Raise."""
        super().pause_writing()
        fail_with(self.error)


class _Refilling(Writing):
    """Fills the buffer above the mark again each time that it may write, ROUNDS times."""

    def __init__(self) -> None:
        super().__init__()
        self.written, self.left = bytearray(), ROUNDS

    def fill(self) -> None:
        """Write until the buffer is above the mark, whatever the kernel takes."""
        assert self.transport is not None
        for _ in range(1000):
            piece = b"%07d," % (len(self.written) // 8) * 500
            self.transport.write(piece)
            self.written += piece
            if self.transport.get_write_buffer_size() > HIGH:
                return

    def resume_writing(self) -> None:
        """Write more."""
        super().resume_writing()
        if self.left:
            self.left -= 1
            self.fill()


class _Closing(Writing):
    """Closes the transport when it may write again."""

    last_words = b""

    def resume_writing(self) -> None:
        """Close."""
        super().resume_writing()
        assert self.transport is not None
        if self.last_words:
            self.transport.write(self.last_words)
        self.transport.close()


@requirement(
    "transports.flow.pause_writing_error_is_reported",
    api=API,
    level="interop",
    since="3.11",
    libraries=("subclasses of asyncio.StreamReaderProtocol",),
    doc=DOC,
)
async def test_an_error_in_pause_writing_is_reported(loop: AbstractEventLoop) -> None:
    """An exception in pause_writing() goes to the exception handler, not out of write().

    The transport stays open. If this fails, look for a callback that is called without
    protection, or for an error there that is taken as fatal.
    """
    protocol, raised = _Failing(), None
    reported = keep_reports(loop, error_of)
    async with stuck(loop, protocol) as (transport, _):
        transport.set_write_buffer_limits(high=transport.get_write_buffer_size() + 100)
        try:
            transport.write(bytes(1000))
        except Planted as error:
            raised = error
        await turns()
        ended = transport.is_closing() or "connection_lost" in protocol.calls

    assert raised is None, (
        f"write() raised {raised!r}, which came from pause_writing(); expected it to be kept in"
    )
    assert reported == [protocol.error], (
        f"pause_writing() raised {protocol.error!r}, and the exception handler got {reported}; "
        "expected that error, once"
    )
    assert not ended, (
        f"pause_writing() raised, and the protocol was called {protocol.calls} on a transport that "
        "was closing; expected it to stay open"
    )


@requirement(
    "transports.flow.resume_writing_may_write_again",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_resume_writing_may_write_again(loop: AbstractEventLoop) -> None:
    """resume_writing() may write more and so be paused again, as often as it likes.

    If this fails, look for a buffer that is emptied after the call to resume_writing(), or
    for a flag "paused" that is cleared behind it.
    """
    protocol = _Refilling()
    async with stuck(loop, protocol) as (transport, peer):
        transport.set_write_buffer_limits(high=HIGH, low=0)
        protocol.fill()
        heard = await drain(peer, lambda: protocol.flow.count("resume_writing") > ROUNDS)

    expected = ["pause_writing", "resume_writing"] * (ROUNDS + 1)
    assert protocol.flow == expected, (
        f"resume_writing() wrote above the high mark again {ROUNDS} times, and the protocol was "
        f"called {protocol.flow}; expected {ROUNDS + 1} pauses, each with its resume"
    )
    arrived = heard.lstrip(FILLER)
    assert arrived == protocol.written, (
        f"{len(protocol.written)} bytes were written, most of them in resume_writing(), and the "
        f"peer got {len(arrived)}, not those; expected all of them, in order"
    )


@requirement(
    "transports.flow.close_in_resume_writing", api=API, level="implied", since="3.11", doc=DOC
)
@pytest.mark.parametrize("last_words", [b"", b"last words"], ids=["close", "write_and_close"])
async def test_resume_writing_may_close(loop: AbstractEventLoop, last_words: bytes) -> None:
    """close() inside resume_writing() delivers everything, and gives one connection_lost().

    If this fails, look for an end that is reached twice, by the buffer that has drained
    and by close().
    """
    protocol, data = _Closing(), b"0123456789" * 10_000
    protocol.last_words = last_words
    keep_reports(loop, error_of)  # CPython 3.11 to 3.13 report an error of their own: gh-156512
    async with stuck(loop, protocol) as (transport, peer):
        transport.set_write_buffer_limits(high=HIGH, low=0)
        transport.write(data)
        heard, how = await drain_to_end(peer)
        await lost(protocol, "close() inside resume_writing()")
        await turns()

    arrived = heard.lstrip(FILLER)
    assert arrived == data + last_words, (
        f"close() inside resume_writing() left the peer with {len(arrived)} bytes and {how}; "
        f"expected the {len(data + last_words)} that were written"
    )
    assert protocol.calls.count("connection_lost") == 1, (
        f"close() inside resume_writing() called {protocol.calls}; expected one connection_lost"
    )
