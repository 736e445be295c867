"""What TLS connections leave behind, seen over a dozen of them."""

from __future__ import annotations

import gc
import weakref
from asyncio import AbstractEventLoop
from contextlib import suppress

from ..support.certificates import client_context, server_context
from ..support.conversations import read_all
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import descriptors, without_collection
from ..support.tls_sessions import Side, both_sides, lost, session
from ..support.tls_streams import PROTOCOLS, TRANSPORT
from ..support.tracking import only_new_garbage
from ..support.turns import turns

DOC = f"{PROTOCOLS}#asyncio.BaseTransport.close"
CONNECTIONS = 12


async def _come_and_go(
    loop: AbstractEventLoop, side: Side, *, abort: bool
) -> list[weakref.ref[object]]:
    """Open a TLS connection and close or abort it; weak references to what it was made of."""
    client, server, protocol = client_context(), server_context(), Recorder()
    async with session(loop, side, protocol, read_all, client=client, server=server) as tls:
        parts = [protocol, tls.context, tls.transport, tls.transport.get_extra_info("ssl_object")]
        (tls.transport.abort if abort else tls.transport.close)()
        await lost(protocol, f"{'abort' if abort else 'close'}() of {tls.doing}")
    await turns()
    references: list[weakref.ref[object]] = []
    for part in parts:
        with suppress(TypeError):  # a loop's own class need not allow it
            references.append(weakref.ref(part))
    return references


@both_sides
@requirement(
    "tls.resources.descriptors_are_given_back",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_dozen_connections_leave_no_descriptor(loop: AbstractEventLoop, side: Side) -> None:
    """A dozen TLS connections, closed or aborted, leave no descriptor, without a collection.

    If this fails, look for a socket that is closed by the garbage collector only, or by
    nobody when the TLS shutdown goes on after close().
    """
    await _come_and_go(loop, side, abort=False)  # what a loop opens once for all
    with without_collection():
        before = descriptors()
        for number in range(CONNECTIONS):
            await _come_and_go(loop, side, abort=bool(number % 2))
        more = descriptors() - before

    assert more <= 0, (
        f"{CONNECTIONS} TLS connections with the loop as {side}, half of them closed and half "
        f"aborted, left {more} more descriptors open than before; expected none"
    )


@both_sides
@requirement(
    "tls.resources.objects_are_collected",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_dozen_connections_leave_no_object(loop: AbstractEventLoop, side: Side) -> None:
    """Of a dozen TLS connections, closed or aborted, no protocol, context or transport stays.

    If this fails, look for a registry or a timer that keeps ended connections, or for C code
    that holds a reference too many: with each goes the memory of an OpenSSL connection.
    """
    references: list[weakref.ref[object]] = []
    with only_new_garbage():
        for number in range(CONNECTIONS):
            references += await _come_and_go(loop, side, abort=bool(number % 2))
        await turns()
        gc.collect()
    left = [reference() for reference in references]

    stayed = sorted({type(part).__name__ for part in left if part is not None})
    assert not stayed, (
        f"{CONNECTIONS} TLS connections with the loop as {side}, all of them ended, left "
        f"{sum(part is not None for part in left)} objects, of the classes {stayed}; expected "
        "all of them to be collected"
    )
