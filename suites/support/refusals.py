"""Expecting an attempt to fail, in words also where a broken loop would let it hang."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from .expect import expect_raises
from .protocols import dispose
from .tls_peers import PATIENCE

E = TypeVar("E", bound=BaseException)


async def refused(
    kind: type[E], doing: str, attempt: Coroutine[Any, Any, tuple[asyncio.Transport, Any]]
) -> E:
    """Expect an attempt to connect to raise `kind`, and return the exception.

    `doing` opens the message. An attempt still pending when PATIENCE is over is said
    to be so and left to the loop's end.
    """
    task = asyncio.ensure_future(attempt)
    await asyncio.wait({task}, timeout=PATIENCE)
    assert task.done(), f"{doing} was still pending after {PATIENCE} s; expected {kind.__name__}"
    with expect_raises(kind, doing) as caught:
        transport, _ = task.result()
        await dispose(transport)
    return caught.error
