"""Expecting an attempt to fail, in words also where a broken loop would let it hang.

Which class an error has is a requirement of its own: elsewhere any Exception will do,
if a control shows that the loop connects where nothing is wrong.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Coroutine
from typing import Any, TypeVar

from .certificates import NAME, client_context, server_context
from .connecting import opened
from .conversations import read_all
from .expect import expect_raises, is_missing, named
from .protocols import Recorder, dispose
from .tls_peers import PATIENCE, Server, tls_server

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
    assert task.done(), f"{doing} was still pending after {PATIENCE} s; expected {named(kind)}"
    with expect_raises(kind, doing) as caught:
        transport, _ = task.result()
        await dispose(transport)
    if kind is Exception and is_missing(caught.error):
        raise caught.error
    return caught.error


async def expect_trust() -> None:
    """Make a TLS connection where nothing is wrong, and put it away: a control, no promise."""
    with tls_server(server_context(), read_all) as server:
        call = asyncio.get_running_loop().create_connection(
            Recorder, *server.address, ssl=client_context(), server_hostname=NAME
        )
        async with opened(call, "create_connection(ssl=context) to a trusted server"):
            pass


async def distrusted(
    reason: str,
    doing: str,
    server: Server[Any],
    attempt: Coroutine[Any, Any, tuple[asyncio.Transport, Any]],
    kind: type[Exception] = Exception,
) -> Exception:
    """Expect an attempt to connect to the server to fail for what its certificate says.

    `reason` is a key of REASONS. An error that names no reason will do; one that names
    another will not: a loop that trusts nobody does not match names. Nor does a loop that
    raises an error of another class whatever the certificate says.
    """
    error = await refused(kind, doing, attempt)
    if not isinstance(error, ssl.SSLCertVerificationError):
        assert not isinstance(error, (TypeError, ValueError)), (
            f"{doing} raised {error!r}; expected a refusal of the {reason}, not of an argument"
        )
        await expect_trust()
    assert server.clients, f"{doing} raised {error!r} without a connection; expected a handshake"
    code = getattr(error, "verify_code", None)
    assert code is None or code in REASONS[reason], (
        f"{doing} raised {error!r}, with verify_code {code}; expected a refusal of the {reason}"
    )
    return error
