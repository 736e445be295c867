"""Opening a connection that a check looks at, and putting it away afterwards."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from .expect import is_missing
from .protocols import dispose

P = TypeVar("P", bound=asyncio.BaseProtocol)
T = TypeVar("T", bound=asyncio.BaseTransport)


async def connected(
    call: Awaitable[tuple[T, P]], doing: str, expected: str = "a connection"
) -> tuple[T, P]:
    """Await a call that makes a transport; `doing` opens the message when it fails.

    A missing method or keyword leaves as it came, so that the checker reports it as
    missing.
    """
    try:
        result = await call
    except Exception as error:
        if is_missing(error):
            raise
        raise AssertionError(f"{doing} raised {error!r}; expected {expected}") from error
    try:
        transport, protocol = result
    except (TypeError, ValueError):
        raise AssertionError(
            f"{doing} returned {result!r}; expected (transport, protocol)"
        ) from None
    return transport, protocol


async def dispose_of_pair(transport: asyncio.BaseTransport, protocol: object) -> None:  # noqa: ARG001 - the form of `end`
    """Abort the transport and let the loop turn."""
    await dispose(transport)


@asynccontextmanager
async def opened(
    call: Awaitable[tuple[T, P]],
    doing: str,
    expected: str = "a connection",
    end: Callable[[Any, Any], Awaitable[None]] = dispose_of_pair,
) -> AsyncIterator[tuple[T, P]]:
    """Await a call as `connected` does; after the block `end` it, as a rule by abort()."""
    transport, protocol = await connected(call, doing, expected)
    try:
        yield transport, protocol
    except GeneratorExit:  # the check itself is being closed, and can't wait any more
        getattr(transport, "abort", transport.close)()
        raise
    except BaseException:
        with suppress(Exception):  # what the check found counts
            await end(transport, protocol)
        raise
    await end(transport, protocol)


def running_loop() -> AbstractEventLoop | None:
    """The running loop of this thread, or None."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
