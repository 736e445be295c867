"""subprocess_exec(): what it returns, and the order in which its protocol is called."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.children import Child, running, sh
from ..support.pipes import lacking
from ..support.requirement import requirement
from ..support.turns import turns

PROTOCOL = "library/asyncio-protocol.html#asyncio."


@requirement(
    "subprocess.exec.returns_pair",
    api="loop.subprocess_exec",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_it_returns_transport_and_protocol(loop: AbstractEventLoop) -> None:
    """subprocess_exec() returns (transport, protocol), and the protocol is the factory's.

    If this fails, look at the end of the call: what a server or a pipe returns is
    something else.
    """
    async with running(loop, "true") as child:
        result = child.result

        expected = (child.transport, child)

    assert isinstance(result, tuple), (
        f"subprocess_exec() returned {result!r}; expected a tuple, (transport, protocol)"
    )
    assert result == expected, (
        f"subprocess_exec() returned {result!r}; expected the transport that connection_made() "
        "got and the protocol that the factory returned"
    )


@requirement(
    "subprocess.exec.transport_type",
    api="loop.subprocess_exec",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOL}SubprocessTransport",
)
async def test_the_transport_is_a_subprocess_transport(loop: AbstractEventLoop) -> None:
    """The transport of a child conforms to asyncio.SubprocessTransport: it has all its methods.

    "Conforms" is the manual's word: a class that does not inherit from asyncio's will do. If
    this fails, look for a method that nobody asked for yet.
    """
    async with running(loop, "true") as child:
        missing = lacking(child.transport, asyncio.SubprocessTransport)

    assert not missing, (
        f"subprocess_exec() made a transport of {type(child.transport)} without {missing}; "
        "expected the methods of asyncio.SubprocessTransport"
    )


@requirement(
    "subprocess.exec.connection_made_first",
    api="loop.subprocess_exec",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOL}SubprocessProtocol",
)
async def test_connection_made_comes_first_and_connection_lost_last(
    loop: AbstractEventLoop,
) -> None:
    """connection_made() is a child's first callback, connection_lost() its last; one exit between.

    If this fails, look for pipes that are read before the protocol knows the transport,
    and for an exit that two watchers tell of.
    """
    async with running(loop, *sh("echo hello")) as child:
        await child.until_over()
        await turns()

    calls = child.calls
    assert calls[:1] == ["connection_made"], (
        f"a child that prints brought the callbacks {calls}; expected connection_made first"
    )
    assert calls[-1:] == ["connection_lost"], (
        f"a child that prints brought the callbacks {calls}; expected connection_lost last"
    )
    once = [calls.count(name) for name in ("connection_made", "process_exited", "connection_lost")]
    assert once == [1, 1, 1], (
        f"a child that prints brought the callbacks {calls}; expected connection_made, "
        "process_exited and connection_lost once each"
    )


@requirement(
    "subprocess.exec.connection_made_by_return",
    api="loop.subprocess_exec",
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("asyncio.subprocess", "anyio"),
)
async def test_connection_made_is_there_when_the_call_returns(loop: AbstractEventLoop) -> None:
    """connection_made() has run when subprocess_exec() returns, or runs in the next turn.

    If this fails, look for a connection_made() that waits for the child's first sign of
    life: asyncio.create_subprocess_exec() finds no streams then.
    """
    child = Child()

    try:
        child.transport, _ = await loop.subprocess_exec(lambda: child, "cat")
        await turns(2)
        by_then = child.calls.copy()
    finally:
        await child.put_away()

    assert by_then == ["connection_made"], (
        f"two turns after subprocess_exec() had returned, the callbacks were {by_then}; "
        "expected connection_made"
    )
