"""create_connection(): what is raised when no address could be connected."""

from __future__ import annotations

import errno
from asyncio import AbstractEventLoop

from ..support.expect import expect_raises, not_observable
from ..support.listeners import BOTH_LOOPBACKS, IPV4, IPV6, bound, bound_on_both, port_of
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.resolver import NAME, address_of, interposed
from ..support.sockets import expect_connection


@requirement(
    "create_connection.errors.single_address_raises_original",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_single_refused_address_is_a_connection_refused_error(
    loop: AbstractEventLoop,
) -> None:
    """With a single address its own error is raised: ConnectionRefusedError, ECONNREFUSED.

    If this fails, look for an error that is made anew without its errno, or wrapped.
    """
    with bound() as refusing:
        doing = "create_connection() to a port that refuses"

        with expect_raises(ConnectionRefusedError, doing) as caught:
            await loop.create_connection(Recorder, *refusing.getsockname())
        refusing.listen()
        await expect_connection(loop, *refusing.getsockname())

    assert caught.error.errno == errno.ECONNREFUSED, (
        f"{doing} raised {caught.error!r} with errno {caught.error.errno}; "
        f"expected ECONNREFUSED ({errno.ECONNREFUSED})"
    )


@requirement(
    "create_connection.errors.distinct_messages_are_combined",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_different_messages_are_combined_in_one_oserror(loop: AbstractEventLoop) -> None:
    """If the addresses fail with different messages, one OSError holds each message.

    If this fails, look for code that keeps only the first or the last error.
    """
    texts = []
    with bound_on_both() as (refusing, _):
        port = port_of(refusing)
        for host in (IPV4, IPV6):
            with expect_raises(OSError, f"create_connection(host={host!r}), refused,") as alone:
                await loop.create_connection(Recorder, host, port)
            texts.append(str(alone.error))
        if texts[0] == texts[1]:
            not_observable("this loop's messages for refusals by 127.0.0.1 and ::1 are the same")

        doing = "create_connection(host=None), both addresses refusing,"
        with expect_raises(OSError, doing) as caught:
            await loop.create_connection(Recorder, BOTH_LOOPBACKS, port)

    lacking = [text for text in texts if text not in str(caught.error)]
    assert not lacking, (
        f"{doing} raised {str(caught.error)!r}, which lacks {lacking}; "
        "expected the message of each address"
    )


@requirement(
    "create_connection.errors.identical_messages_raise_first",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_equal_messages_raise_the_first_error(loop: AbstractEventLoop) -> None:
    """If all errors read the same, the first of them is raised as it is.

    If this fails, look for errors that are combined although there is nothing to add.
    """
    with bound() as refusing:
        with expect_raises(ConnectionRefusedError, "create_connection() to one address") as alone:
            await loop.create_connection(Recorder, *refusing.getsockname())

        async with interposed(loop, [address_of(refusing)] * 2):
            doing = "create_connection() with an answer that has one refusing address twice"
            with expect_raises(ConnectionRefusedError, doing) as caught:
                await loop.create_connection(Recorder, NAME, port_of(refusing))

    assert str(caught.error) == str(alone.error), (
        f"{doing} raised {str(caught.error)!r}; expected the message of one attempt, "
        f"{str(alone.error)!r}"
    )


@requirement(
    "create_connection.errors.default_is_not_a_group",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_failure_is_no_group_unless_asked_for(loop: AbstractEventLoop) -> None:
    """Without all_errors a failure is an OSError, never an exception group.

    If this fails, look for errors that are always raised together.
    """
    with bound_on_both() as (refusing, _):
        doing = "create_connection(host=None) without all_errors, both addresses refusing,"

        with expect_raises(OSError, doing):
            await loop.create_connection(Recorder, BOTH_LOOPBACKS, port_of(refusing))
        refusing.listen()
        await expect_connection(loop, BOTH_LOOPBACKS, port_of(refusing))
