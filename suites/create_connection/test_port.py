"""create_connection(): the port that it connects to, as a string or a service name."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.connecting import opened
from ..support.expect import expect_raises
from ..support.listeners import IPV4, listening, port_of, take_connection
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.services import listening_by_name


@requirement(
    "create_connection.port.decimal_string",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("host", [IPV4, "localhost"])
async def test_a_port_may_be_a_decimal_string(loop: AbstractEventLoop, host: str) -> None:
    """A port may be a string of decimal digits, with numeric and with symbolic hosts.

    If this fails, look at the short cut for numeric hosts, which needs a number.
    """
    with listening(IPV4) as listener:
        port: Any = str(port_of(listener))
        call = loop.create_connection(Recorder, host, port)
        async with opened(call, f"create_connection(host={host!r}, port={port!r})"):
            take_connection(listener).close()


@requirement(
    "create_connection.port.service_name",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("host", [IPV4, "localhost"])
async def test_a_port_may_be_the_name_of_a_service(loop: AbstractEventLoop, host: str) -> None:
    """A port may be the name of a service in the system's database, also for numeric hosts.

    If this fails, look for an int() of the port, or for a numeric host that never
    reaches the resolver although its port is a name.
    """
    with listening_by_name() as (name, listener):
        service: Any = name
        call = loop.create_connection(Recorder, host, service)
        async with opened(call, f"create_connection(host={host!r}, port={service!r})"):
            take_connection(listener).close()


@requirement(
    "create_connection.port.unknown_service_is_gaierror",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_an_unknown_service_is_a_gaierror(loop: AbstractEventLoop) -> None:
    """A port that is the name of no known service is a socket.gaierror.

    If this fails, look for an int() of the port, or for an error of the resolver
    that is turned into another one.
    """
    with listening(IPV4) as listener:
        unknown: Any = "no-such-service-x"

        with expect_raises(socket.gaierror, f"create_connection(port={unknown!r})"):
            await loop.create_connection(Recorder, IPV4, unknown)

        call = loop.create_connection(Recorder, IPV4, port_of(listener))
        async with opened(call, "create_connection() with a known port"):
            pass
