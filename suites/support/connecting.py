"""Opening a connection that a check looks at, and putting it away afterwards."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from .expect import is_missing
from .protocols import dispose

P = TypeVar("P", bound=asyncio.BaseProtocol)


async def connected(
    call: Awaitable[tuple[asyncio.Transport, P]], doing: str
) -> tuple[asyncio.Transport, P]:
    """Await a create_connection(); `doing` opens the message when it fails.

    A missing method or keyword leaves as it came, so that the checker reports it as
    missing.
    """
    try:
        result = await call
    except Exception as error:
        if is_missing(error):
            raise
        raise AssertionError(f"{doing} raised {error!r}; expected a connection") from error
    try:
        transport, protocol = result
    except (TypeError, ValueError):
        raise AssertionError(
            f"{doing} returned {result!r}; expected (transport, protocol)"
        ) from None
    return transport, protocol


@asynccontextmanager
async def opened(
    call: Awaitable[tuple[asyncio.Transport, P]], doing: str
) -> AsyncIterator[tuple[asyncio.Transport, P]]:
    """Await a create_connection() as `connected` does; abort the connection after the block."""
    transport, protocol = await connected(call, doing)
    try:
        yield transport, protocol
    except GeneratorExit:  # the check itself is being closed, and can't wait any more
        transport.abort()
        raise
    except BaseException:
        with suppress(Exception):  # what the check found counts
            await dispose(transport)
        raise
    await dispose(transport)


def running_loop() -> AbstractEventLoop | None:
    """The running loop of this thread, or None."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
