"""The names that clients ask for (SNI), and a server context's sni_callback."""

from __future__ import annotations

import ssl
from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import NAME, client_context, server_context, unverified_context
from ..support.conversations import read_all
from ..support.protocols import Recorder
from ..support.refusals import refused
from ..support.requirement import requirement
from ..support.sockets import CountedFactory, Reports
from ..support.tls_peers import tls_client, tls_server
from ..support.tls_sessions import Noting, expect_served, serving, until_any
from ..support.turns import turns

API = "loop.create_connection, loop.create_server (ssl=)"
ONE, TWO = "one.test", "two.test"


def refuse_strangers(_: object, name: str | None, __: object) -> int | None:
    """An sni_callback that knows NAME alone."""
    return None if name == NAME else int(ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME)


@pytest.mark.parametrize("name", [ONE, TWO])
@requirement(
    "tls.sni.server_callback_can_switch_context",
    api=API,
    level="implied",
    since="3.11",
    doc="library/ssl.html#ssl.SSLContext.sni_callback",
)
async def test_sni_callback_switches_the_context(loop: AbstractEventLoop, name: str) -> None:
    """A server context's sni_callback runs, and may switch the context for the client's name.

    If this fails, look for a TLS layer that makes a context of its own, without the
    callback, or that hands the callback an object whose context can't be set.
    """
    contexts = {ONE: server_context(ONE), TWO: server_context(TWO)}

    def switch(tls: ssl.SSLObject, asked: str | None, _: object) -> None:
        tls.context = contexts[str(asked)]

    contexts[ONE].sni_callback = switch
    talk = Noting(ssl.SSLSocket.getpeercert)
    async with serving(loop, Recorder, contexts[ONE]) as address:
        with tls_client(address, client_context(), talk, server_hostname=name) as peer:
            await until_any(peer)
        await turns()
    contexts[ONE].sni_callback = None

    names = [pair[-1] for pair in (talk.noted or {}).get("subjectAltName", ())]
    assert names == [name], (
        f"a client asked create_server(ssl=context) for {name!r}, and sni_callback set the context "
        f"of that name: the client saw a certificate for {names}, with handshake error "
        f"{peer.handshake_error!r}; expected one for {name!r}"
    )


@requirement(
    "tls.sni.server_callback_can_refuse",
    api=API,
    level="implied",
    since="3.11",
    doc="library/ssl.html#ssl.SSLContext.sni_callback",
)
async def test_a_refused_name_does_not_reach_the_protocol(loop: AbstractEventLoop) -> None:
    """If sni_callback refuses the name, the handshake fails and the protocol hears nothing.

    If this fails, look for a connection_made() that does not wait for the handshake, or
    for a callback that is never asked.
    """
    Reports(loop)  # whether a refusal is reported is not judged here
    context, factory = server_context(), CountedFactory()
    context.sni_callback = refuse_strangers
    async with serving(loop, factory, context) as address:
        await expect_served(address, factory)
        before = factory.calls
        with tls_client(address, unverified_context(), read_all, server_hostname=ONE) as peer:
            shaken = await until_any(peer)
        await turns()

    calls = [name for protocol in factory.made[before:] for name in protocol.calls]
    assert (shaken, calls) == (False, []), (
        f"sni_callback refused the name {ONE!r}: the client's handshake "
        f"{'succeeded' if shaken else 'failed'}, and the server's protocol was called {calls}; "
        "expected a failure and no call"
    )


@requirement(
    "tls.sni.refused_name_fails_the_await",
    api=API,
    level="implied",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio.loop.create_connection",
)
async def test_a_refused_name_fails_the_await(loop: AbstractEventLoop) -> None:
    """If the server refuses the client's name, the client's await fails with OSError.

    If this fails, look for an alert in the handshake that wakes nobody, or that becomes an
    exception which is no OSError.
    """
    context, asked = server_context(), []

    def refuse(_: object, name: str | None, __: object) -> int:
        asked.append(name)
        return int(ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME)

    context.sni_callback = refuse
    with tls_server(context, read_all) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=client_context(), server_hostname=NAME
        )
        doing = "create_connection(ssl=context) to a server that refuses the name"
        error = await refused(OSError, doing, call)

    assert asked == [NAME], (
        f"{doing} raised {error!r}, and the server was asked for {asked}; expected [{NAME!r}]"
    )
