"""add_reader() and add_writer(): what may be watched, and how it may be named."""

from __future__ import annotations

import os
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.connecting import opened
from ..support.expect import expect_raises, is_missing
from ..support.listeners import connected_pair
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import exposed_socket
from ..support.tls_peers import PATIENCE
from ..support.tls_sessions import heard
from ..support.turns import turns
from ..support.watching import (
    ADD_READER,
    BOTH,
    Calls,
    Way,
    both_ways,
    remove,
    watch,
    watchable_pair,
    watchable_pipe,
)

METHODS = ["add_reader", "add_writer", "remove_reader", "remove_writer"]


class Holder:
    """An object that is nothing but its fileno()."""

    def __init__(self, number: int) -> None:
        self._number = number

    def fileno(self) -> int:
        """The number."""
        return self._number


async def ends_with_its_removal(
    loop: AbstractEventLoop, way: Way, which: str, given: Any, removed_by: Any = None
) -> tuple[bool, int]:
    """Whether a watch of what is ready was called, and how often after it was removed."""
    calls = Calls()
    watch(loop, way, given, calls, which)
    called = await calls.until()
    try:
        remove(loop, way)(given if removed_by is None else removed_by)
    except Exception as error:
        if is_missing(error):
            raise
        raise AssertionError(
            f"add_{way}({which}) was accepted, and remove_{way}() raised {error!r}; "
            "expected the end of the watch"
        ) from error
    before = calls.count
    await turns()
    return called, calls.count - before


@both_ways
@requirement("watchers.fd.integer", api=BOTH, level="documented", since="3.11", doc=ADD_READER)
async def test_a_descriptor_may_be_an_integer(loop: AbstractEventLoop, way: Way) -> None:
    """A descriptor may be given as an integer.

    If this fails, look for fileno() that is called on whatever was given.
    """
    with watchable_pair(loop) as (sock, other):
        other.send(b"data")
        seen = await ends_with_its_removal(loop, way, "an integer", sock.fileno())

    assert seen == (True, 0), (
        f"with an integer add_{way}() led to a call: {seen[0]}, and after remove_{way}() to "
        f"{seen[1]} more; expected True and 0"
    )


@both_ways
@requirement(
    "watchers.fd.socket_object", api=BOTH, level="documented", since="3.11", doc=ADD_READER
)
async def test_a_descriptor_may_be_a_socket(loop: AbstractEventLoop, way: Way) -> None:
    """A socket object may be given in its descriptor's place, for adding and for removing.

    If this fails, look for methods that take integers alone. The manual's own example
    watches a socket object.
    """
    with watchable_pair(loop) as (sock, other):
        other.send(b"data")
        seen = await ends_with_its_removal(loop, way, "a socket object", sock)

    assert seen == (True, 0), (
        f"with a socket object add_{way}() led to a call: {seen[0]}, and after remove_{way}() to "
        f"{seen[1]} more; expected True and 0"
    )


@both_ways
@pytest.mark.parametrize("first", ["object", "number"])
@requirement(
    "watchers.fd.object_and_number_are_the_same_watch",
    api=BOTH,
    level="implied",
    since="3.11",
    doc=ADD_READER,
)
async def test_an_object_and_its_number_are_one_watch(
    loop: AbstractEventLoop, way: Way, first: str
) -> None:
    """A socket object and its number denote the same watch.

    If this fails, look for a table of watches whose key is the object that was given.
    """
    with watchable_pair(loop) as (sock, other):
        other.send(b"data")
        names: list[Any] = [sock, sock.fileno()]
        given, removed_by = names if first == "object" else reversed(names)
        seen = await ends_with_its_removal(loop, way, f"the {first}", given, removed_by)

    assert seen == (True, 0), (
        f"add_{way}() with the socket's {first} led to a call: {seen[0]}, and after remove_{way}() "
        f"with the other of object and number to {seen[1]} more; expected True and 0"
    )


@both_ways
@requirement(
    "watchers.fd.pipe", api=BOTH, level="implied", since="3.11", platforms=["unix"], doc=ADD_READER
)
async def test_a_pipe_can_be_watched(loop: AbstractEventLoop, way: Way) -> None:
    """The ends of a pipe can be watched, one for reading and one for writing.

    If this fails, look for calls that only sockets know, such as getsockopt().
    """
    calls = Calls()
    with watchable_pipe(loop) as (reading, writing):
        end = reading if way == "reader" else writing
        watch(loop, way, end, calls, "an end of a pipe")
        os.write(writing, b"data")
        called = await calls.until()

    assert called, (
        f"add_{way}() on an end of a pipe that is ready led to no call within {PATIENCE} s; "
        "expected one"
    )


@pytest.mark.parametrize(
    "kind",
    [lambda number: os.fdopen(number, "rb", buffering=0, closefd=False), Holder],
    ids=["file", "own_class"],
)
@requirement(
    "watchers.fd.object_with_fileno",
    api=BOTH,
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=ADD_READER,
)
async def test_an_object_with_fileno_can_be_watched(
    loop: AbstractEventLoop, kind: Callable[[int], Any]
) -> None:
    """Any object with a fileno() method is accepted, such as a file object of a pipe.

    If this fails, look for isinstance(fd, socket.socket).
    """
    with watchable_pipe(loop) as (reading, writing):
        os.write(writing, b"data")
        given = kind(reading)
        which = f"an object of {type(given).__name__}"
        seen = await ends_with_its_removal(loop, "reader", which, given)

    assert seen == (True, 0), (
        f"with {which} add_reader() led to a call: {seen[0]}, and after remove_reader() to "
        f"{seen[1]} more; expected True and 0"
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("given", [object(), "0", None], ids=["object", "str", "none"])
@requirement(
    "watchers.fd.invalid_object_is_valueerror_strict",
    api=BOTH,
    level="interop",
    since="3.11",
    libraries=["pyzmq", "psycopg"],
    doc=ADD_READER,
)
async def test_what_has_no_descriptor_is_refused(
    loop: AbstractEventLoop, given: Any, method: str
) -> None:
    """What is no descriptor and has none is refused, as in selectors, with ValueError there.

    The manual names no class, so any will do. If this fails, look for an object that is
    taken into a table as it is.
    """
    arguments = [given, Calls()] if method.startswith("add") else [given]
    with expect_raises(Exception, f"{method}({type(given).__name__} object)"):
        getattr(loop, method)(*arguments)

    with watchable_pair(loop) as (sock, _):
        arguments[0] = sock.fileno()
        getattr(loop, method)(*arguments)


@pytest.mark.parametrize("method", METHODS)
@requirement(
    "watchers.fd.transport_descriptor_is_runtimeerror",
    api=BOTH,
    level="interop",
    since="3.11",
    libraries=["aiodns"],
    doc=ADD_READER,
)
async def test_a_transports_descriptor_is_refused(loop: AbstractEventLoop, method: str) -> None:
    """Watching a descriptor that an open transport uses is refused; the transport goes on.

    The manual names no class for the refusal, and lets a removal find nothing to remove.
    If this fails, look for watches of programs and of transports in one table: replacing
    the transport's reader silences it. aiodns watches descriptors by numbers that a
    transport may have got meanwhile.
    """
    went = "was accepted"
    with connected_pair() as (sock, peer):
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=...)") as (transport, protocol):
            number = exposed_socket(transport).fileno()
            arguments = [number, Calls()] if method.startswith("add") else [number]
            try:
                getattr(loop, method)(*arguments)
            except NotImplementedError:
                raise
            except Exception as error:  # noqa: BLE001 - the manual names no class
                went = f"raised {error!r}"
            peer.sendall(b"data")
            received = await heard(protocol, 4)
    with watchable_pair(loop) as (own, _):
        arguments[0] = own.fileno()
        getattr(loop, method)(*arguments)

    assert received == b"data", (
        f"{method}() of an open transport's descriptor {went}, and the transport received "
        f"{received!r} then; expected b'data'"
    )
    assert went != "was accepted" or method.startswith("remove"), (
        f"{method}() of an open transport's descriptor {went}; expected an exception"
    )
