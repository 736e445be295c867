"""sendfile(): transports, files and numbers that it refuses."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from contextlib import AsyncExitStack
from typing import Any

import pytest

from ..support.datagrams import endpoint
from ..support.expect import not_observable
from ..support.files import BAD_NUMBERS, NUMBERS, TEXT, connection, file_of, text_file
from ..support.plain_sockets import error_of, result_of
from ..support.requirement import requirement
from ..support.turns import turns

API = "loop.sendfile"
CONTROL = "sendfile() with everything in order"


@requirement("sendfile.transport.closing_is_runtimeerror", api=API, level="implied", since="3.11")
async def test_a_closing_transport_is_refused(loop: AbstractEventLoop) -> None:
    """A transport that is closing is refused; asyncio's error is RuntimeError.

    The manual names no class. If this fails, look for a transfer that waits for a
    transport which will never be writable again.
    """
    async with connection(loop) as link:
        with file_of(TEXT) as file:
            await result_of(loop.sendfile(link.transport, file), CONTROL, "it to succeed")
            link.transport.close()
            file.seek(0)
            doing = "sendfile() on a closing transport"
            await error_of(lambda: loop.sendfile(link.transport, file), Exception, doing)
        await turns()


@requirement(
    "sendfile.transport.unsupported_is_runtimeerror", api=API, level="implied", since="3.11"
)
async def test_other_transports_are_refused(loop: AbstractEventLoop) -> None:
    """A transport of a kind that can't send files, such as a datagram one, is refused.

    The manual names no class; asyncio's is RuntimeError. If this fails, look for a loop
    that says to have sent what no transport took.
    """

    async def attempt(transport: Any) -> None:
        file.seek(0)
        try:
            await loop.sendfile(transport, file)
        except NotImplementedError as error:  # a RuntimeError, and not missing: see the control
            raise RuntimeError("not implemented") from error

    async with connection(loop) as link, AsyncExitStack() as stack:
        file = stack.enter_context(file_of(TEXT))
        await result_of(loop.sendfile(link.transport, file), CONTROL, "it to succeed")
        try:
            transport, _ = await stack.enter_async_context(endpoint(loop))
        except NotImplementedError:
            not_observable("the loop has no datagram transports")
        doing = "sendfile() on a datagram transport"
        await error_of(attempt(transport), Exception, doing)


@requirement(
    "sendfile.transport.text_file_is_valueerror", api=API, level="documented", since="3.11"
)
async def test_a_text_file_is_refused(loop: AbstractEventLoop) -> None:
    """A file that is open in text mode is refused: asyncio's error is ValueError.

    The manual asks for binary mode and names no class. If this fails, look for a transfer by
    descriptor that does not look at the file.
    """
    async with connection(loop) as link:
        with file_of(TEXT) as file, text_file() as text:
            await result_of(loop.sendfile(link.transport, file), CONTROL, "it to succeed")
            doing = "sendfile() of a file in text mode"
            await error_of(lambda: loop.sendfile(link.transport, text), Exception, doing)


@requirement("sendfile.transport.bad_offset_and_count", api=API, level="implied", since="3.11")
@pytest.mark.parametrize("numbers", BAD_NUMBERS, ids=NUMBERS)
async def test_senseless_numbers_are_refused(
    loop: AbstractEventLoop, numbers: dict[str, Any]
) -> None:
    """A negative offset or count is refused, and so is what is no integer.

    The manual names no class; asyncio's are ValueError and TypeError. If this fails, look
    for numbers that are clamped or converted.
    """
    shown = ", ".join(f"{name}={value!r}" for name, value in numbers.items())
    async with connection(loop) as link:
        with file_of(TEXT) as file:
            call = loop.sendfile(link.transport, file, offset=1, count=1)
            await result_of(call, "sendfile(offset=1, count=1)", "it to succeed")
            await error_of(
                lambda: loop.sendfile(link.transport, file, **numbers),
                Exception,
                f"sendfile({shown})",
            )


@requirement(
    "sendfile.signature.fallback_is_keyword_only", api=API, level="documented", since="3.11"
)
async def test_fallback_is_given_by_keyword_only(loop: AbstractEventLoop) -> None:
    """The fallback argument is accepted by keyword only.

    If this fails, look for a signature without the asterisk before fallback.
    """
    sendfile: Any = loop.sendfile  # its types refuse a fifth positional argument
    async with connection(loop) as link:
        with file_of(TEXT) as file:
            call = sendfile(link.transport, file, 0, None, fallback=True)
            await result_of(call, "sendfile(transport, file, 0, None, fallback=True)", "success")

            async def attempt() -> object:
                result: object = await sendfile(link.transport, file, 0, None, True)
                return result

            await error_of(attempt(), TypeError, "sendfile() with a fifth positional argument")
