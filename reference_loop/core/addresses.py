"""Addresses as getaddrinfo() gives them: numeric ones, and the order to try them in.

An `Info` is one of its five-item tuples: family, type, proto, canonical name and the
address itself.

Source: asyncio manual, create_connection(): happy_eyeballs_delay, interleave; RFC 8305.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

Info: TypeAlias = tuple[int, int, int, str, tuple[Any, ...]]

PROTOCOLS: dict[int, int] = {
    socket.SOCK_STREAM: socket.IPPROTO_TCP,
    socket.SOCK_DGRAM: socket.IPPROTO_UDP,
}


def numeric(address: Sequence[Any], family: int, kind: int, proto: int) -> Info | None:
    """The only entry for an address whose host is an IP address, without asking a resolver.

    None where a resolver must be asked: a name, a scope, a service name as port, or
    a socket type that leaves several entries open.
    """
    host, port, *rest = address
    if kind not in PROTOCOLS or proto not in (0, PROTOCOLS[kind]):
        return None
    number = port_number(port)
    if number < 0 or not isinstance(host, str):
        return None
    for candidate, more in ((socket.AF_INET, []), (socket.AF_INET6, rest or [0, 0])):
        if family not in (socket.AF_UNSPEC, candidate):
            continue
        try:
            socket.inet_pton(candidate, host)
        except (OSError, ValueError):
            continue
        return candidate, kind, PROTOCOLS[kind], "", (host, number, *more)
    return None


def port_number(port: Any) -> int:
    """The port as a number, -1 where only a resolver can tell."""
    if isinstance(port, int):
        return port if 0 <= port <= 0xFFFF else -1
    if isinstance(port, bytes):
        port = port.decode("latin-1")
    if isinstance(port, str) and port.isascii() and port.isdigit() and int(port) <= 0xFFFF:
        return int(port)
    return -1


def interleaved(infos: Iterable[Info], first_family_count: int) -> list[Info]:
    """The families in turn, after `first_family_count` addresses of the first one.

    Within a family the order stays. RFC 8305, section 4.
    """
    by_family: dict[int, deque[Info]] = {}
    for info in infos:
        by_family.setdefault(info[0], deque()).append(info)
    queues = deque(by_family.values())
    ordered = [queues[0].popleft() for _ in range(first_family_count - 1) if len(queues[0]) > 1]
    while queues:
        ordered.append(queues[0].popleft())
        if queues[0]:
            queues.rotate(-1)
        else:
            queues.popleft()
    return ordered
