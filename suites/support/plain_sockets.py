"""Sockets for the loop.sock_*() methods, and following one call of them.

The check holds both ends of each connection, and the kernel does the rest: nothing here
runs in a thread. The end that goes to the loop is non-blocking.

A call is followed in three ways: `waiting` expects it to wait, `result_of` and `error_of`
await its end and say in words when it does not come. Their patience ends only what
already went wrong.

`READY` makes, for each method, a socket on which it succeeds at once, so that the same
call can be a refusal's positive control.
"""

from __future__ import annotations

import asyncio
import select
import socket
import struct
import time
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, TypeVar

from .datagrams import udp
from .expect import expect_raises, is_missing, named, not_observable
from .listeners import bound, connected_pair, listening, port_of, take_connection
from .tracking import state_of
from .turns import SETTLE, turns

T = TypeVar("T")
E = TypeVar("E", bound=BaseException)
Call = Callable[[AbstractEventLoop, Any], Awaitable[Any]]
"""One call of a method, on a given loop and socket."""

PATIENCE = 2.0
"""Seconds after which a call counts as hanging; a sound loop needs a thousandth of it."""
DOC = "library/asyncio-eventloop.html#working-with-socket-objects-directly"
MORE_THAN_FITS = 400_000
"""Bytes, three times what the buffers of a `narrow_pair` hold."""
_GLANCE = 0.0005


@contextmanager
def tcp_pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connection's end for the loop, non-blocking, and its peer, blocking with a limit."""
    with connected_pair() as (sock, peer):
        sock.setblocking(False)
        _send_at_once(peer)
        yield sock, peer


@contextmanager
def narrow_pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The same with small buffers: MORE_THAN_FITS bytes stick in them until the peer reads."""
    with bound() as listener:
        # Set on both before they are connected: a window that shrinks later makes TCP stall.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        listener.listen()
        with unconnected() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
            sock.settimeout(PATIENCE)
            sock.connect(listener.getsockname())
            sock.setblocking(False)
            with take_connection(listener) as peer:
                _send_at_once(peer)
                yield sock, peer


@contextmanager
def udp_pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two non-blocking UDP sockets on loopback, not connected: the loop's, then the peer's."""
    with udp() as sock, udp() as peer:
        yield sock, peer


def reset(sock: socket.socket) -> None:
    """Close a socket in a way that its peer sees as a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


async def waiting(call: Awaitable[T], doing: str, *, turning: int = SETTLE) -> asyncio.Future[T]:
    """Start a call and expect it to wait while the loop turns; `doing` opens the message."""
    future = asyncio.ensure_future(call)
    await turns(turning)
    if future.done() and not future.cancelled():
        error = future.exception()
        if error is not None and is_missing(error):
            raise error
    assert not future.done(), f"{doing} {state_of(future)} at once; expected it to wait"
    return future


async def result_of(call: Awaitable[T], doing: str, expected: str) -> T:
    """Await a call's result; `doing` opens the message when it hangs or fails."""
    future = await _ended(call, doing, expected)
    try:
        return future.result()
    except (Exception, asyncio.CancelledError) as error:
        if is_missing(error):
            raise
        raise AssertionError(f"{doing} raised {error!r}; expected {expected}") from error


async def error_of(
    call: Awaitable[Any] | Callable[[], Awaitable[Any]],
    kind: type[E] | tuple[type[E], ...],
    doing: str,
) -> E:
    """Await a call and expect it to raise `kind`; `doing` opens the message when it doesn't.

    A call that is yet to be made may raise at once. A socket that it returns instead is closed.
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    awaitable = _made(call) if callable(call) else call
    future = await _ended(awaitable, doing, " or ".join(map(named, kinds)))
    with expect_raises(kind, doing) as caught:
        close_accepted(future.result())
    return caught.error


async def cancelled(call: asyncio.Future[Any], doing: str, *, turning: int = SETTLE) -> None:
    """Cancel a call that waits, and expect it to end so; `doing` opens the message.

    The loop then turns a few times.
    """
    call.cancel()
    await _ended(call, f"{doing}, cancelled,", "CancelledError")
    assert call.cancelled(), (
        f"{doing}, cancelled, {state_of(call)}; expected CancelledError to end the call"
    )
    await turns(turning)


def expect_unwatched(remove: Callable[[int], bool], sock: socket.socket) -> None:
    """Expect that remove_reader() or remove_writer() finds nothing to remove.

    By the descriptor's number: that an object will do has a requirement of its own.
    """
    try:
        found = remove(sock.fileno())
    except NotImplementedError:
        not_observable("the loop does not let its watches of descriptors be seen")
    assert found is not True, (
        f"{getattr(remove, '__name__', 'remove')}() after the cancelled call returned True; "
        "expected nothing that still watches the descriptor"
    )


async def drained(
    peer: socket.socket, size: int, while_pending: asyncio.Future[Any] | None = None
) -> bytes:
    """Read that many bytes between the loop's turns; fewer at the end or without patience.

    A call that sends them and has failed meanwhile is not waited for either.
    """
    peer.setblocking(False)
    if hasattr(socket, "TCP_QUICKACK"):  # or one that has sent as well keeps its ACKs 40 ms
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    got = bytearray()
    give_up = time.monotonic() + PATIENCE
    while len(got) < size and time.monotonic() < give_up:
        try:
            data = peer.recv(size - len(got))
        except BlockingIOError:
            if while_pending is not None and "raised" in state_of(while_pending):
                break
            await turns(1)
            select.select([peer], [], [], _GLANCE)
        except ConnectionError:
            break
        else:
            if not data:
                break
            got += data
    return bytes(got)


async def until_quiet(peer: socket.socket) -> int:
    """Read, between the loop's turns, until nothing has come for some; how many bytes that was."""
    peer.setblocking(False)
    size = quiet = 0
    while quiet < 4:
        await turns()
        try:
            data = peer.recv(65536)
        except BlockingIOError:
            data = b""
        quiet = 0 if data else quiet + 1
        size += len(data)
    return size


def arrived(sock: socket.socket, size: int = 65536) -> bytes:
    """What a socket holds for the check itself to read; b"" where nothing comes."""
    if not select.select([sock], [], [], 0.1)[0]:
        return b""
    with suppress(BlockingIOError):
        return sock.recv(size)
    return b""


def close_accepted(result: Any) -> None:
    """Close the socket that sock_accept() returned; nothing where it was another call."""
    if isinstance(result, tuple) and hasattr(result[0], "close"):
        result[0].close()


@contextmanager
def _holding_data() -> Iterator[socket.socket]:
    with tcp_pair() as (sock, peer):
        peer.sendall(b"x")
        yield sock


@contextmanager
def _with_a_client() -> Iterator[socket.socket]:
    with listening() as listener, socket.create_connection(listener.getsockname()):
        yield listener


@contextmanager
def _holding_a_datagram() -> Iterator[socket.socket]:
    with udp_pair() as (sock, peer):
        peer.sendto(b"x", sock.getsockname())
        yield sock


@contextmanager
def unconnected() -> Iterator[socket.socket]:
    """A TCP socket that is neither bound nor connected, non-blocking."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.setblocking(False)
        yield sock


@contextmanager
def _ready_to_connect() -> Iterator[tuple[socket.socket, Call]]:
    with listening() as listener, unconnected() as sock:
        address = ("127.0.0.1", port_of(listener))
        yield sock, lambda loop, sock: loop.sock_connect(sock, address)


@contextmanager
def _ready_to_send_a_datagram() -> Iterator[tuple[socket.socket, Call]]:
    with udp_pair() as (sock, peer):
        address = peer.getsockname()
        yield sock, lambda loop, sock: loop.sock_sendto(sock, b"x", address)


def _ready(
    make: Callable[[], AbstractContextManager[socket.socket]], call: Call
) -> Callable[[], AbstractContextManager[tuple[socket.socket, Call]]]:
    @contextmanager
    def ready() -> Iterator[tuple[socket.socket, Call]]:
        with make() as sock:
            yield sock, call

    return ready


READY: dict[str, Callable[[], AbstractContextManager[tuple[socket.socket, Call]]]] = {
    "sock_recv": _ready(_holding_data, lambda loop, sock: loop.sock_recv(sock, 8)),
    "sock_recv_into": _ready(
        _holding_data, lambda loop, sock: loop.sock_recv_into(sock, bytearray(8))
    ),
    "sock_sendall": _ready(_holding_data, lambda loop, sock: loop.sock_sendall(sock, b"x")),
    "sock_connect": _ready_to_connect,
    "sock_accept": _ready(_with_a_client, lambda loop, sock: loop.sock_accept(sock)),
    "sock_recvfrom": _ready(_holding_a_datagram, lambda loop, sock: loop.sock_recvfrom(sock, 8)),
    "sock_recvfrom_into": _ready(
        _holding_a_datagram, lambda loop, sock: loop.sock_recvfrom_into(sock, bytearray(8))
    ),
    "sock_sendto": _ready_to_send_a_datagram,
}
"""For each method, a socket on which it succeeds at once, and the call that does."""


async def expect_accepted(loop: AbstractEventLoop, method: str) -> None:
    """Expect a method to work on a socket that is in order: a control, no promise."""
    with READY[method]() as (sock, call):
        doing = f"{method}() on a non-blocking socket that is ready"
        close_accepted(await result_of(call(loop, sock), doing, "it to succeed"))


async def _ended(call: Awaitable[T], doing: str, expected: str) -> asyncio.Future[T]:
    future = asyncio.ensure_future(call)
    await asyncio.wait({future}, timeout=PATIENCE)
    assert future.done(), f"{doing} was still pending after {PATIENCE} s; expected {expected}"
    return future


async def _made(call: Callable[[], Awaitable[T]]) -> T:
    return await call()


def _send_at_once(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or a second send waits for an ACK
