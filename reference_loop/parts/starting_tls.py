"""Upgrading a connection to TLS, in place.

The transport stays as the lower one; its new protocol is the TLS transport's. What was
written before leaves before the first record, because it waits in the same outbox. What
the old protocol has been given already is not TLS's any more: a server whose client may
hurry calls pause_reading() before it lets the client begin.

Source: library/asyncio-eventloop.html#tls-upgrade
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

from .socket_transport import SocketTransport
from .tls_options import limits
from .tls_transport import Records, Tls, TlsTransport

if TYPE_CHECKING:
    from ..loop import ReferenceLoop


async def start_tls(
    loop: ReferenceLoop,
    transport: asyncio.BaseTransport,
    protocol: asyncio.BaseProtocol,
    sslcontext: ssl.SSLContext,
    *,
    server_side: bool = False,
    server_hostname: str | None = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
) -> TlsTransport:
    """The transport to use from now on, once the handshake is complete; limits in seconds.

    Raises TypeError for no context and for a transport that can't be upgraded,
    ValueError for a limit that is not positive, ConnectionError for a transport that is
    closing. Where the handshake fails its error is raised, the connection is closed,
    and `protocol` has connection_lost() called with the same error.
    """
    if not isinstance(sslcontext, ssl.SSLContext):
        raise TypeError(f"sslcontext is {sslcontext!r}; expected an SSLContext")
    if not isinstance(transport, SocketTransport | TlsTransport):
        raise TypeError(f"{transport!r} can't be upgraded to TLS")
    tls = Tls(
        sslcontext,
        server_side,
        server_hostname,
        *limits(ssl_handshake_timeout, ssl_shutdown_timeout),
    )
    if transport.refuses_writing:
        raise RuntimeError(transport.refuses_writing)
    if transport.is_closing():
        raise ConnectionAbortedError(f"{transport!r} is closing; TLS can't begin on it")
    made = loop.create_future()
    upgraded = TlsTransport(loop, protocol, tls, made=made, introduced=True)
    upgraded.stand_on(transport)
    if transport.is_full:
        upgraded.lower_is_full(True, told_already=transport.get_protocol() is protocol)
    transport.set_protocol(Records(upgraded))
    transport.server_hears_of(upgraded)
    transport.resume_reading()
    upgraded.begin()
    try:
        await made
    except BaseException:
        transport.abort()
        raise
    return upgraded
