"""Mutants of run_in_executor(): executors that are given, and keywords that are not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from . import mutant
from .executors_parts import ExecutorLoop


@mutant(breaks="run_in_executor.explicit_executor", says="submitted []")
class DefaultOnlyLoop(ExecutorLoop):
    """Ignores the executor that is given."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:  # noqa: ARG002 - the fault
        """Use the default."""
        return super().hand_over(None, func, *args)


@mutant(breaks="run_in_executor.explicit_executor", says="expected the function and the two argum")
class ClosureLoop(ExecutorLoop):
    """Wraps the function in a closure, which can't be pickled."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Wrap it."""
        return super().hand_over(executor, lambda: func(*args))


@mutant(breaks="run_in_executor.explicit_executor", says="executor must be a ThreadPoolExecutor")
class ThreadPoolsOnlyLoop(ExecutorLoop):
    """Takes pools of threads, and no other executor."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Refuse others."""
        if not isinstance(executor, (ThreadPoolExecutor, type(None))):
            raise TypeError("executor must be a ThreadPoolExecutor")
        return super().hand_over(executor, func, *args)


@mutant(breaks="run_in_executor.explicit_executor", says="was still pending after")
class LateOnlyLoop(ExecutorLoop):
    """Does not notice when the executor's future is done at once."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Look for a change alone."""
        if executor is None:
            return super().hand_over(executor, func, *args)
        sound, future = executor.submit(func, *args), self.create_future()
        if not sound.done():
            sound.add_done_callback(
                lambda _: self.call_soon_threadsafe(future.set_result, sound.result())
            )
        return future


@mutant(breaks="run_in_executor.submit_error", says="submit() raises raised nothing; expected Refu")
class ErrorInFutureLoop(ExecutorLoop):
    """Puts what submit() raises into the future."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Store it."""
        try:
            return super().hand_over(executor, func, *args)
        except Exception as error:  # noqa: BLE001 - the fault
            future = self.create_future()
            future.set_exception(error)
            return future


@mutant(breaks="run_in_executor.submit_error", says="submit() raises raised nothing; expected Refu")
class FallsBackLoop(ExecutorLoop):
    """Falls back to the default executor."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Try the other one."""
        try:
            return super().hand_over(executor, func, *args)
        except Exception:  # noqa: BLE001 - the fault
            return super().hand_over(None, func, *args)


@mutant(breaks="run_in_executor.submit_error", says="was called 2 times; expected one call")
class TriesTwiceLoop(ExecutorLoop):
    """Tries a second time."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Insist."""
        try:
            return super().hand_over(executor, func, *args)
        except Exception:  # noqa: BLE001 - the fault
            return super().hand_over(executor, func, *args)


@mutant(
    breaks="run_in_executor.keyword_arguments_rejected",
    says="x=1) raised nothing; expected TypeError",
)
class KeywordsLoop(ExecutorLoop):
    """Passes keyword arguments on."""

    def hand_over(self, executor: Any, func: Any, *args: Any, **keywords: Any) -> Any:
        """Take them."""
        return super().hand_over(executor, lambda: func(*args, **keywords))


@mutant(
    breaks="run_in_executor.keyword_arguments_rejected",
    says="x=1) raised nothing; expected TypeError",
)
class DroppedKeywordsLoop(ExecutorLoop):
    """Takes keyword arguments, and drops them."""

    def hand_over(self, executor: Any, func: Any, *args: Any, **_: Any) -> Any:
        """Drop them."""
        return super().hand_over(executor, func, *args)


@mutant(
    breaks="run_in_executor.keyword_arguments_rejected",
    says="{'x': 1}",
)
class KeywordsRefusedLateLoop(ExecutorLoop):
    """Refuses keyword arguments when the function has been called with them."""

    def hand_over(self, executor: Any, func: Any, *args: Any, **keywords: Any) -> Any:
        """Call first."""
        if keywords:
            func(*args, **keywords)
            raise TypeError("no keywords")
        return super().hand_over(executor, func, *args)
