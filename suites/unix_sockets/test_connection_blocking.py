"""create_unix_connection(): a connection whose peer does not read."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.blocking import read_only_if_stuck
from ..support.connecting import opened
from ..support.listeners import take_connection
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.unix_paths import CONNECTION, free_path, heard_at, listening_at

MUCH = bytes(range(256)) * 8192
"""Two megabytes, more than a Unix socket holds."""


@requirement(
    "unix_sockets.connection.write_does_not_block",
    api=CONNECTION,
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc="library/asyncio-protocol.html#asyncio.WriteTransport.write",
)
async def test_a_write_to_a_peer_that_does_not_read_returns(loop: AbstractEventLoop) -> None:
    """write() on a connection made by path does not block: what does not fit is sent later.

    If this fails, look for a socket that was connected in blocking mode and left in it.
    """
    with free_path() as path, listening_at(path) as listener:
        call = loop.create_unix_connection(Recorder, path)
        async with opened(call, "create_unix_connection(factory, path)") as (transport, _):
            with take_connection(listener) as peer:
                peer.setblocking(False)
                with read_only_if_stuck(peer) as read:
                    transport.write(MUCH)
                arrived = await heard_at(peer, len(MUCH))

    assert not read, (
        f"write() of {len(MUCH)} bytes to a peer that reads nothing returned only when it read; "
        "expected it not to block"
    )
    assert arrived == MUCH, (
        f"of {len(MUCH)} bytes written to a peer that read nothing at first, {len(arrived)} "
        f"arrived{'' if MUCH.startswith(arrived) else ', changed,'}; expected all of them"
    )
