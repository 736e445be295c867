"""DatagramTransport: its protocol, and what it tells of itself."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.datagrams import Mailbox, address_of, endpoint, udp
from ..support.requirement import requirement
from ..support.sockets import exposed_socket
from ..support.turns import turns

API = "asyncio.DatagramTransport"


@requirement(
    "datagrams.protocol.get_and_set",
    api=API,
    level="implied",
    since="3.11",
    doc="library/asyncio-protocol.html#asyncio.BaseTransport.set_protocol",
)
async def test_set_protocol_redirects_datagrams(loop: AbstractEventLoop) -> None:
    """set_protocol redirects datagrams; get_protocol follows.

    If this fails, look for a bound method of the first protocol that is kept for speed.
    """
    successor = Mailbox()
    with udp() as sender:
        async with endpoint(loop) as (transport, protocol):
            before = transport.get_protocol()
            transport.set_protocol(successor)
            after = transport.get_protocol()
            sender.sendto(b"hello", address_of(transport))
            await successor.until(lambda: bool(successor.data or protocol.data))
            await turns()
            calls = protocol.calls.copy()

    assert [before, after] == [protocol, successor], (
        f"get_protocol() was {before!r} and, after set_protocol(), {after!r}; "
        "expected the factory's protocol and then the new one"
    )
    assert successor.data == [b"hello"], (
        f"after set_protocol() a datagram arrived at the new protocol as {successor.data} and at "
        f"the old one as {protocol.data}; expected it at the new one"
    )
    assert calls == ["connection_made"], (
        f"after set_protocol() the old protocol had been called {calls}; "
        "expected nothing after connection_made"
    )


@requirement(
    "datagrams.extra_info.keys",
    api=API,
    level="documented",
    since="3.11",
    doc="library/asyncio-protocol.html#asyncio.BaseTransport.get_extra_info",
)
@pytest.mark.parametrize("connected", [False, True], ids=["unconnected", "connected"])
async def test_extra_info_tells_the_addresses(loop: AbstractEventLoop, connected: bool) -> None:
    """socket, sockname and peername (None when unconnected) are answered.

    Unknown names give the default. If this fails, look for a look-up that raises where the
    system knows no peer, or for names that are filled in for streams only.
    """
    with udp() as peer:
        address = peer.getsockname()
        options = {"remote_addr": address} if connected else {}
        async with endpoint(loop, **options) as (transport, _):
            actual = exposed_socket(transport).getsockname()
            sockname, peername = (_extra_info(transport, name) for name in ("sockname", "peername"))
            unknown = [transport.get_extra_info("no such thing", d) for d in (None, "default")]

    assert sockname == actual, (
        f"get_extra_info('sockname') is {sockname!r}; expected the socket's address, {actual!r}"
    )
    assert peername == (address if connected else None), (
        f"get_extra_info('peername') of an endpoint that is {'' if connected else 'not '}"
        f"connected is {peername!r}; expected {address if connected else None!r}"
    )
    assert unknown == [None, "default"], (
        f"get_extra_info() of an unknown name, with the defaults None and 'default', is "
        f"{unknown}; expected the defaults"
    )


def _extra_info(transport: Any, name: str) -> Any:
    """What is known by that name; not knowing is None, and no exception."""
    try:
        return transport.get_extra_info(name)
    except NotImplementedError:
        raise
    except Exception as error:
        raise AssertionError(
            f"get_extra_info({name!r}) raised {error!r}; expected an answer, or None"
        ) from error
