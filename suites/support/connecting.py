"""Opening a connection that a check looks at, and putting it away afterwards."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from .protocols import dispose

P = TypeVar("P", bound=asyncio.BaseProtocol)


@asynccontextmanager
async def opened(
    call: Awaitable[tuple[asyncio.Transport, P]], doing: str
) -> AsyncIterator[tuple[asyncio.Transport, P]]:
    """Await a create_connection(); `doing` opens the message when it fails.

    The connection is aborted at the end of the block. A missing method or keyword
    leaves as it came, so that the checker reports it as missing.
    """
    try:
        result = await call
    except NotImplementedError:
        raise
    except Exception as error:
        if isinstance(error, TypeError) and "keyword" in str(error):
            raise
        raise AssertionError(f"{doing} raised {error!r}; expected a connection") from error
    try:
        transport, protocol = result
    except (TypeError, ValueError):
        raise AssertionError(
            f"{doing} returned {result!r}; expected (transport, protocol)"
        ) from None
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
