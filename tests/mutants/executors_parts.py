"""What mutants of executors are built from; no mutant itself."""

from __future__ import annotations

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from . import SoundLoop


class ExecutorLoop(SoundLoop):
    """A sound loop whose run_in_executor() a mutant overrides as hand_over()."""

    def run_in_executor(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, *args: Any, **options: Any
    ) -> Any:
        """Pass everything on as it came."""
        return self.hand_over(*args, **options)

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Carry out the function. For mutants to override."""
        return super().run_in_executor(executor, func, *args)


class FunctionLoop(ExecutorLoop):
    """Wraps each function in one of its own."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Hand over the wrapper."""
        return super().hand_over(executor, functools.partial(self.work, func, args))

    def work(self, func: Any, args: tuple[Any, ...]) -> Any:
        """Call the function, in a worker. For mutants to override."""
        return func(*args)


class MirrorLoop(ExecutorLoop):
    """Hands out a second future, which is told how the sound one ended."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Keep the sound future, hand out the mirror."""
        sound = super().hand_over(executor, func, *args)
        mirror: asyncio.Future[Any] = self.create_future()
        sound.add_done_callback(lambda _: self.reflect(sound, mirror))
        mirror.add_done_callback(lambda _: self.reflect_cancel(sound, mirror))
        return mirror

    def reflect(self, sound: asyncio.Future[Any], mirror: asyncio.Future[Any]) -> None:
        """Tell the mirror. For mutants to override."""
        if mirror.done():
            return
        if sound.cancelled():
            mirror.cancel()
        elif error := sound.exception():
            mirror.set_exception(error)
        else:
            mirror.set_result(sound.result())

    def reflect_cancel(self, sound: asyncio.Future[Any], mirror: asyncio.Future[Any]) -> None:
        """Tell the sound future of the mirror's cancellation. For mutants to override."""
        if mirror.cancelled():
            sound.cancel()


class OwnPoolLoop(ExecutorLoop):
    """Knows its default executor, and which functions were handed to it."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[asyncio.Future[Any]] = []
        self.set_default_executor(ThreadPoolExecutor())

    def set_default_executor(self, executor: Any) -> None:
        """Remember it."""
        super().set_default_executor(executor)
        self.pool: Any = executor

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Remember the future."""
        future = super().hand_over(executor, func, *args)
        self.jobs.append(future)
        return future

    async def all_jobs(self) -> None:
        """Wait until each function has ended."""
        if self.jobs:
            await asyncio.wait(self.jobs)


class DefaultShutdownLoop(OwnPoolLoop):
    """No mutant: a sound shutdown with a fault around it."""

    async def sound_shutdown(self, options: dict[str, Any]) -> None:
        """Shut down as one should."""
        await super().shutdown_default_executor(**options)
