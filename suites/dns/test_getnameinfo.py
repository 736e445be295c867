"""getnameinfo(): what it answers, and what it refuses."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.requirement import requirement
from .asking import answer, expect_answers, refusal

API = "loop.getnameinfo"
NUMERIC = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
IPV4: Any = ("127.0.0.1", 80)
IPV6: Any = ("::1", 80, 0, 0)


@requirement("dns.getnameinfo.matches_socket_module", api=API, level="documented", since="3.11")
@pytest.mark.parametrize(
    ("address", "flags"),
    [
        (IPV4, NUMERIC),
        (IPV6, NUMERIC),
        (IPV4, socket.NI_NUMERICHOST),
        (IPV4, socket.NI_NUMERICSERV),
    ],
    ids=["ipv4", "ipv6", "service_name", "host_name"],
)
async def test_the_names_are_those_of_the_socket_module(
    loop: AbstractEventLoop, address: Any, flags: int
) -> None:
    """Results equal socket.getnameinfo, a tuple of host and service.

    If this fails, look for flags that do not reach the resolver, or for a list.
    """
    doing = f"getnameinfo({address!r}, {int(flags)})"
    names: Any = await answer(loop.getnameinfo(address, flags), doing)

    expected = socket.getnameinfo(address, flags)
    assert names == expected, (
        f"{doing} answered {names!r}; expected, as of the socket module, {expected!r}"
    )


@requirement("dns.getnameinfo.flags_default_and_keyword", api=API, level="documented", since="3.11")
@pytest.mark.parametrize("given", [{}, {"flags": NUMERIC}], ids=["default", "keyword"])
async def test_flags_may_be_left_out_or_named(
    loop: AbstractEventLoop, given: dict[str, int]
) -> None:
    """The argument flags defaults to 0 and may be a keyword.

    If this fails, look for a signature without the default, or with another name.
    """
    doing = f"getnameinfo({IPV4!r}{', flags=numeric' if given else ''})"
    names = await answer(loop.getnameinfo(IPV4, **given), doing)

    expected = socket.getnameinfo(IPV4, given.get("flags", 0))
    assert names == expected, f"{doing} answered {names!r}; expected {expected!r}"


@requirement("dns.getnameinfo.non_numeric_host_is_oserror", api=API, level="implied", since="3.11")
async def test_a_host_that_is_no_address_is_an_oserror(loop: AbstractEventLoop) -> None:
    """A host that is no numeric address is OSError (gaierror).

    If this fails, look for a resolver that is asked for the host's address first.
    """
    await expect_answers(loop)

    await refusal(
        OSError,
        "getnameinfo(('localhost', 80), NI_NUMERICHOST | NI_NUMERICSERV)",
        lambda: loop.getnameinfo(("localhost", 80), NUMERIC),
    )


@requirement("dns.getnameinfo.bad_argument_is_typeerror", api=API, level="implied", since="3.11")
async def test_an_address_that_is_no_tuple_is_a_typeerror(loop: AbstractEventLoop) -> None:
    """A sockaddr that is no tuple is a TypeError.

    If this fails, look for an exception in the resolver's thread that wakes nobody.
    """
    getnameinfo: Any = loop.getnameinfo
    await expect_answers(loop)

    await refusal(TypeError, "getnameinfo('127.0.0.1')", lambda: getnameinfo("127.0.0.1"))
