"""The TLS arguments that connections and servers have in common, checked and put together.

Source: library/asyncio-eventloop.html#asyncio.loop.create_connection: ssl,
server_hostname, ssl_handshake_timeout, ssl_shutdown_timeout
"""

from __future__ import annotations

import ssl

from .tls_transport import HANDSHAKE_LIMIT, SHUTDOWN_LIMIT, Tls


def tls_for_client(
    context: bool | ssl.SSLContext | None,
    server_hostname: str | None,
    host: str | None,
    handshake_limit: float | None,
    shutdown_limit: float | None,
) -> Tls | None:
    """What the client side was asked for; None without TLS.

    The name to verify is `server_hostname`, else the host. Raises ValueError where
    there is neither, for options without TLS and for limits that are not positive.
    """
    if not context:
        expect_no_tls_options(server_hostname, handshake_limit, shutdown_limit)
        return None
    if server_hostname is None:
        if not host:
            raise ValueError("ssl without a host needs server_hostname, which may be empty")
        server_hostname = host
    return Tls(
        context_for(context, server_hostname),
        False,
        server_hostname,
        *limits(handshake_limit, shutdown_limit),
    )


def tls_for_server(
    context: bool | ssl.SSLContext | None,
    handshake_limit: float | None,
    shutdown_limit: float | None,
) -> Tls | None:
    """What the server side was asked for; None without TLS.

    Raises TypeError for anything but a context: there is no default certificate;
    ValueError as tls_for_client() does.
    """
    if not context:
        expect_no_tls_options(None, handshake_limit, shutdown_limit)
        return None
    if not isinstance(context, ssl.SSLContext):
        raise TypeError(f"ssl is {context!r}; a server needs an SSLContext")
    return Tls(context, True, None, *limits(handshake_limit, shutdown_limit))


def context_for(asked: bool | ssl.SSLContext, server_hostname: str) -> ssl.SSLContext:
    """The context itself, or for True the default one, which an empty name keeps from matching."""
    if isinstance(asked, ssl.SSLContext):
        return asked
    if asked is not True:
        raise TypeError(f"ssl is {asked!r}; expected an SSLContext or True")
    context = ssl.create_default_context()
    context.check_hostname = bool(server_hostname)
    return context


def limits(handshake: float | None, shutdown: float | None) -> tuple[float, float]:
    """Both limits in seconds, defaults filled in. Raises ValueError unless positive."""
    chosen = []
    for name, given, default in (
        ("ssl_handshake_timeout", handshake, HANDSHAKE_LIMIT),
        ("ssl_shutdown_timeout", shutdown, SHUTDOWN_LIMIT),
    ):
        if given is not None and not given > 0:
            raise ValueError(f"{name} is {given!r}; expected a positive number of seconds")
        chosen.append(default if given is None else given)
    return chosen[0], chosen[1]


def expect_no_tls_options(
    server_hostname: str | None, handshake_limit: float | None, shutdown_limit: float | None
) -> None:
    """Raise ValueError for an option that means nothing without TLS."""
    for name, given in (
        ("server_hostname", server_hostname),
        ("ssl_handshake_timeout", handshake_limit),
        ("ssl_shutdown_timeout", shutdown_limit),
    ):
        if given is not None:
            raise ValueError(f"{name} is given without ssl")
