"""TLS streams: what write() and writelines() take, and what they refuse."""

from __future__ import annotations

import threading
from array import array
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from ..support.conversations import echo, read_all
from ..support.expect import expect_raises
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_peers import Peer, until_set
from ..support.tls_sessions import Side, both_sides, heard, session
from ..support.tls_streams import (
    PROTOCOLS,
    TRANSPORT,
    SealedByHand,
    opened_by_hand,
)

DATA_RECEIVED = f"{PROTOCOLS}#asyncio.Protocol.data_received"
WRITE = f"{PROTOCOLS}#asyncio.WriteTransport.write"
WRITELINES = f"{PROTOCOLS}#asyncio.WriteTransport.writelines"
APPLICATION_DATA = 23
"""The type of a TLS record that carries data."""


@requirement(
    "tls.data.bytes_like_arguments",
    api=TRANSPORT,
    level="documented",
    since="3.11",
    doc=WRITE,
)
@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("bytes", b"12345678"),
        ("bytearray", bytearray(b"12345678")),
        ("memoryview", memoryview(b"12345678")),
        ("slice of a memoryview", memoryview(b"..12345678..")[2:-2]),
        ("memoryview of 16-bit items", memoryview(array("H", b"12345678"))),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) else "",
)
async def test_write_takes_bytes_like_objects(
    loop: AbstractEventLoop, kind: str, data: bytes
) -> None:
    """write() of a TLS transport takes bytes, bytearray and memoryview, slices as well.

    If this fails, look for a test of the class, or for len() where a view's nbytes
    was meant.
    """
    protocol = Recorder()
    async with session(loop, "client", protocol, echo) as tls:
        tls.transport.write(data)
        tls.transport.write(b".")
        echoed = await heard(protocol, 9)

    assert echoed == b"12345678.", (
        f"write() of a {kind} and then of b'.' brought back {echoed!r} from an echo server; "
        "expected b'12345678.'"
    )


@requirement(
    "tls.data.empty_write_is_a_no_op",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DATA_RECEIVED,
)
@pytest.mark.parametrize(
    ("shown", "write_nothing"),
    [
        ("write(b'')", lambda transport: transport.write(b"")),
        ("write(bytearray())", lambda transport: transport.write(bytearray())),
        ("write(memoryview(b''))", lambda transport: transport.write(memoryview(b""))),
        ("writelines([])", lambda transport: transport.writelines([])),
        ("writelines([b'', b''])", lambda transport: transport.writelines([b"", b""])),
    ],
)
async def test_an_empty_write_sends_nothing(
    loop: AbstractEventLoop, shown: str, write_nothing: Callable[[Any], object]
) -> None:
    """Empty writes and empty writelines send nothing, not even a record, and raise nothing.

    If this fails, look for an empty write that is passed to OpenSSL all the same.
    """
    carried: list[bytes] = []
    arrived = threading.Event()

    def open_records(_: Peer, sealing: SealedByHand) -> None:
        while b"later" not in carried:
            carried.append(sealing.open_record())
        arrived.set()

    async with opened_by_hand(loop, Recorder(), open_records) as transport:
        try:
            write_nothing(transport)
        except (TypeError, ValueError, OSError) as error:
            raise AssertionError(f"{shown} raised {error!r}; expected nothing") from error
        transport.write(b"later")
        await until_set(arrived)

    assert carried == [b"later"], (
        f"{shown} and write(b'later') sent records that carry {carried}; expected [b'later']"
    )


@requirement(
    "tls.data.write_str_is_typeerror",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DATA_RECEIVED,
)
@pytest.mark.parametrize("wrong", ["text", None, 5])
async def test_write_refuses_what_is_not_bytes_like(loop: AbstractEventLoop, wrong: object) -> None:
    """Writing str, None or int is a TypeError and leaves the connection usable.

    If this fails, look for an argument that is queued unseen and fails later, or for an
    error of write() that ends the connection.
    """
    protocol = Recorder()
    async with session(loop, "client", protocol, echo) as tls:
        with expect_raises(TypeError, f"write({wrong!r})"):
            tls.transport.write(wrong)  # type: ignore[arg-type]  # the wrong type is the point
        tls.transport.write(b"usable")
        echoed = await heard(protocol, 6)

    assert echoed == b"usable", (
        f"after a refused write({wrong!r}), write(b'usable') brought back {echoed!r} from an echo "
        "server; expected b'usable'"
    )


@both_sides
@requirement(
    "tls.data.writelines",
    api=TRANSPORT,
    level="documented",
    since="3.11",
    doc=WRITELINES,
)
@pytest.mark.parametrize("form", ["list", "tuple", "generator"])
async def test_writelines_equals_successive_writes(
    loop: AbstractEventLoop, side: Side, form: str
) -> None:
    """writelines() takes lists and other iterables of bytes-like items and equals as many writes.

    If this fails, look for an iterable that is walked through twice, or for a join that
    takes bytes alone.
    """
    items = [b"one,", bytearray(b"two,"), memoryview(b"three,"), b"four"]
    forms: dict[str, Iterable[Any]] = {
        "list": items,
        "tuple": tuple(items),
        "generator": (item for item in items),
    }
    async with session(loop, side, Recorder(), read_all) as tls:
        tls.transport.writelines(forms[form])
        tls.transport.write(b".")
        tls.transport.close()
        await until_set(tls.peer.ended)

    received = bytes(tls.peer.received)
    assert received == b"one,two,three,four.", (
        f"writelines() of a {form} and write(b'.') on {tls.doing} brought the peer {received!r}; "
        "expected b'one,two,three,four.'"
    )
