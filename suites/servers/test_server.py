"""Server: what it tells of itself."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop
from contextlib import suppress

import pytest

from ..support.requirement import requirement
from ..support.serving import hosting
from ..support.turns import turns

API = "asyncio.Server"
SERVER = "library/asyncio-eventloop.html#asyncio.Server"


@pytest.mark.parametrize("state", ["open", "closed"])
@requirement(
    "servers.get_loop", api=API, level="documented", since="3.11", doc=f"{SERVER}.get_loop"
)
async def test_get_loop_returns_the_loop_that_made_the_server(
    loop: AbstractEventLoop, state: str
) -> None:
    """get_loop() returns the loop that created the server, also after close().

    If this fails, look for a reference that is dropped in close().
    """
    async with hosting(loop) as hosted:
        if state == "closed":
            hosted.server.close()
            await turns()
        found = hosted.server.get_loop()

    assert found is loop, (
        f"get_loop() of a server that is {state} returned {found!r}; expected the loop that made it"
    )


@requirement(
    "servers.sockets.describe_listeners",
    api=API,
    level="documented",
    since="3.11",
    doc=f"{SERVER}.sockets",
)
async def test_sockets_describe_the_listeners(loop: AbstractEventLoop) -> None:
    """Server.sockets lists socket-like objects: family, type, options and fileno() of listeners.

    If this fails, look for addresses or descriptors where objects like sockets belong.
    """
    async with hosting(loop) as hosted:
        seen = [
            (
                int(sock.family),
                int(sock.type),
                sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN),
                sock.fileno() >= 0,
            )
            for sock in hosted.server.sockets
        ]

    expected = [(socket.AF_INET, socket.SOCK_STREAM, 1, True)]
    assert seen == expected, (
        f"the sockets of a server on 127.0.0.1 have (family, type, SO_ACCEPTCONN, fileno() >= 0) "
        f"of {seen}; expected {expected}"
    )


@requirement(
    "servers.sockets.is_a_copy",
    api=API,
    level="documented",
    since="3.11",
    doc=f"{SERVER}.sockets",
)
async def test_changing_the_list_of_sockets_does_not_change_the_server(
    loop: AbstractEventLoop,
) -> None:
    """Server.sockets is a copy: changing it does not change the server.

    If this fails, look for the server's own list being given away.
    """
    async with hosting(loop) as hosted:
        before = len(hosted.addresses)
        with suppress(AttributeError):  # a tuple can't be changed at all
            hosted.server.sockets.clear()
        after = len(hosted.server.sockets or ())

    assert (before, after) == (1, 1), (
        f"a server with {before} sockets has {after} after sockets.clear(); expected one "
        "before and after"
    )


@requirement(
    "servers.sockets.empty_after_close",
    api=API,
    level="implied",
    since="3.11",
    doc=f"{SERVER}.close",
)
async def test_a_closed_server_has_no_sockets(loop: AbstractEventLoop) -> None:
    """After close() a server has no sockets: they are empty, or None.

    If this fails, look for socket objects that outlive their descriptors.
    """
    async with hosting(loop) as hosted:
        before = len(hosted.addresses)
        hosted.server.close()
        await turns()
        after = hosted.server.sockets

    assert (before, len(after or ())) == (1, 0), (
        f"a server with {before} sockets has {after!r} after close(); expected one, then none"
    )


@pytest.mark.parametrize("state", ["open", "closed"])
@requirement(
    "servers.repr.is_safe",
    api=API,
    level="interop",
    since="3.11",
    libraries=("asyncio",),
    doc=SERVER,
)
async def test_a_server_can_be_shown(loop: AbstractEventLoop, state: str) -> None:
    """repr() of a server works while it is open and when it is closed.

    If this fails, look for attributes that close() removes. asyncio itself writes servers
    into its log in debug mode.
    """
    async with hosting(loop) as hosted:
        if state == "closed":
            hosted.server.close()
            await turns()
        try:
            shown: object = repr(hosted.server)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            shown = error

    assert isinstance(shown, str), (
        f"repr() of a server that is {state} raised {shown!r}; expected a text"
    )
