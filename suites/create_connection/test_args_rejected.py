"""create_connection(): what a refused call must not have done."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from contextlib import suppress
from typing import Any

import pytest

from ..support.listeners import IPV4, connected_pair, is_untouched, listening, port_of
from ..support.protocols import Recorder, dispose
from ..support.requirement import requirement
from ..support.sockets import CountedFactory, expect_connection, expect_refusal, hear
from ..support.turns import turns

REFUSED: dict[str, dict[str, Any]] = {
    "server_hostname without ssl": {"server_hostname": "x"},
    "ssl_handshake_timeout without ssl": {"ssl_handshake_timeout": 1},
    "ssl_shutdown_timeout without ssl": {"ssl_shutdown_timeout": 1},
}
"""What is refused although there is a host and a port to connect to."""


@pytest.mark.parametrize("case", REFUSED)
@requirement(
    "create_connection.args.rejected_before_connecting",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_refused_call_does_not_connect(loop: AbstractEventLoop, case: str) -> None:
    """Refused argument combinations cause no connection attempt.

    If this fails, look for arguments that are checked where they are first used, after
    the connection is there.
    """
    with listening() as listener:
        with suppress(ValueError):
            transport, _ = await loop.create_connection(
                Recorder, IPV4, port_of(listener), **REFUSED[case]
            )
            await dispose(transport)
        await turns()
        untouched = is_untouched(listener)
        await expect_connection(loop, IPV4, port_of(listener))

    assert untouched, (
        f"create_connection({case}) connected to the listener; "
        "expected a ValueError before any connection attempt"
    )


@pytest.mark.parametrize("case", REFUSED)
@requirement(
    "create_connection.args.rejected_before_factory_runs",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_refused_call_does_not_call_the_factory(loop: AbstractEventLoop, case: str) -> None:
    """Refused argument combinations do not call the factory, which belongs to a connection.

    If this fails, look for a protocol that is built before the arguments are checked.
    """
    factory = CountedFactory()
    with listening() as listener:
        with suppress(ValueError):
            transport, _ = await loop.create_connection(
                factory, IPV4, port_of(listener), **REFUSED[case]
            )
            await dispose(transport)
        await turns()
        calls = factory.calls
        await expect_connection(loop, IPV4, port_of(listener))

    assert calls == 0, (
        f"create_connection({case}) called the protocol factory {calls} times; "
        "expected a ValueError before the factory is called"
    )


@requirement(
    "create_connection.args.rejected_sock_stays_with_caller",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_the_socket_of_a_refused_call_stays_with_the_caller(loop: AbstractEventLoop) -> None:
    """A socket passed in a refused call still belongs to the caller: it stays open and usable.

    If this fails, look for a clean-up that closes sock on any error, also on those that
    come before the loop took it over.
    """
    with connected_pair() as (sock, _):
        await expect_connection(loop, sock=sock)
    with connected_pair() as (sock, peer):
        doing = "create_connection(host, port, sock=...)"
        await expect_refusal(loop, ValueError, doing, IPV4, 1, sock=sock)
        await turns()
        with suppress(OSError):
            sock.sendall(b"still mine")
            peer.settimeout(0)  # on loopback it is there already

        heard = hear(peer, 10)

    assert heard == b"still mine", (
        f"after {doing} was refused, sendall() on that socket brought its peer {heard!r}; "
        "expected b'still mine', the socket being the caller's"
    )
