"""Mutants of futures: when, how often, with what and in which order callbacks are called."""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import Any

from . import mutant
from .futures_parts import Callback, CallbackFuture, FutureLoop


@mutant(breaks="future.callback.via_call_soon", says="when set_result() returned, the done callb")
@mutant(breaks="future.callback.via_call_soon", says="when set_exception() returned, the done ca")
@mutant(breaks="future.callback.via_call_soon", says="when cancel() returned, the done callback")
@mutant(breaks="future.callback.added_after_done", says="called the callback itself")
class SynchronousCallbacksLoop(FutureLoop):
    """Calls done callbacks from within the completion."""

    class Future(CallbackFuture):
        """Calls at once."""

        def schedule(self, callback: Callback, context: Context) -> None:
            """Call it here."""
            context.run(callback, self)


@mutant(breaks="future.callback.via_call_soon", says="had been called 0 times")
class NoCallbacksLoop(FutureLoop):
    """Never calls a done callback."""

    class Future(CallbackFuture):
        """Tells nobody."""

        def schedule(self, callback: Callback, context: Context) -> None:
            """Drop it."""


@mutant(breaks="future.callback.order_and_queue_position", says="'before', 'done 2', 'done 1'")
@mutant(breaks="future.await.result", says="['third got 7', 'second got 7'")
class NewestCallbackFirstLoop(FutureLoop):
    """Calls done callbacks in reverse order."""

    class Future(CallbackFuture):
        """Keeps a stack."""

        def deliver(self, kept: list[tuple[Callback, Context]]) -> None:
            """Pop."""
            super().deliver(kept[::-1])


@mutant(breaks="future.callback.order_and_queue_position", says="'after', 'done 1', 'done 2'")
@mutant(breaks="future.await.result", says="['queued behind', 'first got 7'")
class SecondQueueLoop(FutureLoop):
    """Keeps done callbacks in a second queue, which is served after the first."""

    class Future(CallbackFuture):
        """Has callbacks wait for a turn more."""

        def schedule(self, callback: Callback, context: Context) -> None:
            """Schedule the scheduling."""
            self.get_loop().call_soon(lambda: super(type(self), self).schedule(callback, context))


@mutant(breaks="future.callback.added_after_done", says="ran as ['queued behind']")
class LateCallbacksDroppedLoop(FutureLoop):
    """Never calls callbacks that were added late."""

    class Future(CallbackFuture):
        """Is over when it is done."""

        def keep(self, callback: Callback, context: Context) -> None:
            """Keep only what comes in time."""
            if not self.done():
                super().keep(callback, context)


@mutant(breaks="future.callback.argument", says="expected the future, and nothing else")
class ResultToCallbackLoop(FutureLoop):
    """Passes the result to done callbacks."""

    class Future(CallbackFuture):
        """Hands out its result."""

        def schedule(self, callback: Callback, context: Context) -> None:
            """Pass the result."""
            self.get_loop().call_soon(callback, self.result(), context=context)


@mutant(breaks="future.callback.argument", says="expected the future, and nothing else")
class LoopToCallbackLoop(FutureLoop):
    """Passes the loop to done callbacks as well."""

    class Future(CallbackFuture):
        """Hands out its loop."""

        def schedule(self, callback: Callback, context: Context) -> None:
            """Pass both."""
            self.get_loop().call_soon(callback, self, self.get_loop(), context=context)


@mutant(breaks="future.callback.context", says="added without a context read ['completer']")
@mutant(breaks="future.callback.context", says="added with a context read ['completer']")
class CompletersContextLoop(FutureLoop):
    """Runs done callbacks in the context of whoever completes the future."""

    class Future(CallbackFuture):
        """Drops the context."""

        def schedule(self, callback: Callback, context: Context) -> None:  # noqa: ARG002 - the fault
            """Schedule in the current one."""
            self.get_loop().call_soon(callback, self)


@mutant(breaks="future.callback.context", says="added with a context read ['adder']")
class AddersContextLoop(FutureLoop):
    """Ignores the context that is given."""

    class Future(asyncio.Future[Any]):
        """Takes the keyword and drops it."""

        def add_done_callback(self, callback: Any, *, context: Any = None) -> None:  # noqa: ARG002 - the fault
            """Drop it."""
            super().add_done_callback(callback)


@mutant(breaks="future.callback.duplicates_and_removal", says="were called as ['done', 'other']")
class CallbackSetLoop(FutureLoop):
    """Keeps each callback once."""

    class Future(CallbackFuture):
        """Drops repetitions."""

        def keep(self, callback: Callback, context: Context) -> None:
            """Keep what is new."""
            if callback not in [kept for kept, _ in self.kept]:
                super().keep(callback, context)


@mutant(breaks="future.callback.duplicates_and_removal", says="returned, called twice, [1, 1]")
class RemovesFirstLoop(FutureLoop):
    """remove_done_callback() removes the first of several."""

    class Future(CallbackFuture):
        """Removes as a list does."""

        def remove_done_callback(self, callback: Callback, /) -> int:
            """Remove one."""
            for entry in self.kept:
                if entry[0] == callback:
                    self.kept.remove(entry)
                    return 1
            return 0


@mutant(breaks="future.callback.duplicates_and_removal", says="called twice, [None, None]")
class RemovesSilentlyLoop(FutureLoop):
    """remove_done_callback() returns nothing."""

    class Future(CallbackFuture):
        """Does not count."""

        def remove_done_callback(self, callback: Callback, /) -> Any:
            """Remove all."""
            super().remove_done_callback(callback)


@mutant(breaks="future.callback.duplicates_and_removal", says="and removed, and another, were")
class RemovesNothingLoop(FutureLoop):
    """remove_done_callback() counts, and removes nothing."""

    class Future(CallbackFuture):
        """Calls what was removed all the same."""

        gone: list[tuple[Callback, Context]] = []  # noqa: RUF012 - shared on purpose

        def remove_done_callback(self, callback: Callback, /) -> Any:
            """Put it aside."""
            self.gone += [entry for entry in self.kept if entry[0] == callback]
            return super().remove_done_callback(callback)

        def complete(self) -> None:
            """Call what was put aside as well."""
            self.kept += self.gone
            self.gone.clear()
            super().complete()
