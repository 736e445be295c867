"""Odd but legal loops: each uses a freedom that the manual leaves, and must pass everything."""

from __future__ import annotations

import asyncio
import selectors
import socket
from collections.abc import Coroutine
from typing import Any

SoundLoop = asyncio.SelectorEventLoop


def over_select() -> asyncio.AbstractEventLoop:
    """Watch descriptors by select()."""
    return SoundLoop(selectors.SelectSelector())


def over_poll() -> asyncio.AbstractEventLoop:
    """Watch descriptors by poll()."""
    return SoundLoop(selectors.PollSelector())


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
    """Gives its sockets very small buffers."""

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Shrink the buffers, then connect."""
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            sock.setsockopt(socket.SOL_SOCKET, option, 2048)
        await super().sock_connect(sock, address)


class RestlessLoop(SoundLoop):
    """Wakes up more often than another thread's call alone would need."""

    def call_soon_threadsafe(  # type: ignore[override]  # passes everything on as it came
        self, *args: Any, **options: Any
    ) -> asyncio.Handle:
        """Schedule a little more than was asked for."""
        super().call_soon_threadsafe(lambda: None)
        return super().call_soon_threadsafe(*args, **options)


async def late_by_turns(count: int) -> None:
    """Let the loop turn that often."""
    for _ in range(count):
        await asyncio.sleep(0)


INNOCENTS = (
    "over_select",
    "over_poll",
    "debugging",
    "OwnTaskLoop",
    "OwnFutureLoop",
    "OtherClockLoop",
    "SlowResolverLoop",
    "OtherOrderLoop",
    "LateConnectLoop",
    "SmallBuffersLoop",
    "RestlessLoop",
)
