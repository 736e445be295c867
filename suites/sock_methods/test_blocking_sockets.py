"""Blocking sockets, which the sock_*() methods refuse in debug mode.

The manual says that the socket must be non-blocking, and not what becomes of one that is
not: the ValueError is asyncio's own help for those who forget.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.plain_sockets import DOC, READY, error_of, expect_accepted
from ..support.requirement import requirement

API = "loop.sock_*"
LIMIT = 0.05
"""Seconds, the socket's own time-out: it is blocking, and yet no loop hangs in it."""


@requirement(
    "sock_methods.blocking_socket.recv_is_valueerror_in_debug",
    api=API,
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
    doc=DOC,
)
async def test_sock_recv_refuses_a_blocking_socket(loop: AbstractEventLoop) -> None:
    """In debug mode sock_recv() on a blocking socket is a ValueError.

    If this fails, look for a call that uses sockets as they come, or that sets the
    caller's socket non-blocking.
    """
    await expect_blocking_refused(loop, "sock_recv")


@requirement(
    "sock_methods.blocking_socket.recv_into_is_valueerror_in_debug",
    api=API,
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
    doc=DOC,
)
async def test_sock_recv_into_refuses_a_blocking_socket(loop: AbstractEventLoop) -> None:
    """In debug mode sock_recv_into() on a blocking socket is a ValueError.

    If this fails, look for a question for the blocking mode that other methods ask only.
    """
    await expect_blocking_refused(loop, "sock_recv_into")


@requirement(
    "sock_methods.blocking_socket.sendall_is_valueerror_in_debug",
    api=API,
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
    doc=DOC,
)
async def test_sock_sendall_refuses_a_blocking_socket(loop: AbstractEventLoop) -> None:
    """In debug mode sock_sendall() on a blocking socket is a ValueError.

    If this fails, look for a question for the blocking mode that other methods ask only.
    """
    await expect_blocking_refused(loop, "sock_sendall")


@requirement(
    "sock_methods.blocking_socket.connect_is_valueerror_in_debug",
    api=API,
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
    doc=DOC,
)
async def test_sock_connect_refuses_a_blocking_socket(loop: AbstractEventLoop) -> None:
    """In debug mode sock_connect() on a blocking socket is a ValueError.

    If this fails, look for a question for the blocking mode that other methods ask only.
    """
    await expect_blocking_refused(loop, "sock_connect")


@requirement(
    "sock_methods.blocking_socket.accept_is_valueerror_in_debug",
    api=API,
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
    doc=DOC,
)
async def test_sock_accept_refuses_a_blocking_socket(loop: AbstractEventLoop) -> None:
    """In debug mode sock_accept() on a blocking socket is a ValueError.

    If this fails, look for a question for the blocking mode that other methods ask only.
    """
    await expect_blocking_refused(loop, "sock_accept")


@requirement(
    "sock_methods.blocking_socket.recvfrom_is_valueerror_in_debug",
    api=API,
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
    doc=DOC,
)
async def test_sock_recvfrom_refuses_a_blocking_socket(loop: AbstractEventLoop) -> None:
    """In debug mode sock_recvfrom() on a blocking socket is a ValueError.

    If this fails, look for a question for the blocking mode that other methods ask only.
    """
    await expect_blocking_refused(loop, "sock_recvfrom")


@requirement(
    "sock_methods.blocking_socket.recvfrom_into_is_valueerror_in_debug",
    api=API,
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
    doc=DOC,
)
async def test_sock_recvfrom_into_refuses_a_blocking_socket(loop: AbstractEventLoop) -> None:
    """In debug mode sock_recvfrom_into() on a blocking socket is a ValueError.

    If this fails, look for a question for the blocking mode that other methods ask only.
    """
    await expect_blocking_refused(loop, "sock_recvfrom_into")


@requirement(
    "sock_methods.blocking_socket.sendto_is_valueerror_in_debug",
    api=API,
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
    doc=DOC,
)
async def test_sock_sendto_refuses_a_blocking_socket(loop: AbstractEventLoop) -> None:
    """In debug mode sock_sendto() on a blocking socket is a ValueError.

    If this fails, look for a question for the blocking mode that other methods ask only.
    """
    await expect_blocking_refused(loop, "sock_sendto")


async def expect_blocking_refused(loop: AbstractEventLoop, method: str) -> None:
    """Expect a method to refuse, in debug mode, a ready socket for being blocking alone."""
    loop.set_debug(True)
    with READY[method]() as (sock, call):
        sock.settimeout(LIMIT)
        doing = f"{method}() on a blocking socket in debug mode"
        await error_of(lambda: call(loop, sock), ValueError, doing)

    await expect_accepted(loop, method)
