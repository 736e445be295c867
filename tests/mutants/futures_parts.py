"""What mutants of futures are built from; no mutant itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

from . import SoundLoop

Callback = Callable[..., object]


class FutureLoop(SoundLoop):
    """Makes futures of the class that a mutant names."""

    Future: type[asyncio.Future[Any]]

    def create_future(self) -> asyncio.Future[Any]:
        """Make a future of that class."""
        return self.Future(loop=self)


class CallbackFuture(asyncio.Future[Any]):
    """A sound future that keeps its done callbacks itself, for mutants to mistreat."""

    def __init__(self, *, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self.kept: list[tuple[Callback, Context]] = []

    def add_done_callback(self, callback: Callback, *, context: Context | None = None) -> None:
        """Keep a callback, or schedule it where the future is done."""
        self.keep(callback, copy_context() if context is None else context)
        if self.done():
            self.complete()

    def remove_done_callback(self, callback: Callback, /) -> Any:
        """Forget a callback."""
        before = len(self.kept)
        self.kept = [(kept, context) for kept, context in self.kept if kept != callback]
        return before - len(self.kept)

    def set_result(self, result: Any, /) -> None:
        """Complete with a result."""
        super().set_result(result)
        self.complete()

    def set_exception(self, exception: Any, /) -> None:
        """Complete with an exception."""
        super().set_exception(exception)
        self.complete()

    def cancel(self, msg: Any = None) -> Any:
        """Complete by cancellation."""
        if not super().cancel(msg):
            return False
        self.complete()
        return True

    def complete(self) -> None:
        """Deliver all callbacks."""
        kept, self.kept = self.kept, []
        self.deliver(kept)

    def keep(self, callback: Callback, context: Context) -> None:
        """Keep a callback. For mutants to override."""
        self.kept.append((callback, context))

    def deliver(self, kept: list[tuple[Callback, Context]]) -> None:
        """Schedule callbacks. For mutants to override."""
        for callback, context in kept:
            self.schedule(callback, context)

    def schedule(self, callback: Callback, context: Context) -> None:
        """Schedule one callback. For mutants to override."""
        self.get_loop().call_soon(callback, self, context=context)
