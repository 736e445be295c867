"""create_connection(): which arguments it takes, and what the bare call does."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.connecting import opened
from ..support.expect import expect_raises
from ..support.listeners import is_untouched, listening, take_connection
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import expect_connection
from ..support.turns import turns

DEFAULTS: dict[str, Any] = {
    "ssl": None,
    "family": 0,
    "proto": 0,
    "flags": 0,
    "sock": None,
    "local_addr": None,
    "server_hostname": None,
    "ssl_handshake_timeout": None,
    "ssl_shutdown_timeout": None,
    "happy_eyeballs_delay": None,
    "interleave": None,
}


@requirement(
    "create_connection.signature.accepts_all_parameters",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("keyword", DEFAULTS)
async def test_every_keyword_at_its_default_changes_nothing(
    loop: AbstractEventLoop, keyword: str
) -> None:
    """Each documented keyword is understood, and given its default it changes nothing.

    If this fails, look at the method's signature, and for code that takes a keyword
    that is None for one that was given.
    """
    with listening() as listener:
        host, port = listener.getsockname()
        option = {keyword: DEFAULTS[keyword]}

        call = loop.create_connection(Recorder, host, port, **option)
        doing = f"create_connection(factory, host, port, {keyword}={option[keyword]})"
        async with opened(call, doing):
            take_connection(listener).close()


@requirement(
    "create_connection.signature.accepts_all_errors",
    api="loop.create_connection",
    level="documented",
    since="3.12",
)
@pytest.mark.parametrize("all_errors", [False, True])
async def test_all_errors_changes_nothing_for_a_connect_that_succeeds(
    loop: AbstractEventLoop, all_errors: bool
) -> None:
    """The keyword all_errors exists, and a connect that succeeds returns the same pair.

    If this fails, look at the method's signature, and for a result that is built
    differently when errors are collected.
    """
    with listening() as listener:
        host, port = listener.getsockname()
        option: dict[str, Any] = {"all_errors": all_errors}

        call = loop.create_connection(Recorder, host, port, **option)
        doing = f"create_connection(factory, host, port, all_errors={all_errors})"
        async with opened(call, doing):
            take_connection(listener).close()


@requirement(
    "create_connection.signature.options_are_keyword_only",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_fourth_positional_argument_is_refused(loop: AbstractEventLoop) -> None:
    """Only factory, host and port can be given by position; a fourth is a TypeError.

    If this fails, look for a missing asterisk after port in the method's signature.
    """
    with listening() as listener:
        positional: tuple[Any, ...] = (Recorder, *listener.getsockname())
        one_more: Any = (*positional, None)

        with expect_raises(TypeError, "create_connection(factory, host, port, None)"):
            await loop.create_connection(*one_more)

        async with opened(
            loop.create_connection(*positional), "create_connection(factory, host, port)"
        ):
            take_connection(listener).close()


@requirement(
    "create_connection.signature.host_and_port_by_keyword",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_factory_host_and_port_can_be_named(loop: AbstractEventLoop) -> None:
    """The parameters protocol_factory, host and port can be given by these names.

    If this fails, look for parameters that have other names or are positional-only.
    """
    with listening() as listener:
        host, port = listener.getsockname()

        call = loop.create_connection(protocol_factory=Recorder, host=host, port=port)
        async with opened(call, "create_connection(protocol_factory=, host=, port=)"):
            take_connection(listener).close()


@requirement(
    "create_connection.signature.unknown_keyword_is_typeerror",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("keyword", ["loop", "reuse_address"])
async def test_a_keyword_outside_the_signature_is_refused(
    loop: AbstractEventLoop, keyword: str
) -> None:
    """A keyword outside the signature is refused with TypeError before anything connects.

    If this fails, look for a **kwargs that swallows what nobody reads.
    """
    with listening() as listener:
        address = listener.getsockname()
        unknown: dict[str, Any] = {keyword: {"loop": loop, "reuse_address": True}[keyword]}

        with expect_raises(TypeError, f"create_connection(factory, host, port, {keyword}=)"):
            await loop.create_connection(Recorder, *address, **unknown)
        untouched = is_untouched(listener)
        async with opened(
            loop.create_connection(Recorder, *address), "create_connection(factory, host, port)"
        ):
            pass

        assert untouched, (
            f"create_connection(factory, host, port, {keyword}=) connected before it raised "
            "TypeError; expected no connection"
        )


@requirement(
    "create_connection.signature.call_returns_inert_coroutine",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_nothing_starts_before_the_call_is_awaited(loop: AbstractEventLoop) -> None:
    """The call only builds a coroutine; connecting and the factory start when it is awaited.

    If this fails, look for a method that is no coroutine function and returns a task
    that it has already started.
    """
    made: list[Recorder] = []

    def factory() -> Recorder:
        made.append(Recorder())
        return made[-1]

    with listening() as listener:
        call = loop.create_connection(factory, *listener.getsockname())
        await turns()
        made_before, untouched_before = len(made), is_untouched(listener)
        async with opened(call, "create_connection(), awaited some turns after the call,"):
            take_connection(listener).close()

        assert untouched_before, (
            "create_connection() connected although the call was not yet awaited; "
            "expected it to start when awaited"
        )
        assert made_before == 0, (
            f"create_connection() called the factory {made_before} times although the call was "
            "not yet awaited; expected it to start when awaited"
        )


@requirement(
    "create_connection.signature.argument_errors_surface_on_await",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_wrong_arguments_are_reported_when_awaited(loop: AbstractEventLoop) -> None:
    """A wrong combination of arguments is reported by the awaited call, not the bare one.

    If this fails, look for a plain function that validates and then returns a
    coroutine; callers that pass the call on to create_task() or gather() rely on this.
    """
    try:
        call = loop.create_connection(Recorder)
    except ValueError as error:
        raise AssertionError(
            f"the bare call create_connection(factory) raised {error!r}; "
            "expected the error when it is awaited"
        ) from error

    with expect_raises(ValueError, "awaiting create_connection(factory)"):
        await call

    with listening() as listener:
        await expect_connection(loop, *listener.getsockname())
