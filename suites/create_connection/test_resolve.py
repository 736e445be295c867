"""create_connection(): who resolves names, and what becomes of the answer."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop
from collections.abc import Sequence

from ..support.connecting import opened
from ..support.expect import expect_raises, not_observable
from ..support.listeners import IPV4, listening, port_of, take_connection
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.resolver import NAME, AddressInfo, Question, address_at, address_of, interposed
from ..support.sockets import expect_connection

OWN_NAME = "me.invalid"
"""Another name that nobody knows, for the local end."""


@requirement(
    "create_connection.resolve.failure_propagates_gaierror",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_failed_resolution_is_a_gaierror_with_its_errno(loop: AbstractEventLoop) -> None:
    """A failed resolution reaches the awaiter as socket.gaierror with its EAI errno.

    If this fails, look for resolver errors that are wrapped or made anew, or for a
    resolver's thread whose failure wakes nobody.
    """
    flags = socket.AI_NUMERICHOST  # so that nobody is asked

    doing = "create_connection(host='not a host', flags=AI_NUMERICHOST)"
    with expect_raises(socket.gaierror, doing) as caught:
        await loop.create_connection(Recorder, "not a host", 80, flags=flags)
    with listening(IPV4) as listener:
        await expect_connection(loop, *listener.getsockname(), flags=flags)

    assert caught.error.errno == socket.EAI_NONAME, (
        f"{doing} raised a gaierror whose errno is {caught.error.errno}; "
        f"expected EAI_NONAME ({int(socket.EAI_NONAME)})"
    )


@requirement(
    "create_connection.resolve.goes_through_loop_getaddrinfo",
    api="loop.create_connection",
    level="interop",
    since="3.11",
    libraries=["aiohttp", "anyio"],
)
async def test_names_are_resolved_by_the_loops_getaddrinfo(loop: AbstractEventLoop) -> None:
    """A host is resolved by the loop's own getaddrinfo(), which gets every argument.

    If this fails, look for a direct call of socket.getaddrinfo() or of the system's,
    or for family, type, proto or flags that are not passed on.
    """
    asked_for = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, socket.AI_ADDRCONFIG)
    family, _, proto, flags = asked_for

    with listening(IPV4) as listener:
        port = port_of(listener)
        async with interposed(loop, [address_of(listener)]) as resolver:
            if not resolver.is_settable:
                not_observable("this loop's getaddrinfo can't be set on the instance")
            call = loop.create_connection(
                Recorder, NAME, port, family=family, proto=proto, flags=flags
            )
            async with opened(call, f"create_connection(host={NAME!r}), getaddrinfo() overridden,"):
                take_connection(listener).close()

    assert resolver.door == "loop.getaddrinfo", (
        "create_connection() resolved a name by socket.getaddrinfo() although the loop's "
        "getaddrinfo() was overridden; expected the override to be asked"
    )
    of_the_name = [question for question in resolver.asked if question.host == NAME]
    assert of_the_name == [(NAME, port, *asked_for)], (
        f"create_connection() asked getaddrinfo() for {resolver.asked}; "
        f"expected one question for {(NAME, port, *asked_for)}"
    )


@requirement(
    "create_connection.resolve.empty_answer_is_oserror",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_an_empty_answer_is_an_oserror(loop: AbstractEventLoop) -> None:
    """If resolution yields no addresses the call fails with OSError.

    If this fails, look for code that reads the first address, or the last error, of
    a list that is empty.
    """
    with listening(IPV4) as listener:
        async with interposed(loop, []) as resolver:
            with expect_raises(OSError, "create_connection() with an empty answer to its host"):
                await loop.create_connection(Recorder, NAME, port_of(listener))

    assert resolver.names_asked == [NAME], (
        f"create_connection(host={NAME!r}) asked the resolver for {resolver.names_asked}; "
        "expected the host"
    )


@requirement(
    "create_connection.resolve.resolver_exception_propagates",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_an_exception_of_the_resolver_reaches_the_awaiter(loop: AbstractEventLoop) -> None:
    """An exception that an overridden resolver raises reaches the awaiter unchanged.

    If this fails, look for an except clause around the resolution that turns
    everything into OSError or RuntimeError.
    """
    error = ZeroDivisionError("raised by the resolver")

    def fail(_: Question) -> Sequence[AddressInfo]:
        raise error

    async with interposed(loop, fail):
        doing = "create_connection() with a resolver that raises ZeroDivisionError"
        with expect_raises(ZeroDivisionError, doing) as caught:
            await loop.create_connection(Recorder, NAME, 80)

    assert caught.error is error, (
        f"{doing} raised {caught.error!r}; expected the resolver's own exception"
    )


@requirement(
    "create_connection.resolve.numeric_host_skips_resolver",
    api="loop.create_connection",
    level="interop",
    since="3.11",
    libraries=["aiohttp", "anyio"],
)
async def test_a_numeric_host_and_port_need_no_resolver(loop: AbstractEventLoop) -> None:
    """A numeric host with a numeric port is connected without asking the resolver.

    If this fails, look for a missing short cut: libraries that resolve names by
    themselves pay for a second resolution, in a thread, with each connect.
    """

    def fail(question: Question) -> Sequence[AddressInfo]:
        raise OSError(f"asked for {question.host!r}")

    with listening(IPV4) as listener:
        async with interposed(loop, fail) as resolver:
            call = loop.create_connection(Recorder, *listener.getsockname())
            async with opened(call, f"create_connection(host={IPV4!r}) with a failing resolver"):
                take_connection(listener).close()

    assert resolver.asked == [], (
        f"create_connection(host={IPV4!r}) asked the resolver for {resolver.asked}; "
        "expected no question for a numeric address"
    )


@requirement(
    "create_connection.resolve.local_addr_goes_through_loop_getaddrinfo",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_local_addr_is_resolved_like_the_host(loop: AbstractEventLoop) -> None:
    """local_addr is resolved by the same resolver as the host, after it.

    If this fails, look for a local address that is bound as it was given.
    """

    def answer(question: Question) -> Sequence[AddressInfo]:
        own = question.host == OWN_NAME
        return [address_at(IPV4, 0) if own else address_of(listener)]

    with listening(IPV4) as listener:
        async with interposed(loop, answer) as resolver:
            address = (NAME, port_of(listener))
            call = loop.create_connection(Recorder, *address, local_addr=(OWN_NAME, 0))
            doing = f"create_connection(host={NAME!r}, local_addr=({OWN_NAME!r}, 0))"
            async with opened(call, f"{doing}, both names known to the resolver,"):
                take_connection(listener).close()

    assert resolver.names_asked == [NAME, OWN_NAME], (
        f"{doing} asked the resolver for {resolver.names_asked}; "
        f"expected the host and then the local host, {[NAME, OWN_NAME]}"
    )
