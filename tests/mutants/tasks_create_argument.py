"""Mutants of create_task(): what it accepts as a coroutine."""

from __future__ import annotations

import asyncio
import inspect
import types
from typing import Any

from . import SoundLoop, mutant

NOT_REFUSED = "raised nothing; expected TypeError"


@mutant(breaks="create_task.argument.non_coroutine_type_error", says=NOT_REFUSED)
class CallsPlainFunctionsLoop(SoundLoop):
    """Accepts a plain callable, and calls it later."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Call it in a task."""

        async def call() -> Any:
            return coro()

        plain = inspect.isfunction(coro) and not inspect.iscoroutinefunction(coro)
        return super().create_task(call() if plain else coro, **options)


@mutant(breaks="create_task.argument.non_coroutine_type_error", says=NOT_REFUSED)
class CallsCoroutineFunctionsLoop(SoundLoop):
    """Accepts a coroutine function, and calls it."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Call it at once."""
        is_function = inspect.iscoroutinefunction(coro)
        return super().create_task(coro() if is_function else coro, **options)


@mutant(breaks="create_task.argument.non_coroutine_type_error", says=NOT_REFUSED)
class RefusesLateLoop(SoundLoop):
    """Leaves the refusal to the first step of the task."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Make a task that raises TypeError for what is plainly no coroutine."""

        async def refuse() -> None:
            raise TypeError(f"a coroutine was expected, got {coro!r}")

        plain = coro is None or isinstance(coro, (int, list)) or type(coro) is object
        task = super().create_task(refuse() if plain else coro, **options)
        if plain:
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task


@mutant(breaks="create_task.argument.future_type_error", says=NOT_REFUSED)
class EnsureFutureLoop(SoundLoop):
    """Returns a future that it is given, as ensure_future() does."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Let futures pass."""
        return coro if asyncio.isfuture(coro) else super().create_task(coro, **options)


@mutant(breaks="create_task.argument.future_type_error", says=NOT_REFUSED)
class AwaitsFuturesLoop(SoundLoop):
    """Makes a task that awaits the future it is given."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Wrap futures."""

        async def wait() -> Any:
            return await coro

        return super().create_task(wait() if asyncio.isfuture(coro) else coro, **options)


@mutant(breaks="create_task.argument.future_type_error", says="expected it pending")
class CancelsRefusedFuturesLoop(SoundLoop):
    """Disposes of a future that it refuses, as if it were a coroutine."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Cancel, then refuse."""
        if asyncio.isfuture(coro):
            coro.cancel()
        return super().create_task(coro, **options)


@mutant(breaks="create_task.argument.awaitable_type_error", says=NOT_REFUSED)
class AwaitsAnythingLoop(SoundLoop):
    """Wraps what can be awaited and is neither a coroutine nor a future."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Wrap awaitables."""

        async def wait() -> Any:
            return await coro

        known = asyncio.iscoroutine(coro) or asyncio.isfuture(coro)
        wrap = hasattr(coro, "__await__") and not known
        return super().create_task(wait() if wrap else coro, **options)


@mutant(breaks="create_task.argument.generator_type_error", says=NOT_REFUSED, since=(3, 12))
class AcceptsGeneratorsLoop(SoundLoop):
    """Takes a generator for a coroutine, as Python 3.11 did."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Wrap generators."""

        @types.coroutine
        def delegate() -> Any:
            return (yield from coro)

        async def wait() -> Any:
            return await delegate()

        return super().create_task(wait() if inspect.isgenerator(coro) else coro, **options)


@mutant(breaks="create_task.argument.coroutine_abc_accepted", says="expected it to be accepted")
class NativeCoroutinesOnlyLoop(SoundLoop):
    """Accepts native coroutines only."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Ask for the type."""
        if not isinstance(coro, types.CoroutineType):
            raise TypeError(f"a coroutine was expected, got {coro!r}")
        return super().create_task(coro, **options)


@mutant(breaks="create_task.argument.error_leaves_no_task", says="tasks in all_tasks()")
class RegistersFirstLoop(SoundLoop):
    """Registers a task before it looks at the coroutine."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Leave a task that has nothing to run."""

        async def half_built() -> None:
            await self.create_future()

        if coro is None:
            super().create_task(half_built())
        return super().create_task(coro, **options)


@mutant(breaks="create_task.argument.error_leaves_no_task", says="to the exception handler")
class ReportsTheRefusedTaskLoop(SoundLoop):
    """Reports the half-built task as destroyed."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Report what is refused."""
        if coro is None:
            message = "Task was destroyed but it is pending!"
            self.call_exception_handler({"message": message})
        return super().create_task(coro, **options)


@mutant(breaks="create_task.argument.coroutine_positional_only_one", says=NOT_REFUSED)
class PositionalNameLoop(SoundLoop):
    """Takes the name as a second positional argument."""

    def create_task(self, coro: Any, name: Any = None, **options: Any) -> Any:
        """Forget the `*`."""
        return super().create_task(coro, name=name, **options)


@mutant(breaks="create_task.argument.coroutine_positional_only_one", says=NOT_REFUSED)
class PositionalContextLoop(SoundLoop):
    """Takes the context as a second positional argument."""

    def create_task(self, coro: Any, context: Any = None, **options: Any) -> Any:
        """Forget the `*`."""
        if context is None or hasattr(context, "run"):
            return super().create_task(coro, context=context, **options)
        raise TypeError(f"a context was expected, got {context!r}")


@mutant(
    breaks="create_task.argument.coroutine_positional_only_one",
    says="a refused create_task() ran ['body']",
)
@mutant(
    breaks="create_task.argument.unknown_keyword",
    says="a refused create_task() ran ['body']",
)
class SchedulesThenRefusesLoop(SoundLoop):
    """Schedules the coroutine before it looks at the other arguments."""

    def create_task(self, coro: Any, *rest: Any, **options: Any) -> Any:
        """Refuse too late."""
        known = {name: options.pop(name) for name in ("name", "context") if name in options}
        task = super().create_task(coro, **known)
        if rest or options:
            raise TypeError("create_task() was given what it does not know")
        return task


@mutant(breaks="create_task.argument.unknown_keyword", says=NOT_REFUSED)
class SwallowsKeywordsLoop(SoundLoop):
    """Passes over keywords that it does not know."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Keep the two that are known."""
        known = {key: options[key] for key in ("name", "context") if key in options}
        return super().create_task(coro, **known)
