"""What the two ends of the soak agree on: a plan for each conversation, and its bytes.

The client sends a plan of `PLAN.size` bytes, and then a body. The server echoes the body,
but not the plan, and does what the plan says:

    ECHO     echo everything; close after the client's end
    PAUSE    the same, having read nothing for `pause` milliseconds first
    SILENT   echo `limit` bytes and nothing more, until the client goes away
    CLOSE    echo `limit` bytes, then close
    ABORT    echo `limit` bytes, then abort

A client sends all of the body to an honest server, from which all of it must come back,
and `limit` bytes of it to the others. Whatever comes back must be what was sent. An odd
`pause` also gives the connection a small send buffer in the loop under test, so that its
transport has to keep what the kernel won't take. Sizes are in bytes.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from dataclasses import dataclass
from enum import IntEnum

PLAN = struct.Struct("!BBI")
LARGEST = 300_000
ROOM = 1 << 20
UNREAD = 80_000
SMALL = 8192
KINDS = ("tcp", "tls", "unix")
PATIENCE = 30.0
"""Seconds after which an honest echo counts as lost."""


class Manner(IntEnum):
    """How a server treats a conversation."""

    ECHO = 0
    PAUSE = 1
    SILENT = 2
    CLOSE = 3
    ABORT = 4


class Ending(IntEnum):
    """How a client ends a conversation."""

    WHOLE = 0  # after every byte has come back
    HALF = 1  # end the sending first, then read on; WHOLE where TLS has no such thing
    LEAVE = 2  # close in the middle
    RESET = 3  # abort in the middle
    AT_ONCE = 4  # close as soon as connected


@dataclass(frozen=True)
class Plan:
    """One conversation, drawn by lot."""

    manner: Manner
    ending: Ending
    pause: int
    limit: int
    body: memoryview

    @property
    def sends(self) -> memoryview:
        """What the client sends of the body."""
        if not self._is_patient:  # the echo must fit into buffers that nobody reads
            return self.body[: min(self.limit, UNREAD)]
        return self.body if self._is_honest and self._is_patient else self.body[: self.limit]

    @property
    def owed(self) -> int:
        """How many bytes must come back, at least."""
        return len(self.sends) if self._is_patient and self.manner is not Manner.ABORT else 0

    @property
    def wanted(self) -> int:
        """How many bytes the client waits for; more than it sends: until the server's end."""
        if not self._is_patient:
            return 0
        ends = self.manner in (Manner.CLOSE, Manner.ABORT)
        return len(self.sends) + ends

    @property
    def _is_honest(self) -> bool:
        return self.manner in (Manner.ECHO, Manner.PAUSE)

    @property
    def _is_patient(self) -> bool:
        return self.ending in (Ending.WHOLE, Ending.HALF)

    def opening(self) -> bytes:
        """What the client sends first."""
        return PLAN.pack(self.manner, self.pause, self.limit)


class Plans:
    """Plans without end, the same ones for the same seed."""

    def __init__(self, seed: str) -> None:
        self.lot = random.Random(seed)  # noqa: S311 - no secret is made of it
        self._noise = memoryview(self.lot.randbytes(ROOM))

    def draw(self) -> Plan:
        """The next one. Most are honest; sizes are as often small as large."""
        lot = self.lot
        size = min(LARGEST, int(2 ** lot.uniform(0, 18.3)))
        start = lot.randrange(ROOM - size)
        return Plan(
            lot.choices(list(Manner), (60, 15, 5, 10, 10))[0],
            lot.choices(list(Ending), (50, 20, 12, 12, 6))[0],
            lot.randrange(20),
            lot.randrange(size + 1),
            self._noise[start : start + size],
        )


class WrongEcho(Exception):
    """Bytes came back that were not sent, or too few of them."""


def expect_echo(plan: Plan, echoed: bytes | bytearray, kind: str) -> None:
    """Raise WrongEcho unless that is what the plan lets come back."""
    if bytes(echoed) != plan.body[: len(echoed)].tobytes():
        raise WrongEcho(f"{kind}, {describe(plan)}: other bytes came back than were sent")
    if len(echoed) < plan.owed:
        raise WrongEcho(f"{kind}, {describe(plan)}: only {len(echoed)} bytes came back")


def shrink_if_asked(transport: asyncio.WriteTransport, pause: int) -> None:
    """Leave the transport a small send buffer where `pause` is odd."""
    if pause % 2:
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)


def describe(plan: Plan) -> str:
    """The plan in words, for a message."""
    return f"{plan.manner.name} and {plan.ending.name} of {len(plan.sends)} bytes"
