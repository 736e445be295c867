"""Odd but legal loops: each uses a freedom that the manual leaves, and must pass everything.

Here are those that override public methods of the reference loop, and asyncio's own loop
over other selectors. `turns` has those that order a turn otherwise, `wires` those that
read and write otherwise: they change parts of the reference loop before the first loop is
made, in the worker that has no other loop.
"""

from __future__ import annotations

import asyncio
import math
import selectors
import socket
from collections.abc import Coroutine
from typing import Any

from reference_loop import ReferenceLoop

SoundLoop = ReferenceLoop


def over_select() -> asyncio.AbstractEventLoop:
    """Watch descriptors by select()."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


def over_poll() -> asyncio.AbstractEventLoop:
    """Watch descriptors by poll()."""
    return asyncio.SelectorEventLoop(selectors.PollSelector())


def debugging() -> asyncio.AbstractEventLoop:
    """Be in debug mode from the start."""
    loop = SoundLoop()
    loop.set_debug(True)
    return loop


class OwnTask(asyncio.Task[Any]):
    """A Task of the loop's own class."""


class OwnTaskLoop(SoundLoop):
    """Makes tasks of its own subclass of Task."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Make an own task, where no factory says otherwise."""
        if self.get_task_factory() is not None or self.is_closed():
            return super().create_task(coro, **options)
        if options.get("name", "") is None:
            del options["name"]
        return OwnTask(coro, loop=self, **options)


class OwnFutureLoop(SoundLoop):
    """Makes futures of its own subclass of Future."""

    class OwnFuture(asyncio.Future[Any]):
        """A Future of the loop's own class."""

    def create_future(self) -> asyncio.Future[Any]:
        """Make an own future."""
        return self.OwnFuture(loop=self)


class OtherClockLoop(SoundLoop):
    """Has a clock that is far from the wall's and from the monotonic one."""

    def time(self) -> float:
        """A reading a million seconds ahead."""
        return super().time() + 1e6


class CoarseClockLoop(SoundLoop):
    """Has a clock that counts milliseconds."""

    def time(self) -> float:
        """The last whole millisecond."""
        return math.floor(super().time() * 1000) / 1000


class SlowResolverLoop(SoundLoop):
    """Takes its time to resolve, numeric hosts too."""

    async def getaddrinfo(self, *args: Any, **options: Any) -> Any:
        """Resolve after some turns."""
        await late_by_turns(5)
        return await super().getaddrinfo(*args, **options)


class OtherOrderLoop(SoundLoop):
    """Has a resolver that names the loopback addresses the other way round."""

    async def getaddrinfo(self, host: Any, *args: Any, **options: Any) -> Any:
        """Resolve, and turn the answer for no host round."""
        answer = await super().getaddrinfo(host, *args, **options)
        return answer[::-1] if host is None else answer


class LateConnectLoop(SoundLoop):
    """Needs a few turns more than it has to around a connect."""

    def create_connection(self, *args: Any, **options: Any) -> Coroutine[Any, Any, Any]:
        """Connect, a few turns later."""
        connecting = super().create_connection(*args, **options)

        async def connect() -> Any:
            try:
                await late_by_turns(3)
            except BaseException:
                connecting.close()
                raise
            return await connecting

        return connect()


class SmallBuffersLoop(SoundLoop):
    """Gives its sockets small buffers."""

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Shrink the buffers, then connect."""
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            sock.setsockopt(socket.SOL_SOCKET, option, 16384)
        await super().sock_connect(sock, address)


class RestlessLoop(SoundLoop):
    """Wakes up more often than another thread's call alone would need."""

    def call_soon_threadsafe(  # type: ignore[override]  # passes everything on as it came
        self, *args: Any, **options: Any
    ) -> asyncio.Handle:
        """Schedule a little more than was asked for."""
        super().call_soon_threadsafe(lambda: None)
        return super().call_soon_threadsafe(*args, **options)


def put(owner: Any, name: str, value: Any) -> None:
    """Put something in the place of a part of the reference loop, for the rest of the process."""
    setattr(owner, name, value)


async def late_by_turns(count: int) -> None:
    """Let the loop turn that often."""
    for _ in range(count):
        await asyncio.sleep(0)


OVER_ASYNCIO = ("tests.innocents:over_select", "tests.innocents:over_poll")
"""Those made of asyncio's own loop, with what CPython gets wrong."""
INNOCENTS = (
    *OVER_ASYNCIO,
    "tests.innocents:debugging",
    "tests.innocents:OwnTaskLoop",
    "tests.innocents:OwnFutureLoop",
    "tests.innocents:OtherClockLoop",
    "tests.innocents:CoarseClockLoop",
    "tests.innocents:SlowResolverLoop",
    "tests.innocents:OtherOrderLoop",
    "tests.innocents:LateConnectLoop",
    "tests.innocents:SmallBuffersLoop",
    "tests.innocents:RestlessLoop",
    "tests.innocents.turns:io_a_turn_later",
    "tests.innocents.turns:io_before_ready",
    "tests.innocents.turns:equal_deadlines_in_reverse",
    "tests.innocents.turns:slow_wake_ups",
    "tests.innocents.turns:connection_lost_later",
    "tests.innocents.turns:no_abstract_loop",
    "tests.innocents.wires:byte_by_byte",
    "tests.innocents.wires:writes_in_the_next_turn",
)
