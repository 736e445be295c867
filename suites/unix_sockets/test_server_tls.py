"""create_unix_server(ssl=...): a TLS server at a path."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.certificates import NAME, client_context, server_context
from ..support.requirement import requirement
from ..support.tls_peers import TlsPeer, until_set
from ..support.unix_paths import SERVER, client_at, free_path, serving_at


def ping(peer: TlsPeer) -> None:
    """Send b"ping" and stay until the echo has come.

    A client that closes at once may do so before a TLS 1.3 server has sent its session
    tickets: over a Unix socket that is EPIPE for the server, and the end of what it read.
    """
    peer.write(b"ping")
    peer.read_exactly(4)
    peer.say_goodbye()


@requirement(
    "unix_sockets.server.tls",
    api=SERVER,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_ssl_serves_tls_at_the_path(loop: AbstractEventLoop) -> None:
    """With ssl the server at a path is one of TLS.

    If this fails, look for options of TLS that only create_server() hands on.
    """
    with free_path() as path:
        async with serving_at(loop, path, ssl=server_context()) as (_, made):
            client = TlsPeer(
                client_at(path), client_context(), ping, server_side=False, server_hostname=NAME
            )
            with client as peer:
                await until_set(peer.ended)
                echoed = bytes(peer.received)
                errors = [error for error in (peer.handshake_error, peer.error) if error]
                received = [bytes(protocol.received) for protocol in made]

    assert (echoed, received) == (b"ping", [b"ping"]), (
        "a blocking TLS client of create_unix_server(ssl=context) sent b'ping' and got "
        f"{echoed!r}, with errors {errors}; the server's protocols got {received}; "
        "expected b'ping' for each"
    )
