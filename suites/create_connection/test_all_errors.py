"""create_connection(all_errors=True): every failed attempt in one ExceptionGroup.

The keyword came with Python 3.12, after the stubs' oldest version: hence ALL_ERRORS.
"""

from __future__ import annotations

import errno
import socket
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from ..support.certificates import client_context, server_context
from ..support.connecting import opened
from ..support.conversations import read_all
from ..support.expect import expect_raises, not_observable
from ..support.listeners import (
    BOTH_LOOPBACKS,
    IPV4,
    bound,
    bound_on_both,
    in_resolver_order,
    listening,
    port_of,
    take_connection,
)
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.resolver import NAME, address_of, interposed
from ..support.sockets import expect_connection, expect_tls_connection
from ..support.tls_peers import tls_server

ALL_ERRORS: dict[str, Any] = {"all_errors": True}


@asynccontextmanager
async def both_loopbacks_refusing(_loop: AbstractEventLoop) -> AsyncIterator[tuple[Any, int]]:
    """A host and port that resolve to two addresses with, likely, different messages."""
    with bound_on_both() as (refusing, _):
        yield BOTH_LOOPBACKS, port_of(refusing)


@asynccontextmanager
async def one_address_twice(loop: AbstractEventLoop) -> AsyncIterator[tuple[Any, int]]:
    """A host and port that resolve to two addresses with equal messages."""
    with bound() as refusing:
        async with interposed(loop, [address_of(refusing)] * 2):
            yield NAME, port_of(refusing)


async def expect_keyword(loop: AbstractEventLoop, **arguments: Any) -> None:
    """Connect with all_errors=True: a loop without the keyword fails here as missing it."""
    with listening(IPV4) as listener:
        await expect_connection(loop, *listener.getsockname(), **ALL_ERRORS, **arguments)


Refusing = Callable[[AbstractEventLoop], AbstractAsyncContextManager[tuple[Any, int]]]


@requirement(
    "create_connection.all_errors.raises_group",
    api="loop.create_connection",
    level="documented",
    since="3.12",
)
@pytest.mark.parametrize("refusing", [both_loopbacks_refusing, one_address_twice])
async def test_a_failed_connect_raises_a_group_of_all_errors(
    loop: AbstractEventLoop, refusing: Refusing
) -> None:
    """A failed connect raises an ExceptionGroup with one exception for each address tried.

    If this fails, look for a keyword that is accepted and never read, or for errors
    that are thrown together where their messages are equal.
    """
    await expect_keyword(loop)
    async with refusing(loop) as address:
        doing = "create_connection(all_errors=True), two addresses refusing,"

        with expect_raises(ExceptionGroup, doing) as caught:
            await loop.create_connection(Recorder, *address, **ALL_ERRORS)

    kinds = [type(error).__name__ for error in caught.error.exceptions]
    assert kinds == ["ConnectionRefusedError"] * 2, (
        f"{doing} raised a group of {kinds}; expected a ConnectionRefusedError for each address"
    )


@requirement(
    "create_connection.all_errors.single_failure_is_still_a_group",
    api="loop.create_connection",
    level="documented",
    since="3.12",
)
async def test_a_single_failure_is_a_group_too(loop: AbstractEventLoop) -> None:
    """all_errors=True gives an ExceptionGroup even when only one address was tried.

    If this fails, look for a single error that is taken out of its list and raised.
    """
    await expect_keyword(loop)
    with bound() as refusing:
        doing = "create_connection(all_errors=True), its one address refusing,"

        with expect_raises(ExceptionGroup, doing) as caught:
            await loop.create_connection(Recorder, *refusing.getsockname(), **ALL_ERRORS)

    assert len(caught.error.exceptions) == 1, (
        f"{doing} raised a group of {caught.error.exceptions}; expected one exception"
    )


@requirement(
    "create_connection.all_errors.keeps_attempt_order",
    api="loop.create_connection",
    level="implied",
    since="3.12",
)
async def test_the_group_is_in_the_order_of_the_attempts(loop: AbstractEventLoop) -> None:
    """The group's members are in the order in which the addresses were tried.

    If this fails, look for errors that are put at the front of their list, or that
    are kept by address.
    """
    texts = []
    await expect_keyword(loop)
    with bound_on_both() as pair:
        for refusing in await in_resolver_order(loop, pair):
            host, port = refusing.getsockname()[:2]
            with expect_raises(OSError, f"create_connection(host={host!r}), refused,") as alone:
                await loop.create_connection(Recorder, host, port)
            texts.append(str(alone.error))
        if texts[0] == texts[1]:
            not_observable("this loop's messages for refusals by 127.0.0.1 and ::1 are the same")

        doing = "create_connection(host=None, all_errors=True), both addresses refusing,"
        with expect_raises(ExceptionGroup, doing) as caught:
            await loop.create_connection(Recorder, BOTH_LOOPBACKS, port, **ALL_ERRORS)

    members = [str(error) for error in caught.error.exceptions]
    assert members == texts, (
        f"{doing} raised a group of {members}; expected the order of the attempts, {texts}"
    )


@requirement(
    "create_connection.all_errors.no_effect_on_success",
    api="loop.create_connection",
    level="documented",
    since="3.12",
)
async def test_failures_before_a_success_are_dropped(loop: AbstractEventLoop) -> None:
    """When some address connects, all_errors does not matter and earlier failures are dropped.

    If this fails, look for collected errors that are raised whenever there are any.
    """
    with bound_on_both() as pair:
        _, second = await in_resolver_order(loop, pair)
        second.listen()

        call = loop.create_connection(Recorder, BOTH_LOOPBACKS, port_of(second), **ALL_ERRORS)
        async with opened(call, "create_connection(all_errors=True), second address listening,"):
            take_connection(second).close()


@requirement(
    "create_connection.all_errors.argument_errors_stay_bare",
    api="loop.create_connection",
    level="implied",
    since="3.12",
)
async def test_an_argument_error_is_no_group(loop: AbstractEventLoop) -> None:
    """A wrong combination of arguments is a ValueError, also with all_errors=True.

    If this fails, look for a group that is made of whatever was raised.
    """
    await expect_keyword(loop)
    with listening() as listener, bound() as sock:
        address = listener.getsockname()

        with expect_raises(ValueError, "create_connection(host, port, sock=, all_errors=True)"):
            await loop.create_connection(Recorder, *address, sock=sock, **ALL_ERRORS)


@requirement(
    "create_connection.all_errors.resolver_failure_stays_bare",
    api="loop.create_connection",
    level="implied",
    since="3.12",
)
async def test_a_failed_resolution_is_no_group(loop: AbstractEventLoop) -> None:
    """A failed resolution is a gaierror, also with all_errors=True: nothing was attempted.

    If this fails, look for a group that is made of whatever was raised.
    """
    doing = "create_connection('localhost', flags=AI_NUMERICHOST, all_errors=True)"
    flags = socket.AI_NUMERICHOST  # so that nobody is asked

    await expect_keyword(loop, flags=flags)

    with expect_raises(socket.gaierror, doing):
        await loop.create_connection(Recorder, "localhost", 80, flags=flags, **ALL_ERRORS)


@requirement(
    "create_connection.all_errors.includes_bind_failures",
    api="loop.create_connection",
    level="implied",
    since="3.12",
)
async def test_a_failed_bind_is_in_the_group(loop: AbstractEventLoop) -> None:
    """A failure to bind local_addr is a member of the group, with its errno.

    If this fails, look for errors that are collected around the connect only.
    """
    await expect_keyword(loop, local_addr=(IPV4, 0))
    with listening() as listener, listening() as taken:
        doing = "create_connection(local_addr=, all_errors=True), the local address taken,"
        address, local = listener.getsockname(), taken.getsockname()

        with expect_raises(ExceptionGroup, doing) as caught:
            await loop.create_connection(Recorder, *address, local_addr=local, **ALL_ERRORS)

    numbers = [getattr(error, "errno", None) for error in caught.error.exceptions]
    assert errno.EADDRINUSE in numbers, (
        f"{doing} raised a group with the errnos {numbers}; "
        f"expected EADDRINUSE ({errno.EADDRINUSE}) among them"
    )


@requirement(
    "create_connection.all_errors.group_with_handshake_failure_is_bare",
    api="loop.create_connection",
    level="implied",
    since="3.12",
)
async def test_a_failed_handshake_is_no_group(loop: AbstractEventLoop) -> None:
    """A TLS failure after the connect is raised itself, also with all_errors=True.

    If this fails, look for a group that is made of whatever was raised.
    """
    await expect_tls_connection(loop, **ALL_ERRORS)
    with tls_server(server_context(IPV4, by_stranger=True), read_all) as server:
        doing = "create_connection(ssl=, all_errors=True) to an untrusted server"
        options = {"ssl": client_context(), **ALL_ERRORS}

        with expect_raises(Exception, doing) as caught:
            await loop.create_connection(Recorder, server.host, server.port, **options)

    assert not isinstance(caught.error, BaseExceptionGroup), (
        f"{doing} raised {caught.error!r}; expected the handshake's error itself, in no group"
    )
