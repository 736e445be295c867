"""Mutants of futures: how they get their outcome, and what they say of it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import copy
from typing import Any

from . import SoundLoop, mutant
from .futures_parts import FutureLoop


@mutant(breaks="future.set_result.state", says="right after set_result(), done() and cancelled()")
class LateResultLoop(FutureLoop):
    """A future is done only a turn after set_result()."""

    class Future(asyncio.Future[Any]):
        """Takes its time."""

        def set_result(self, result: Any, /) -> None:
            """Schedule the completion."""
            self.get_loop().call_soon(super().set_result, result)


@mutant(breaks="future.set_result.state", says="expected that very object")
class CopyingFutureLoop(FutureLoop):
    """A future stores a copy of its result."""

    class Future(asyncio.Future[Any]):
        """Copies."""

        def set_result(self, result: Any, /) -> None:
            """Store a copy."""
            super().set_result(copy.copy(result))


class Forgetful(asyncio.Future[Any]):
    """Lets a later outcome replace an earlier one."""

    def forget(self) -> None:
        """Become pending again."""
        if self.done():
            asyncio.Future.__init__(self, loop=self.get_loop())


@mutant(
    breaks="future.set_twice.invalid_state", says="set_result() after set_result() raised nothing"
)
@mutant(
    breaks="future.set_twice.invalid_state",
    says="set_result() after set_exception() raised nothing",
)
@mutant(breaks="future.set_twice.invalid_state", says="set_result() after cancel() raised nothing")
class OverwritingResultLoop(FutureLoop):
    """set_result() replaces an earlier outcome."""

    class Future(Forgetful):
        """Takes the last result."""

        def set_result(self, result: Any, /) -> None:
            """Forget what was."""
            self.forget()
            super().set_result(result)


@mutant(
    breaks="future.set_twice.invalid_state", says="set_exception() after cancel() raised nothing"
)
class OverwritingExceptionLoop(FutureLoop):
    """set_exception() replaces an earlier outcome."""

    class Future(Forgetful):
        """Takes the last exception."""

        def set_exception(self, exception: Any, /) -> None:
            """Forget what was."""
            self.forget()
            super().set_exception(exception)


@mutant(breaks="future.set_twice.invalid_state", says="by a refused set_result()")
class RefusingTooLateLoop(FutureLoop):
    """set_result() replaces an earlier outcome, and complains about it."""

    class Future(Forgetful):
        """Takes the last result, and raises."""

        def set_result(self, result: Any, /) -> None:
            """Replace first, refuse then."""
            was_done = self.done()
            self.forget()
            super().set_result(result)
            if was_done:
                raise asyncio.InvalidStateError


@mutant(breaks="future.set_twice.invalid_state", says="expected InvalidStateError")
class OtherInvalidStateLoop(FutureLoop):
    """Refuses a second outcome with the InvalidStateError of concurrent.futures."""

    class Future(asyncio.Future[Any]):
        """Has the wrong InvalidStateError."""

        def set_result(self, result: Any, /) -> None:
            """Refuse with it."""
            if self.done():
                raise concurrent.futures.InvalidStateError
            super().set_result(result)


class Keeping(asyncio.Future[Any]):
    """Keeps what set_exception() was given."""

    given: Any = None

    def set_exception(self, exception: Any, /) -> None:
        """Keep it, and store something harmless where it would be refused."""
        if isinstance(exception, StopIteration):
            super().set_exception(RuntimeError())
        else:
            super().set_exception(exception)
        self.given = exception


@mutant(breaks="future.set_exception.state", says="expected an instance of KeyError")
@mutant(breaks="future.set_exception.stop_iteration", says="exception() is StopIteration('value')")
class UncheckedExceptionLoop(FutureLoop):
    """Stores whatever set_exception() is given: a class as it is, StopIteration too."""

    class Future(Keeping):
        """Hands out what it was given."""

        def exception(self) -> Any:
            """What was given."""
            super().exception()
            return self.given


@mutant(breaks="future.set_exception.state", says="with the instance raised nothing")
class ReturnedExceptionLoop(FutureLoop):
    """result() returns the exception in place of raising it."""

    class Future(Keeping):
        """Returns what it should raise."""

        def result(self) -> Any:
            """Return it."""
            return super().result() if self.given is None else self.given


@mutant(breaks="future.set_exception.state", says="expected what exception() returns")
class RepeatedInstantiationLoop(FutureLoop):
    """result() makes a new exception each time."""

    class Future(Keeping):
        """Raises another one."""

        def result(self) -> Any:
            """Raise a twin."""
            raise KeyError("a twin")


@mutant(breaks="future.set_exception.stop_iteration", says="a StopIteration has the cause None")
class ForgottenCauseLoop(FutureLoop):
    """Turns a StopIteration into a RuntimeError that does not name it."""

    class Future(Keeping):
        """Drops the cause."""


@mutant(breaks="future.set_exception.stop_iteration", says="raised TypeError and left a future")
class RefusedButDoneLoop(FutureLoop):
    """Refuses a StopIteration when the future is done already."""

    class Future(Keeping):
        """Raises late."""

        def set_exception(self, exception: Any, /) -> None:
            """Complete first, refuse then."""
            super().set_exception(exception)
            if isinstance(exception, StopIteration):
                raise TypeError


@mutant(breaks="future.complete_after_close", says="with a done callback raised nothing; expected")
class ClosedLoopDrops(SoundLoop):
    """Drops done callbacks, and what else has arguments, after close()."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Drop it in silence."""
        if self.is_closed() and args:
            return asyncio.Handle(callback, args, self)
        return super().call_soon(callback, *args, **options)


@mutant(breaks="future.complete_after_close", says="with a done callback raised nothing; expected")
class ClosedLoopRuns(SoundLoop):
    """Runs done callbacks, and what else has arguments, on the spot after close()."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Run it at once."""
        if self.is_closed() and args:
            callback(*args)
            return asyncio.Handle(callback, args, self)
        return super().call_soon(callback, *args, **options)


@mutant(breaks="future.complete_after_close", says="the done callback was called with")
class ClosedLoopRunsAndRaises(SoundLoop):
    """Runs on the spot what is scheduled after close(), and refuses it then."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Run it at once."""
        if self.is_closed():
            callback(*args)
        return super().call_soon(callback, *args, **options)


@mutant(breaks="future.complete_after_close", says="Event loop is closed")
class ClosedLoopRefusesLoop(FutureLoop):
    """Refuses to complete any future after close()."""

    class Future(asyncio.Future[Any]):
        """Asks whether its loop is closed."""

        def set_result(self, result: Any, /) -> None:
            """Refuse."""
            if self.get_loop().is_closed():
                raise RuntimeError("Event loop is closed")
            super().set_result(result)
