"""Broken loops: the loop as an object, as garbage, and in a forked child."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, ClassVar

from . import SoundLoop, mutant


@mutant(breaks="close.releases_file_descriptors", says="expected the same number each time")
class LeaksPairLoop(SoundLoop):
    """Leaves a pair of sockets to the garbage collector."""

    def __init__(self) -> None:
        self.pair = socket.socketpair()
        super().__init__()


@mutant(breaks="close.no_resource_warning", says="ResourceWarning: unclosed <socket")
class ForgetsSocketLoop(SoundLoop):
    """Forgets to close a socket."""

    def __init__(self) -> None:
        self.sock = socket.socket()
        super().__init__()


@mutant(breaks="close.no_resource_warning", says="unraisable: RuntimeError")
class RaisesInDestructorLoop(SoundLoop):
    """Raises in its destructor when it is closed."""

    def __del__(self) -> None:
        if self.is_closed():
            raise RuntimeError("the loop is closed")
        super().__del__()


@mutant(breaks="loop.unclosed_resource_warning", says="brought []; expected a ResourceWarning")
class SilentDestructorLoop(SoundLoop):
    """Says nothing when it is collected without having been closed."""

    def __del__(self) -> None:
        self.close()


@mutant(breaks="loop.unclosed_resource_warning", says="brought ['log: unclosed loop']")
class LoggingDestructorLoop(SoundLoop):
    """Logs an error when it is collected without having been closed."""

    def __del__(self) -> None:
        if not self.is_closed():
            logging.getLogger("asyncio").error("unclosed loop")
            self.close()


@mutant(breaks="loop.collectable_after_close", says="expected it gone")
class RegistryLoop(SoundLoop):
    """Keeps all loops in a list."""

    loops: ClassVar[list[Any]] = []

    def __init__(self) -> None:
        super().__init__()
        self.loops.append(self)


@mutant(breaks="loop.weakrefable_hashable", says="expected each loop its own value")
class EqualLoop(SoundLoop):
    """Is equal to all loops of its kind."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EqualLoop)

    def __hash__(self) -> int:
        return 1


@mutant(breaks="loop.api_methods_present", says="get_task_factory() is the stub")
class StubLoop(SoundLoop):
    """Has the stub of a method."""

    get_task_factory = asyncio.AbstractEventLoop.get_task_factory


@mutant(breaks="loop.api_methods_present", says="has no attribute 'set_default_executor'")
class IncompleteLoop(SoundLoop):
    """Lacks a method."""

    def __getattribute__(self, name: str) -> Any:
        if name == "set_default_executor":
            raise AttributeError(f"'IncompleteLoop' object has no attribute {name!r}")
        return super().__getattribute__(name)


@mutant(breaks="loop.api_slow_callback_duration_attribute", says="are [100, 0.5, 100]")
class MillisecondsLoop(SoundLoop):
    """Counts slow_callback_duration in milliseconds."""

    def __init__(self) -> None:
        super().__init__()
        self.slow_callback_duration = 100


class _OfAll:
    """An attribute that all loops share."""

    value = 0.1

    def __get__(self, loop: Any, owner: Any) -> float:
        return self.value

    def __set__(self, loop: Any, value: float) -> None:
        self.value = value


@mutant(breaks="loop.api_slow_callback_duration_attribute", says="are [0.1, 0.5, 0.5]")
class SharedDurationLoop(SoundLoop):
    """Shares slow_callback_duration with all loops."""

    slow_callback_duration: Any = _OfAll()


class _ReadOnly:
    """An attribute that can be set once."""

    def __get__(self, loop: Any, owner: Any) -> float:
        return 0.1

    def __set__(self, loop: Any, value: float) -> None:
        if value != 0.1:
            raise AttributeError("is read-only", name="slow_callback_duration", obj=loop)


@mutant(breaks="loop.api_slow_callback_duration_attribute", says="expected it to be writable")
class FixedDurationLoop(SoundLoop):
    """Has a slow_callback_duration that can't be set."""

    slow_callback_duration: Any = _ReadOnly()


class _InChild:
    """Whose run a child was forked in."""

    loop: Any = None

    def register_again(self) -> None:
        """Register the parent's loop in the child."""
        if self.loop is not None:
            asyncio._set_running_loop(self.loop)


@mutant(breaks="fork.child_has_no_running_loop", says="gave a loop; expected none")
class RunningInChildLoop(SoundLoop):
    """Stays the running loop in a forked child."""

    place = _InChild()

    def run_until_complete(self, future: Any) -> Any:
        """Keep the running loop where asyncio does not look for it."""
        self.place.loop = self
        os.register_at_fork(after_in_child=self.place.register_again)
        try:
            return super().run_until_complete(future)
        finally:
            self.place.loop = None


@mutant(breaks="fork.child_can_run_new_loop", says="gave nothing: it ended with status -14")
class OnePoolLoop(SoundLoop):
    """Has one pool of threads for all loops, whose threads a forked child lacks."""

    pool: ClassVar[Any] = None

    def __init__(self) -> None:
        super().__init__()
        if OnePoolLoop.pool is None:
            OnePoolLoop.pool = ThreadPoolExecutor(1)
            OnePoolLoop.pool.submit(int).result()

    def run_in_executor(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Use the pool."""
        return super().run_in_executor(executor or self.pool, func, *args)


@mutant(breaks="fork.parent_unaffected_by_child", says="left its work pending")
class OneWakeUpLoop(SoundLoop):
    """Has one pair of sockets for the wake-ups of all loops, which close() shuts down."""

    pair: ClassVar[Any] = None
    home = 0

    def __init__(self) -> None:
        super().__init__()
        if OneWakeUpLoop.pair is None:
            OneWakeUpLoop.pair = socket.socketpair()
            OneWakeUpLoop.home = os.getpid()
        self.queue: deque[Any] = deque()
        self.add_reader(self.pair[0], self.wake_up)

    def wake_up(self) -> None:
        """Run what other threads have brought."""
        if not self.pair[0].recv(100):
            self.remove_reader(self.pair[0])
            return
        while self.queue:
            callback, args = self.queue.popleft()
            callback(*args)

    def call_soon_threadsafe(  # type: ignore[override]  # typeshed ties the arguments
        self,
        callback: Any,
        *args: Any,
        context: Any = None,  # noqa: ARG002 - not needed here
    ) -> Any:
        """Queue, and wake the loop up."""
        self.queue.append((callback, args))
        with suppress(OSError):
            self.pair[1].send(b"x")
        return asyncio.Handle(callback, args, self)

    def close(self) -> None:
        """Shut the pair down in a forked child, which shares it with its parent."""
        if os.getpid() != self.home:
            with suppress(OSError):
                self.pair[0].shutdown(socket.SHUT_RDWR)
        super().close()
