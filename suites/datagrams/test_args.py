"""create_datagram_endpoint(): arguments that it refuses.

Each check first makes an endpoint without the fault: a loop that refuses everything,
or has no such call, keeps no promise by that.
"""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.datagrams import expect_endpoint, expect_refusal, udp
from ..support.listeners import IPV4, IPV6
from ..support.machine import needs_ipv6
from ..support.requirement import requirement

API = "loop.create_datagram_endpoint"


@requirement(
    "datagrams.args.no_address_no_family_is_valueerror",
    api=API,
    level="documented",
    since="3.11",
)
async def test_neither_address_nor_family_is_a_valueerror(loop: AbstractEventLoop) -> None:
    """No addresses, no family and no sock is a ValueError.

    If this fails, look for a family that is IPv4 when nobody said so.
    """
    await expect_endpoint(loop, local_addr=(IPV4, 0))  # a family alone is a promise of its own

    await expect_refusal(loop, ValueError)


@requirement("datagrams.args.stream_sock_is_valueerror", api=API, level="documented", since="3.11")
async def test_a_stream_socket_is_a_valueerror(loop: AbstractEventLoop) -> None:
    """A stream socket is a ValueError.

    If this fails, look for a socket whose type nobody asks for.
    """
    with udp() as sock:
        await expect_endpoint(loop, sock=sock)

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
        await expect_refusal(loop, ValueError, sock=stream)


@requirement(
    "datagrams.args.sock_with_local_addr_is_valueerror",
    api=API,
    level="documented",
    since="3.11",
)
async def test_sock_with_local_addr_is_a_valueerror(loop: AbstractEventLoop) -> None:
    """The argument sock excludes local_addr.

    If this fails, look for a sock that wins in silence.
    """
    await _expect_excluded(loop, local_addr=(IPV4, 0))


@requirement(
    "datagrams.args.sock_with_remote_addr_is_valueerror",
    api=API,
    level="documented",
    since="3.11",
)
async def test_sock_with_remote_addr_is_a_valueerror(loop: AbstractEventLoop) -> None:
    """The argument sock excludes remote_addr.

    If this fails, look for a sock that wins in silence, or that is connected afterwards.
    """
    with udp() as peer:
        await _expect_excluded(loop, remote_addr=peer.getsockname())


@requirement(
    "datagrams.args.sock_with_options_is_valueerror", api=API, level="implied", since="3.11"
)
@pytest.mark.parametrize("option", ["allow_broadcast", "reuse_port"])
async def test_sock_with_options_is_a_valueerror(loop: AbstractEventLoop, option: str) -> None:
    """The argument sock excludes socket options such as allow_broadcast.

    If this fails, look for options that are set on the caller's socket, or forgotten.
    """
    await _expect_excluded(loop, {"local_addr": (IPV4, 0)}, **{option: True})


@requirement(
    "datagrams.args.sock_with_family_is_valueerror", api=API, level="implied", since="3.11"
)
async def test_sock_with_family_is_a_valueerror(loop: AbstractEventLoop) -> None:
    """The argument sock excludes family; here it is not even the socket's own.

    If this fails, look for a family that is ignored beside a socket.
    """
    needs_ipv6()
    await _expect_excluded(loop, {"local_addr": (IPV6, 0)}, family=socket.AF_INET6)


@requirement(
    "datagrams.args.address_not_a_pair_is_typeerror", api=API, level="implied", since="3.11"
)
@pytest.mark.parametrize("address", ["127.0.0.1", "ab"], ids=["host", "two_characters"])
@pytest.mark.parametrize("which", ["local_addr", "remote_addr"])
async def test_an_address_that_is_no_pair_is_a_typeerror(
    loop: AbstractEventLoop, which: str, address: str
) -> None:
    """An address that is no two-tuple is a TypeError.

    If this fails, look for an address that is taken apart, character by character, before
    anybody looks what it is.
    """
    await _expect_typeerror(loop, which, address)


@requirement("datagrams.args.three_tuple_is_typeerror", api=API, level="implied", since="3.11")
@pytest.mark.parametrize("which", ["local_addr", "remote_addr"])
async def test_a_three_tuple_is_a_typeerror(loop: AbstractEventLoop, which: str) -> None:
    """A three-tuple is a TypeError.

    If this fails, look for an address of which only the first two items are read.
    """
    await _expect_typeerror(loop, which, (IPV4, 0 if which == "local_addr" else 1, 0))


@requirement(
    "datagrams.args.families_that_do_not_match_is_valueerror",
    api=API,
    level="implied",
    since="3.11",
)
async def test_addresses_of_two_families_are_refused(loop: AbstractEventLoop) -> None:
    """Local and remote addresses without a common family are an error.

    If this fails, look for one of the two that is forgotten. The manual names no exception:
    asyncio raises ValueError, and what a resolver or the system says will do as well.
    """
    await expect_endpoint(loop, local_addr=(IPV4, 0), remote_addr=(IPV4, 1))

    error = await expect_refusal(loop, Exception, local_addr=(IPV4, 0), remote_addr=(IPV6, 1))

    assert isinstance(error, (ValueError, OSError)), (
        f"create_datagram_endpoint() with an IPv4 local_addr and an IPv6 remote_addr raised "
        f"{error!r}; expected ValueError or OSError"
    )


@requirement("datagrams.args.reuse_address_is_typeerror", api=API, level="implied", since="3.11")
async def test_reuse_address_is_a_typeerror(loop: AbstractEventLoop) -> None:
    """reuse_address no longer exists: TypeError.

    If this fails, look for a keyword that asyncio withdrew in Python 3.11, as it let others
    take datagrams away; or for **kwargs.
    """
    await expect_endpoint(loop, local_addr=(IPV4, 0))

    await expect_refusal(loop, TypeError, local_addr=(IPV4, 0), reuse_address=True)


async def _expect_excluded(
    loop: AbstractEventLoop, beside: dict[str, Any] | None = None, **other: Any
) -> None:
    """Expect ValueError for a socket together with another argument, and for no less.

    `beside` is what the other one needs to make an endpoint without the socket.
    """
    with udp() as sock:
        await expect_endpoint(loop, sock=sock)
    await expect_endpoint(loop, **(beside or {}), **other)

    with udp() as sock:
        await expect_refusal(loop, ValueError, sock=sock, **other)


async def _expect_typeerror(loop: AbstractEventLoop, which: str, address: Any) -> None:
    """Expect TypeError for an address, and not for a pair."""
    await expect_endpoint(loop, **{which: (IPV4, 0 if which == "local_addr" else 1)})

    await expect_refusal(loop, TypeError, **{which: address})
