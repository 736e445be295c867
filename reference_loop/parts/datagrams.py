"""Datagram endpoints: messages with borders, each with an address of its own.

A message that the kernel won't take waits; above the high mark the protocol is paused,
as with streams. A send that fails is told by error_received() and closes nothing.

Source: library/asyncio-eventloop.html#asyncio.loop.create_datagram_endpoint,
library/asyncio-protocol.html#datagram-transports
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ..core.outbox import WriteLimits, as_bytes
from ..kernel.kernel import READ, WRITE
from .listening import set_reuse_port
from .names import resolve
from .socket_transport import socket_info
from .transports import WAIT, DescriptorTransport
from .unix_sockets import remove_stale_socket
from .watching import expect_free

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

P = TypeVar("P", bound=asyncio.BaseProtocol)
LARGEST = 256 * 1024
"""More than any datagram holds, in bytes."""


class DatagramTransport(DescriptorTransport, asyncio.DatagramTransport):
    """Owns `sock`, which is non-blocking; `peer` is where it is connected to."""

    def __init__(
        self,
        loop: ReferenceLoop,
        sock: socket.socket,
        protocol: asyncio.BaseProtocol,
        peer: Any,
    ) -> None:
        super().__init__(loop, sock, protocol, {**socket_info(sock), "peername": peer})
        self._sock = sock
        self._peer = peer
        self._waiting: deque[tuple[bytes, Any]] = deque()
        self._size = 0
        self._limits = WriteLimits()

    def sendto(self, data: Any, addr: Any = None) -> None:
        """Send one datagram, to `addr` unless the endpoint is connected; never blocks.

        Raises TypeError for what is not bytes-like, ValueError for another address than
        the one it is connected to.
        """
        message = bytes(as_bytes(data))
        if self._peer is not None and addr not in (None, self._peer):
            raise ValueError(f"the endpoint is connected to {self._peer!r}, not to {addr!r}")
        if self._closing:
            return
        if not self._waiting and self._try_to_send(message, addr):
            return
        if not self._waiting:
            self.loop.kernel.watch(self._descriptor, WRITE, self._writable, context=self.context)
        self._waiting.append((message, addr))
        self._size += len(message)
        self._pause_protocol_if_full()

    def abort(self) -> None:
        """End at once with connection_lost(None); what waits is lost."""
        self.end(None)

    def get_write_buffer_size(self) -> int:
        """Bytes in the messages that wait."""
        return self._size

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """The low and the high mark, in bytes."""
        return self._limits.low, self._limits.high

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set the marks. Raises ValueError unless 0 <= low <= high."""
        self._limits.set(high, low)
        self._pause_protocol_if_full()

    def _start_moving(self) -> None:
        if not self._closing:
            self.loop.kernel.watch(self._descriptor, READ, self._readable, context=self.context)

    def _stop_moving(self) -> None:
        self.loop.kernel.unwatch(self._descriptor, READ)
        if self._ended:
            self._waiting.clear()
            self._size = 0
            self.loop.kernel.unwatch(self._descriptor, WRITE)

    def _end_if_flushed(self) -> None:
        if not self._waiting:
            self.end(None)

    def _readable(self) -> None:
        protocol: Any = self._protocol
        try:
            data, address = self._sock.recvfrom(LARGEST)
        except WAIT:
            return
        except OSError as error:
            self._call(protocol.error_received, error)
        else:
            self._call(protocol.datagram_received, data, address)

    def _try_to_send(self, message: bytes, address: Any) -> bool:
        """Whether it is off our hands: sent, or told to be lost."""
        try:
            if self._peer is not None or address is None:
                self._sock.send(message)
            else:
                self._sock.sendto(message, address)
        except WAIT:
            return False
        except OSError as error:
            self.loop.call_soon(self._tell, error, context=self.context)
        return True

    def _tell(self, error: OSError) -> None:
        if not self._ended:
            protocol: Any = self._protocol
            self._call(protocol.error_received, error)

    def _writable(self) -> None:
        while self._waiting and self._try_to_send(*self._waiting[0]):
            if self._ended:
                return
            self._size -= len(self._waiting.popleft()[0])
        if self._limits.to_resume(self._size):
            self._call(self._protocol.resume_writing)
        if not self._waiting and not self._ended:
            self.loop.kernel.unwatch(self._descriptor, WRITE)
            if self._closing:
                self.end(None)

    def _pause_protocol_if_full(self) -> None:
        if self._limits.to_pause(self._size):
            self._call(self._protocol.pause_writing)

    def _callback_raised(self, error: BaseException) -> None:
        """One bad message is no reason to be deaf to the next: the endpoint lives on."""


async def create_datagram_endpoint(
    loop: ReferenceLoop,
    protocol_factory: Callable[[], P],
    local_addr: Any = None,
    remote_addr: Any = None,
    *,
    family: int = 0,
    proto: int = 0,
    flags: int = 0,
    reuse_port: bool | None = None,
    allow_broadcast: bool | None = None,
    sock: socket.socket | None = None,
) -> tuple[DatagramTransport, P]:
    """Bind to `local_addr`, connect to `remote_addr`, either or both; or adopt a socket.

    Raises OSError where that can't be, ValueError and TypeError for arguments that
    don't go together.
    """
    if sock is not None:
        options = {
            "local_addr": local_addr,
            "remote_addr": remote_addr,
            "family": family,
            "proto": proto,
            "flags": flags,
            "reuse_port": reuse_port,
            "allow_broadcast": allow_broadcast,
        }
        sock, peer = adopted(loop, sock, options)
    else:
        pairs = await address_pairs(loop, local_addr, remote_addr, family, proto, flags)
        sock, peer = first_endpoint(pairs, bool(reuse_port), bool(allow_broadcast))
    try:
        protocol = protocol_factory()
        made = loop.create_future()
        transport = DatagramTransport(loop, sock, protocol, peer)
    except BaseException:
        sock.close()
        raise
    transport.begin(made)
    try:
        await made
    except BaseException:
        transport.abort()
        raise
    return transport, protocol


def adopted(
    loop: ReferenceLoop, sock: socket.socket, options: dict[str, Any]
) -> tuple[socket.socket, Any]:
    """The caller's socket, non-blocking, and where it is connected to."""
    if sock.type != socket.SOCK_DGRAM:
        raise ValueError(f"{sock!r} is no datagram socket")
    given = [name for name, value in options.items() if value]
    if given:
        raise ValueError(f"sock was given, and {', '.join(given)} as well; expected sock alone")
    expect_free(loop, sock)
    sock.setblocking(False)
    try:
        return sock, sock.getpeername() or None
    except OSError:
        return sock, None


async def address_pairs(
    loop: ReferenceLoop, local: Any, remote: Any, family: int, proto: int, flags: int
) -> list[tuple[int, int, Any, Any]]:
    """(family, proto, local address, remote address) for each endpoint that could be made."""
    if local is None and remote is None:
        if not family:
            raise ValueError("neither an address nor a family was given")
        return [(family, proto, None, None)]
    if family == socket.AF_UNIX:
        return [(family, proto, local, remote)]  # bind() and connect() refuse what is no path
    given = [address for address in (local, remote) if address is not None]
    if not all(isinstance(address, tuple) and len(address) == 2 for address in given):
        raise TypeError(f"{given}: expected pairs of host and port")
    found: dict[tuple[int, int], list[Any]] = {}
    for index, address in enumerate((local, remote)):
        if address is None:
            continue
        infos = await resolve(
            loop, address, family=family, kind=socket.SOCK_DGRAM, proto=proto, flags=flags
        )
        for info_family, _, info_proto, _, resolved in infos:
            found.setdefault((info_family, info_proto), [None, None])[index] = resolved
    pairs = [
        (*key, *addresses)
        for key, addresses in found.items()
        if (local is None or addresses[0]) and (remote is None or addresses[1])
    ]
    if not pairs:
        raise ValueError("the local and the remote address have no family in common")
    return pairs


def first_endpoint(
    pairs: list[tuple[int, int, Any, Any]], reuse_port: bool, allow_broadcast: bool
) -> tuple[socket.socket, Any]:
    """A socket for the first pair that can be had, and where it is connected to."""
    errors: list[OSError] = []
    for family, proto, local, remote in pairs:
        try:
            sock = socket.socket(family, socket.SOCK_DGRAM, proto)
        except OSError as error:
            errors.append(error)
            continue
        try:
            sock.setblocking(False)
            if reuse_port:
                set_reuse_port(sock)
            if allow_broadcast:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            bind_and_connect(sock, local, remote)
        except OSError as error:
            sock.close()
            errors.append(error)
        except BaseException:
            sock.close()
            raise
        else:
            return sock, remote
    raise errors[0]


def bind_and_connect(sock: socket.socket, local: Any, remote: Any) -> None:
    """Give the socket its two addresses, where there are any. Raises OSError."""
    if local is not None:
        if sock.family == socket.AF_UNIX:
            remove_stale_socket(local)
        sock.bind(local)
    if remote is not None:
        sock.connect(remote)
