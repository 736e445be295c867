"""Expecting an attempt to fail, in words also where a broken loop would let it hang."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Coroutine
from typing import Any, TypeVar

from .expect import expect_raises
from .protocols import dispose
from .tls_peers import PATIENCE, Server

E = TypeVar("E", bound=BaseException)
REASONS = {"issuer": range(18, 22), "name": range(62, 63), "address": range(62, 65)}
"""OpenSSL's codes (X509_V_ERR_...) for what may be wrong with a certificate here."""


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


async def distrusted(
    reason: str,
    doing: str,
    server: Server[Any],
    attempt: Coroutine[Any, Any, tuple[asyncio.Transport, Any]],
) -> ssl.SSLCertVerificationError:
    """Expect an attempt to connect to the server to fail for what its certificate says.

    `reason` is a key of REASONS. An error that names no reason will do; one that names
    another will not: a loop that trusts nobody does not match names.
    """
    error = await refused(ssl.SSLCertVerificationError, doing, attempt)
    assert server.clients, f"{doing} raised {error!r} without a connection; expected a handshake"
    code = getattr(error, "verify_code", None)
    assert code is None or code in REASONS[reason], (
        f"{doing} raised {error!r}, with verify_code {code}; expected a refusal of the {reason}"
    )
    return error
