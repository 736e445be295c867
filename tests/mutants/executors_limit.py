"""Mutants of shutdown_default_executor(timeout=...)."""

from __future__ import annotations

import asyncio
import warnings
from typing import Any

from . import SoundLoop, mutant
from .executors_parts import DefaultShutdownLoop


@mutant(
    breaks="shutdown_default_executor.timeout_reached",
    says="shutdown_default_executor(timeout=0.01)",
    since=(3, 13),
)
class NoLimitLoop(SoundLoop):
    """Ignores the time limit."""

    async def shutdown_default_executor(self, timeout: Any = None) -> None:  # noqa: ARG002 - the fault
        """Drop it."""
        await super().shutdown_default_executor()


@mutant(
    breaks="shutdown_default_executor.timeout_reached",
    says="raised TimeoutError()",
    since=(3, 13),
)
class TimeoutErrorLoop(DefaultShutdownLoop):
    """Raises TimeoutError at the time limit."""

    async def shutdown_default_executor(self, timeout: Any = None) -> None:
        """Let it out."""
        await asyncio.wait_for(self.sound_shutdown({}), timeout)


@mutant(
    breaks="shutdown_default_executor.timeout_reached",
    says="unexpected keyword argument 'timeout'",
    since=(3, 13),
)
class NoTimeoutArgumentLoop(SoundLoop):
    """Knows no time limit."""

    async def shutdown_default_executor(self) -> None:  # type: ignore[override]  # no time limit, as before 3.12
        """Take no argument."""
        await super().shutdown_default_executor()


@mutant(
    breaks="shutdown_default_executor.timeout_reached",
    says="issued the RuntimeWarnings []; expected one",
    since=(3, 13),
)
class SilentLimitLoop(SoundLoop):
    """Gives up without a warning."""

    async def shutdown_default_executor(self, *args: Any, **options: Any) -> None:
        """Silence it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            await super().shutdown_default_executor(*args, **options)


@mutant(
    breaks="shutdown_default_executor.timeout_not_reached",
    says="with a short function, issued the RuntimeWarnings",
    since=(3, 12),
)
class AlwaysWarnsLoop(SoundLoop):
    """Warns whenever there is a time limit."""

    async def shutdown_default_executor(self, timeout: Any = None) -> None:
        """Warn in any case."""
        await super().shutdown_default_executor(*([] if timeout is None else [timeout]))
        if timeout is not None:
            warnings.warn("threads may be left", RuntimeWarning, stacklevel=2)


@mutant(
    breaks="shutdown_default_executor.timeout_not_reached",
    says="with a short function, was still pending",
    since=(3, 12),
)
class WholeLimitLoop(SoundLoop):
    """Waits for the whole of the time limit."""

    async def shutdown_default_executor(self, timeout: Any = None) -> None:
        """Sleep."""
        await super().shutdown_default_executor(*([] if timeout is None else [timeout]))
        await asyncio.sleep(timeout or 0)
