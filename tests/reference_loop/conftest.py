"""What these tests share: a loop that is closed afterwards, and turns of it made by hand."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator

import pytest

from reference_loop import ReferenceLoop

Turns = Callable[[int], None]


@pytest.fixture
def reference() -> Iterator[ReferenceLoop]:
    """A reference loop, not in debug mode whatever the environment says."""
    loop = ReferenceLoop()
    loop.set_debug(False)
    yield loop
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@pytest.fixture
def turns(reference: ReferenceLoop) -> Turns:
    """Make so many turns of the loop; nothing waits in them."""

    def make(count: int) -> None:
        for _ in range(count):
            reference.call_soon(reference.stop)
            reference.run_forever()

    return make


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a connection, non-blocking, closed afterwards."""
    near, far = socket.socketpair()
    near.setblocking(False)
    far.setblocking(False)
    yield near, far
    near.close()
    far.close()


@pytest.fixture
def transport(
    reference: ReferenceLoop, sockets: tuple[socket.socket, socket.socket]
) -> Iterator[asyncio.Transport]:
    """A transport over the near socket, with a protocol that does nothing; lost afterwards."""
    made, _ = reference.run_until_complete(
        reference.create_connection(asyncio.Protocol, sock=sockets[0])
    )
    yield made
    made.abort()
    reference.call_soon(reference.stop)
    reference.run_forever()
