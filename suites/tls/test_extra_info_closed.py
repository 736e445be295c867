"""get_extra_info() of a TLS transport that is closed, and of a plain one."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

from ..support.connecting import opened
from ..support.conversations import read_all
from ..support.protocols import Recorder, dispose
from ..support.requirement import requirement
from ..support.tls_peers import plain_server
from ..support.tls_sessions import (
    Side,
    both_sides,
    lost,
    plain_client,
    serving,
    session,
    soon,
)

API = "loop.create_connection, loop.create_server (ssl=)"
DOC = "library/asyncio-protocol.html#asyncio.BaseTransport.get_extra_info"
TLS_KEYS = ("sslcontext", "ssl_object", "peercert", "cipher", "compression")
KEYS = (*TLS_KEYS, "peername", "sockname", "socket", "nope")


def ask(transport: asyncio.BaseTransport) -> dict[str, Any]:
    """What the transport answers without the default, by key; an error where it raises one."""
    answers: dict[str, Any] = {}
    for key in KEYS:
        try:
            answers[key] = transport.get_extra_info(key)
        except Exception as error:  # noqa: BLE001 - any error is what the check looks for
            answers[key] = error
    return answers


@both_sides
@requirement(
    "tls.extra_info.plain_transport_has_no_tls_keys",
    api=API,
    level="interop",
    since="3.11",
    libraries=("aiohttp", "asyncio streams"),
    doc=DOC,
)
async def test_a_plain_transport_knows_no_tls_keys(loop: AbstractEventLoop, side: Side) -> None:
    """A plain transport answers the keys of TLS with the default.

    If this fails, look for one dict of extras for both kinds of transport, in which the
    keys of TLS are None.
    """
    protocol = Recorder()
    if side == "client":
        with plain_server(read_all) as server:
            call = loop.create_connection(lambda: protocol, *server.address)
            async with opened(call, "create_connection()") as (transport, _):
                answers = {key: transport.get_extra_info(key, "default") for key in TLS_KEYS}
    else:
        async with serving(loop, lambda: protocol, None) as address:
            with plain_client(address, read_all):
                await soon(protocol, lambda: protocol.transport is not None)
                assert protocol.transport, "create_server() made no connection; expected one"
                answers = {
                    key: protocol.transport.get_extra_info(key, "default") for key in TLS_KEYS
                }
                await dispose(protocol.transport)

    known = {key: answer for key, answer in answers.items() if answer != "default"}
    assert not known, (
        f"get_extra_info() of a plain {side}'s transport, with a default, answered {known}; "
        "expected the default for each key of TLS"
    )


@both_sides
@requirement(
    "tls.extra_info.after_close_does_not_raise",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_asking_a_closed_transport_does_not_raise(
    loop: AbstractEventLoop, side: Side
) -> None:
    """Asking a closed TLS transport for extra info does not raise.

    If this fails, look for the TCP transport below, which the TLS layer has let go of.
    """
    async with session(loop, side, Recorder()) as tls:
        assert tls.transport.get_extra_info("cipher"), (
            f"get_extra_info('cipher') of {tls.doing} knew nothing before close(); expected it to"
        )
        tls.transport.close()
        await lost(tls.protocol, f"{tls.doing}, then close()")
        answers = ask(tls.transport)

    raised = {key: answer for key, answer in answers.items() if isinstance(answer, Exception)}
    assert not raised, (
        f"get_extra_info() of {tls.doing}, after connection_lost(), raised {raised}; expected "
        "answers"
    )


@both_sides
@requirement(
    "tls.extra_info.tls_keys_after_close",
    api=API,
    level="interop",
    since="3.11",
    libraries=("asyncio streams",),
    doc=DOC,
)
async def test_the_keys_of_tls_outlive_the_connection(loop: AbstractEventLoop, side: Side) -> None:
    """'cipher', 'sslcontext' and 'peercert' are answered as before once the connection is lost.

    If this fails, look for extras that are cleared, or asked of an ssl_object that is
    gone. A handler of a request asks its StreamWriter when the client has left already.
    """
    kept = ("cipher", "sslcontext", "peercert")
    async with session(loop, side, Recorder()) as tls:
        before = ask(tls.transport)
        assert None not in (before["cipher"], before["sslcontext"]), (
            f"get_extra_info() of {tls.doing} answered {before}; expected cipher and sslcontext"
        )
        tls.transport.close()
        await lost(tls.protocol, f"{tls.doing}, then close()")
        after = ask(tls.transport)

    changed = {key: (before[key], after[key]) for key in kept if before[key] != after[key]}
    assert not changed, (
        f"get_extra_info() of {tls.doing} answered before and after connection_lost(): {changed}; "
        "expected the same"
    )
