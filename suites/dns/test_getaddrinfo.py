"""getaddrinfo(): what it answers."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.requirement import requirement
from .asking import answer, expect_answers, ports_of, refusal

API = "loop.getaddrinfo"
ITEMS = (int, int, int, str, tuple)
"""The types of the five items of an answer."""
SERVICES = ("http", "https", "domain", "ssh", "smtp", "ntp", "postgresql")
"""Names of services, one of which most machines know."""


@requirement("dns.getaddrinfo.matches_socket_module", api=API, level="documented", since="3.11")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
async def test_the_answer_is_that_of_the_socket_module(loop: AbstractEventLoop, host: str) -> None:
    """Results equal those of socket.getaddrinfo for the same arguments.

    If this fails, look for answers that are sorted, merged or filtered on their way.
    """
    answers = await answer(loop.getaddrinfo(host, 80), f"getaddrinfo({host!r}, 80)")

    expected = socket.getaddrinfo(host, 80)
    assert list(answers) == expected, (
        f"getaddrinfo({host!r}, 80) answered {answers}; expected, as of the socket module, "
        f"{expected}"
    )


@requirement("dns.getaddrinfo.result_shape", api=API, level="documented", since="3.11")
async def test_the_answer_is_a_list_of_five_item_tuples(loop: AbstractEventLoop) -> None:
    """The result is a list of five-item tuples: three integers, a name and an address.

    If this fails, look for a resolver below whose answer is handed on, or for an iterator.
    Plain numbers are integers as well; the manual says no more of the first three.
    """
    call = loop.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)
    answers: Any = await answer(call, "getaddrinfo('127.0.0.1', 80)")

    assert isinstance(answers, list), (
        f"getaddrinfo() answered a {type(answers).__name__}, {answers!r}; expected a list"
    )
    shapes = [(type(info), len(info)) for info in answers]
    assert shapes and set(shapes) == {(tuple, 5)}, (  # noqa: PT018 - no answer has no shape
        f"getaddrinfo('127.0.0.1', 80) answered {answers}; expected tuples of five items"
    )
    kinds = [isinstance(item, kind) for item, kind in zip(answers[0], ITEMS, strict=True)]
    assert all(kinds), (
        f"an answer of getaddrinfo('127.0.0.1', 80) is {answers[0]}; expected three integers, a "
        "name and an address"
    )


@requirement("dns.getaddrinfo.type_filter", api=API, level="documented", since="3.11")
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM], ids=["stream", "dgram"])
async def test_type_selects_the_socket_type(loop: AbstractEventLoop, kind: int) -> None:
    """The keyword type selects the socket type.

    If this fails, look for a keyword that does not reach the resolver.
    """
    call = loop.getaddrinfo("127.0.0.1", 80, type=kind)
    answers = await answer(call, f"getaddrinfo(host, 80, type={kind!r})")

    kinds = {info[1] for info in answers}
    assert kinds == {kind}, (
        f"getaddrinfo(host, 80, type={kind!r}) answered for the types {kinds}; expected that one"
    )


@requirement("dns.getaddrinfo.family_filter", api=API, level="documented", since="3.11")
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=["ipv4", "ipv6"])
async def test_family_selects_the_family(loop: AbstractEventLoop, family: int) -> None:
    """The keyword family selects the family.

    If this fails, look for a keyword that does not reach the resolver.
    """
    call = loop.getaddrinfo(None, 80, family=family)
    answers = await answer(call, f"getaddrinfo(None, 80, family={family!r})")

    families = {info[0] for info in answers}
    assert families == {family}, (
        f"getaddrinfo(None, 80, family={family!r}) answered for the families {families}; "
        "expected that one"
    )


@requirement("dns.getaddrinfo.proto_filter", api=API, level="documented", since="3.11")
async def test_proto_selects_the_protocol(loop: AbstractEventLoop) -> None:
    """The keyword proto selects the protocol.

    If this fails, look for a keyword that does not reach the resolver.
    """
    call = loop.getaddrinfo("127.0.0.1", 80, proto=socket.IPPROTO_UDP)
    answers = await answer(call, "getaddrinfo(host, 80, proto=IPPROTO_UDP)")

    protocols = {info[2] for info in answers}
    assert protocols == {socket.IPPROTO_UDP}, (
        f"getaddrinfo(host, 80, proto=IPPROTO_UDP) answered for the protocols {protocols}; "
        f"expected {int(socket.IPPROTO_UDP)} alone"
    )


@requirement("dns.getaddrinfo.flags", api=API, level="documented", since="3.11")
@pytest.mark.parametrize("flag", ["AI_PASSIVE", "AI_CANONNAME"])
async def test_flags_are_passed_on(loop: AbstractEventLoop, flag: str) -> None:
    """AI_PASSIVE changes the addresses for host None, AI_CANONNAME fills the name.

    If this fails, look for flags that do not reach the resolver, or that a short cut for
    numeric hosts does not look at.
    """
    arguments = (None if flag == "AI_PASSIVE" else "127.0.0.1", 80, socket.AF_INET)
    given = {"family": socket.AF_INET, "flags": getattr(socket, flag)}
    call = loop.getaddrinfo(*arguments[:2], **given)
    answers = await answer(call, f"getaddrinfo(..., flags={flag})")

    expected = socket.getaddrinfo(*arguments, flags=given["flags"])
    told = [(info[3], info[4][0]) for info in answers]
    assert told == [(info[3], info[4][0]) for info in expected], (
        f"getaddrinfo({arguments[0]!r}, 80, flags={flag}) answered the names and addresses "
        f"{told}; expected, as of the socket module, {expected}"
    )


@requirement("dns.getaddrinfo.none_host_and_port", api=API, level="documented", since="3.11")
@pytest.mark.parametrize(
    ("host", "port"), [(None, 80), ("127.0.0.1", None)], ids=["no_host", "no_port"]
)
async def test_host_and_port_may_be_none(
    loop: AbstractEventLoop, host: str | None, port: int | None
) -> None:
    """The host and the port may be None.

    If this fails, look for arguments that are made text first: a host named 'None' is
    nobody's.
    """
    answers = await answer(loop.getaddrinfo(host, port), f"getaddrinfo({host!r}, {port!r})")

    expected = sorted({info[4] for info in socket.getaddrinfo(host, port)})
    addresses = sorted({info[4] for info in answers})
    assert addresses == expected, (
        f"getaddrinfo({host!r}, {port!r}) answered {addresses}; expected {expected}"
    )


@requirement("dns.getaddrinfo.port_forms", api=API, level="documented", since="3.11")
@pytest.mark.parametrize("form", ["int", "str", "bytes", "service"])
async def test_a_port_has_several_forms(loop: AbstractEventLoop, form: str) -> None:
    """The port may be int, decimal str or bytes, or a service name.

    If this fails, look for int(port), or for a port that only numbers may be.
    """
    forms: dict[str, Any] = {"int": 80, "str": "80", "bytes": b"80"}
    if form == "service":
        name, number = _known_service()
        forms["service"] = name
    else:
        number = 80
    port = forms[form]
    call = loop.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)
    answers = await answer(call, f"getaddrinfo('127.0.0.1', {port!r})")

    assert ports_of(answers) == [number], (
        f"getaddrinfo('127.0.0.1', {port!r}) answered the ports {ports_of(answers)}; "
        f"expected {number}"
    )


@requirement("dns.getaddrinfo.bytes_host", api=API, level="documented", since="3.11")
@pytest.mark.parametrize("host", [b"127.0.0.1", b"localhost"], ids=["numeric", "name"])
async def test_a_host_may_be_bytes(loop: AbstractEventLoop, host: bytes) -> None:
    """The host may be bytes.

    If this fails, look for encode('idna') on whatever was given, or for a cache or a parser
    that knows text alone.
    """
    answers = await answer(loop.getaddrinfo(host, 80), f"getaddrinfo({host!r}, 80)")

    expected = sorted({info[4] for info in socket.getaddrinfo(host, 80)})
    addresses = sorted({info[4] for info in answers})
    assert addresses == expected, (
        f"getaddrinfo({host!r}, 80) answered {addresses}; expected {expected}"
    )


@requirement("dns.getaddrinfo.failure_is_gaierror", api=API, level="documented", since="3.11")
async def test_a_failure_is_a_gaierror_with_its_errno(loop: AbstractEventLoop) -> None:
    """Failure is socket.gaierror with its errno.

    If this fails, look for errors of the resolver that are made anew as OSError, or whose
    number is not that of socket's EAI constants.
    """
    flags = socket.AI_NUMERICHOST  # so that nobody is asked
    doing = "getaddrinfo('localhost', 80, flags=AI_NUMERICHOST)"
    await expect_answers(loop)

    error = await refusal(
        socket.gaierror, doing, lambda: loop.getaddrinfo("localhost", 80, flags=flags)
    )

    assert error.errno == socket.EAI_NONAME, (
        f"{doing} raised {error!r} with errno {error.errno}; "
        f"expected EAI_NONAME ({int(socket.EAI_NONAME)})"
    )


@requirement("dns.getaddrinfo.options_are_keyword_only", api=API, level="documented", since="3.11")
async def test_options_are_keywords(loop: AbstractEventLoop) -> None:
    """Only host and port are positional.

    If this fails, look for the signature of socket.getaddrinfo(), where all are.
    """
    getaddrinfo: Any = loop.getaddrinfo
    call = loop.getaddrinfo("127.0.0.1", 80, family=socket.AF_INET)
    await answer(call, "getaddrinfo(host, port, family=AF_INET)")

    await refusal(
        TypeError,
        "getaddrinfo(host, port, AF_INET), without the keyword,",
        lambda: getaddrinfo("127.0.0.1", 80, socket.AF_INET),
    )


def _known_service() -> tuple[str, int]:
    """The name and port of a service that this machine knows."""
    for name in SERVICES:
        try:
            return name, socket.getservbyname(name, "tcp")
        except OSError:
            continue
    raise AssertionError(
        f"this machine knows none of the services {SERVICES} by name; expected one to judge with"
    )
