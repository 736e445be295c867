"""Mutants of set_default_executor()."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

from . import SoundLoop, mutant
from .executors_parts import ExecutorLoop


@mutant(breaks="set_default_executor.used", says="two calls by way of run_in_executor ran in")
@mutant(breaks="set_default_executor.used", says="two calls by way of to_thread ran in")
@mutant(breaks="set_default_executor.replaced", says="executor set before")
class IgnoredExecutorLoop(SoundLoop):
    """Ignores the executor that is set."""

    def set_default_executor(self, executor: Any) -> None:
        """Drop it."""


@mutant(breaks="set_default_executor.used", says="two calls by way of run_in_executor ran in")
class UsedOnceLoop(ExecutorLoop):
    """Uses the executor that is set for the first call only."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Go back to another one."""
        future = super().hand_over(executor, func, *args)
        self.set_default_executor(ThreadPoolExecutor(1))
        return future


@mutant(breaks="set_default_executor.replaced", says="executor made by the loop")
class FirstExecutorStaysLoop(ExecutorLoop):
    """Takes an executor only as long as there is none."""

    used = False

    def set_default_executor(self, executor: Any) -> None:
        """Come too late."""
        if not self.used:
            super().set_default_executor(executor)

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Remember that there is an executor."""
        self.used = True
        return super().hand_over(executor, func, *args)


class AnyExecutorLoop(ExecutorLoop):
    """No mutant: keeps its default executor itself, and asks `accepts`."""

    own: Any = None

    def set_default_executor(self, executor: Any) -> None:
        """Take what is acceptable."""
        if self.accepts(executor):
            self.own = executor
        else:
            super().set_default_executor(executor)

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Use what was taken."""
        return super().hand_over(executor or self.own, func, *args)

    def accepts(self, executor: Any) -> bool:
        """For mutants to override."""
        raise NotImplementedError


@mutant(breaks="set_default_executor.type_error", says="with another Executor raised nothing")
@mutant(breaks="set_default_executor.type_error", says="with the class raised nothing")
class AnySubmitLoop(AnyExecutorLoop):
    """Takes whatever has a submit()."""

    def accepts(self, executor: Any) -> bool:
        """Look for submit()."""
        return hasattr(executor, "submit")


@mutant(breaks="set_default_executor.type_error", says="with None raised nothing")
class NoneResetsLoop(AnyExecutorLoop):
    """Takes None, which resets the default executor."""

    def accepts(self, executor: Any) -> bool:
        """Take pools of threads and None."""
        return executor is None or isinstance(executor, ThreadPoolExecutor)


@mutant(breaks="set_default_executor.type_error", says="with object() raised nothing")
class WarningOnlyLoop(SoundLoop):
    """Warns of what is no pool of threads."""

    def set_default_executor(self, executor: Any) -> None:
        """Warn, as Python 3.8 did."""
        if isinstance(executor, ThreadPoolExecutor):
            super().set_default_executor(executor)
        else:
            warnings.warn("deprecated", DeprecationWarning, stacklevel=2)


@mutant(
    breaks="set_default_executor.type_error", says="after a refused set_default_executor() with"
)
class RefusedButForgottenLoop(SoundLoop):
    """Drops the executor that was set before, when it refuses another."""

    def set_default_executor(self, executor: Any) -> None:
        """Reset first."""
        super().set_default_executor(ThreadPoolExecutor(1))
        super().set_default_executor(executor)


@mutant(breaks="set_default_executor.subclass_accepted", says="a pool of a subclass raised TypeErr")
class ExactClassLoop(SoundLoop):
    """Takes instances of ThreadPoolExecutor itself alone."""

    def set_default_executor(self, executor: Any) -> None:
        """Compare classes."""
        if type(executor) is not ThreadPoolExecutor:
            raise TypeError("executor must be ThreadPoolExecutor instance")
        super().set_default_executor(executor)


@mutant(breaks="set_default_executor.subclass_accepted", says="expected that pool, in")
class CopiedPoolLoop(SoundLoop):
    """Makes a pool of its own with as many threads as the one it is given."""

    def set_default_executor(self, executor: Any) -> None:  # noqa: ARG002 - the fault
        """Make another one."""
        super().set_default_executor(ThreadPoolExecutor(1))


@mutant(
    breaks="shutdown_default_executor.executor_that_was_set",
    says="submit() of the executor that was set, after shutdown_default_executor(), raised nothing",
)
class OthersPoolStaysLoop(AnyExecutorLoop):
    """Shuts down its own executor only."""

    def accepts(self, executor: Any) -> bool:
        """Take pools of threads."""
        return isinstance(executor, ThreadPoolExecutor)


@mutant(breaks="set_default_executor.per_loop", says="expected different threads")
class SharedExecutorLoop(ExecutorLoop):
    """Shares one default executor between all loops."""

    shared: ClassVar[Any] = None

    def set_default_executor(self, executor: Any) -> None:
        """Set it for all."""
        type(self).shared = executor

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Use the common one."""
        return super().hand_over(executor or self.shared, func, *args)


@mutant(breaks="set_default_executor.per_loop", says="after another loop's close()")
class ClosedForAllLoop(ExecutorLoop):
    """Has a common default executor, which any loop's close() ends."""

    common: ClassVar[Any] = None
    own: Any = None

    def set_default_executor(self, executor: Any) -> None:
        """Set it for this loop."""
        self.own = executor

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Use this loop's executor, or the common one."""
        cls = type(self)
        if executor is None and self.own is None and cls.common is None:
            cls.common = ThreadPoolExecutor(1)
        return super().hand_over(executor or self.own or cls.common, func, *args)

    def close(self) -> None:
        """End it for all; the last loop puts a new one in its place."""
        if self.common is not None:
            self.common.shutdown()
            if self.own is None:
                type(self).common = None
        super().close()
