"""The other end of a TCP connection: plain sockets that the check holds, never a loop.

The kernel completes connections by itself, so a check connects first and accepts
afterwards: nothing here has to run beside the loop. Only a peer that must speak while
the loop waits (a TLS handshake, a blocking read) needs `peer_on` or `peer_of`, which
run it in a thread.

Listeners are non-blocking, on loopback, with a port that the system chose. A port that
refuses is one that is bound and does not listen: nobody else can take it meanwhile.
Where a machine lacks ::1, binding raises OSError; the control run then says so.

Which one to use:

    listening()            one listener; `listener.getsockname()[:2]` is host and port
    bound()                a port that refuses; call listen() on it to open it
    bound_on_both()        127.0.0.1 and ::1 with one port, both refusing until listen();
                           connect to the host BOTH_LOOPBACKS, which is None
    listening_on_both()    127.0.0.1 and ::1 with one port, both listening
    filled(bound socket)   from now on connects to it stay pending
    in_resolver_order()    such a pair in the order of the loop's answer to `host=None`
    connected_pair()       two ends of a TCP connection, for `sock=`
    take_connection()      accept what a returned connect has left in the queue
    is_untouched()         whether nobody has connected
    read_to_end()          all bytes until the end of the stream, for a peer's thread

Time limits here only end what already went wrong, or keep a broken loop from hanging.
"""

from __future__ import annotations

import asyncio
import select
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Generic, TypeVar

R = TypeVar("R")

IPV4, IPV6 = "127.0.0.1", "::1"
BOTH_LOOPBACKS: Any = None
"""The host that resolves to ::1 and 127.0.0.1; of type Any, as stubs know no None with a port."""
LIMIT = 2.0
"""Seconds after which a peer gives up on a loop that never does its part."""
PENDING = 0.01
"""Seconds without an answer after which a connect counts as pending; loopback takes far less."""


def port_of(sock: socket.socket) -> int:
    """The port that a socket is bound to."""
    port: int = sock.getsockname()[1]
    return port


@contextmanager
def bound(host: str = IPV4, port: int = 0) -> Iterator[socket.socket]:
    """A non-blocking TCP socket bound to `host`, not listening: connects are refused.

    Raises OSError where the machine lacks the address, or the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.bind((host, port))
        sock.setblocking(False)
        yield sock


@contextmanager
def bound_on_both() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Sockets on 127.0.0.1 and on ::1 with the same port, in this order, both refusing.

    `host=None` resolves to both. Open one with listen(), or fill it with `filled`.
    """
    with ExitStack() as stack:
        for attempt in range(20, -1, -1):
            ipv4 = stack.enter_context(bound(IPV4))
            try:
                ipv6 = stack.enter_context(bound(IPV6, port_of(ipv4)))
            except OSError:  # another process has that port on ::1; or there is no ::1 at all
                stack.pop_all().close()
                if not attempt:
                    raise
            else:
                break
        yield ipv4, ipv6


@contextmanager
def listening(host: str = IPV4) -> Iterator[socket.socket]:
    """A non-blocking listener on `host`; its address is `getsockname()`."""
    with bound(host) as listener:
        listener.listen()
        yield listener


@contextmanager
def listening_on_both() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Listeners on 127.0.0.1 and on ::1 with the same port, in this order."""
    with bound_on_both() as pair:
        for listener in pair:
            listener.listen()
        yield pair


async def in_resolver_order(
    loop: asyncio.AbstractEventLoop, pair: tuple[socket.socket, socket.socket]
) -> list[socket.socket]:
    """A pair of `bound_on_both` in the order of the loop's own answer to `host=None`.

    Either order is legal, and a loop may resolve in a way of its own.
    """
    answers = await loop.getaddrinfo(None, port_of(pair[0]), type=socket.SOCK_STREAM)
    families = [int(answer[0]) for answer in answers]
    assert {int(sock.family) for sock in pair} <= set(families), (
        f"loop.getaddrinfo(None, port) answered {answers}; expected {IPV4} and {IPV6}"
    )
    return sorted(pair, key=lambda sock: families.index(int(sock.family)))


@contextmanager
def connected_pair(host: str = IPV4) -> Iterator[tuple[socket.socket, socket.socket]]:
    """The two ends of a TCP connection: the one to hand over, then the peer; both blocking.

    Both are closed after the block; by then a transport has closed the first by itself.
    """
    with (
        listening(host) as listener,
        socket.create_connection(listener.getsockname()[:2], LIMIT) as ours,
        take_connection(listener) as peer,
    ):
        ours.settimeout(None)
        yield ours, peer


@contextmanager
def filled(listener: socket.socket) -> Iterator[socket.socket]:
    """Make a bound socket a listener whose queue is full: further connects stay pending.

    Costs PENDING seconds. Accepting does not open the queue soon: the kernel repeats
    a pending connect after a second only.
    """
    listener.listen(1 if _zero_backlog_means_default() else 0)
    with ExitStack() as clients:
        for _ in range(100):
            client = clients.enter_context(socket.socket(listener.family, socket.SOCK_STREAM))
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
            if not select.select([], [client], [], PENDING)[1]:
                break
        else:
            raise OSError("100 connects filled no queue on this system")
        yield listener


def take_connection(listener: socket.socket) -> socket.socket:
    """Accept the connection that waits in the listener's queue; a blocking socket.

    For use after the loop's connect has returned. The caller closes it (use `with`).
    Its operations give up with TimeoutError after LIMIT seconds.
    """
    ready, _, _ = select.select([listener], [], [], LIMIT)
    assert ready, f"nobody connected to {listener.getsockname()}; expected a waiting connection"
    connection, _ = listener.accept()
    connection.settimeout(LIMIT)
    return connection


def is_untouched(listener: socket.socket, within: float = 0) -> bool:
    """Whether no connection waits in the listener's queue, or comes `within` seconds.

    Proof of nothing by itself: give the loop its turns, or connect elsewhere, first.
    A positive `within` is for expecting a connection, which is there as a rule.
    """
    return not select.select([listener], [], [], within)[0]


def read_to_end(sock: socket.socket) -> bytes:
    """Block until the other end has closed; return all that it sent."""
    return b"".join(iter(lambda: sock.recv(65536), b""))


class Peer(Generic[R]):
    """A blocking function in a thread, at the other end of the loop's connection."""

    def __init__(self) -> None:
        self._outcome: Future[R] = Future()
        self._outcome.set_running_or_notify_cancel()  # from now on it can't be cancelled

    async def result(self) -> R:
        """Wait, on the running loop, for what the function returns; raise what it raised."""
        return await asyncio.wrap_future(self._outcome)

    def wait_for_result(self) -> R:
        """Block until the function has returned. Not while the loop has to do its part."""
        return self._outcome.result(LIMIT)

    def run(self, work: Callable[[], R]) -> None:
        """Run `work` and keep its outcome; the thread's body."""
        try:
            value = work()
        except BaseException as error:  # noqa: BLE001 - handed on to whoever waits
            self._outcome.set_exception(error)
        else:
            self._outcome.set_result(value)


@contextmanager
def peer_on(sock: socket.socket, work: Callable[[socket.socket], R]) -> Iterator[Peer[R]]:
    """Run `work(sock)` in a thread for the block; join it, then raise what it raised.

    For one end of a socket pair, or an accepted connection. `sock` is closed when the
    block ends. If the block fails, the socket is shut down first, which wakes the
    thread, and the block's own exception counts.
    """
    with sock:
        sock.settimeout(LIMIT)
        with _in_thread(lambda: work(sock), wake=lambda: sock.shutdown(socket.SHUT_RDWR)) as peer:
            yield peer


@contextmanager
def peer_of(listener: socket.socket, work: Callable[[socket.socket], R]) -> Iterator[Peer[R]]:
    """Accept one connection in a thread and run `work(connection)` there.

    The connection is closed when `work` is done with it, also with another object made
    from it such as an ssl socket that it closed. Joined at the end of the block, which
    raises what `work` raised; a failing block wakes the thread, as in `peer_on`.
    """
    accepted: list[socket.socket] = []

    def serve() -> R:
        with take_connection(listener) as connection:
            accepted.append(connection)
            return work(connection)

    def wake() -> None:
        for connection in accepted:
            connection.shutdown(socket.SHUT_RDWR)
        if not accepted:
            socket.create_connection(listener.getsockname()[:2], LIMIT).close()

    with _in_thread(serve, wake) as peer:
        yield peer


@contextmanager
def _in_thread(work: Callable[[], R], wake: Callable[[], None]) -> Iterator[Peer[R]]:
    peer: Peer[R] = Peer()
    thread = threading.Thread(target=peer.run, args=(work,), name="peer", daemon=True)
    thread.start()
    try:
        yield peer
    except BaseException:
        with suppress(OSError):
            wake()
        thread.join(2 * LIMIT)
        raise
    thread.join(2 * LIMIT)
    peer.wait_for_result()


def _zero_backlog_means_default() -> bool:
    return not hasattr(socket, "SO_PEERCRED")  # as on macOS; Linux takes 0 at its word
