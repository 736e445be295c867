"""parts.pipes: buffered protocols, which asyncio's own pipes do not serve, and errors of reads."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from reference_loop import ReferenceLoop
from reference_loop.parts.pipes import read


class Buffered(asyncio.BufferedProtocol):
    """Keeps what was put into its buffer."""

    def __init__(self, lost: asyncio.Future[None]) -> None:
        self.buffer = bytearray(4)
        self.received = b""
        self.lost = lost

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002 - asyncio's form
        """Room for four bytes."""
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Some came."""
        self.received += self.buffer[:nbytes]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's form
        """The pipe has ended."""
        self.lost.set_result(None)


def test_a_pipe_fills_the_buffer_of_a_buffered_protocol(reference: ReferenceLoop) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"more than four")
    os.close(writer)
    protocol = Buffered(reference.create_future())

    async def read() -> None:
        await reference.connect_read_pipe(lambda: protocol, os.fdopen(reader, "rb", 0))
        await protocol.lost

    reference.run_until_complete(asyncio.wait_for(read(), 5))

    assert protocol.received == b"more than four", f"it got {protocol.received!r}"


def test_another_reader_may_have_been_quicker() -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    with os.fdopen(reader), os.fdopen(writer, "w"), pytest.raises(BlockingIOError):
        read(reader, 10)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a terminal tells its end as EOF")
def test_a_terminal_that_was_hung_up_has_ended() -> None:
    master, slave = os.openpty()
    os.close(slave)
    with os.fdopen(master, "rb", 0):
        assert read(master, 10) == b"", "the other side was closed; expected the end"
