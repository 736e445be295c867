"""Mutants of create_future(): what kind of object it makes, and for whom."""

from __future__ import annotations

import asyncio
import concurrent.futures
from typing import Any

from . import SoundLoop, mutant
from .futures_parts import FutureLoop
from .tasks_create import NoCurrentLoop, current_or


@mutant(breaks="create_future.type", says="asyncio.isfuture() of create_future()'s")
class ConcurrentFutureLoop(SoundLoop):
    """Makes futures of the module concurrent.futures."""

    def create_future(self) -> Any:
        """Take the wrong Future."""
        return concurrent.futures.Future()


class Proxy:
    """Stands before a future."""

    def __init__(self, future: asyncio.Future[Any]) -> None:
        self.future = future

    def __getattr__(self, name: str) -> Any:
        return getattr(self.future, name)

    def __await__(self) -> Any:
        return self.future.__await__()


@mutant(breaks="create_future.type", says="asyncio.isfuture() of create_future()'s")
class UnmarkedFutureLoop(SoundLoop):
    """Makes futures that lack _asyncio_future_blocking."""

    def create_future(self) -> Any:
        """Hide the future, and the mark with it."""
        return Proxy(super().create_future())


@mutant(breaks="create_future.type", says="without the methods ['remove_done_callback']")
class IncompleteFutureLoop(FutureLoop):
    """Makes futures without remove_done_callback()."""

    class Future(asyncio.Future[Any]):
        """Lacks a method."""

        remove_done_callback: Any = None


class MarkedProxy(Proxy):
    """Stands before a future, and is taken for one by asyncio.isfuture()."""

    _asyncio_future_blocking = False


@mutant(breaks="create_future.isinstance_future", says="expected an instance of asyncio.Future")
class LookalikeFutureLoop(SoundLoop):
    """Makes futures of a class that does not derive from asyncio.Future."""

    def create_future(self) -> Any:
        """Hide the future's class."""
        return MarkedProxy(super().create_future())


@mutant(breaks="create_future.bound_to_loop", says="with another loop current, made a future of")
@mutant(breaks="create_future.bound_to_loop", says="['the other loop']")
class FutureOfCurrentLoop(NoCurrentLoop):
    """Makes futures of the thread's current loop."""

    def create_future(self) -> asyncio.Future[Any]:
        """Ask the thread in place of self."""
        return asyncio.Future(loop=current_or(self))


@mutant(breaks="create_future.bound_to_loop", says="with another loop running, made a future of")
class FutureOfRunningLoop(SoundLoop):
    """Makes futures of the running loop."""

    def create_future(self) -> asyncio.Future[Any]:
        """Ask for the running loop first."""
        try:
            return asyncio.Future(loop=asyncio.get_running_loop())
        except RuntimeError:
            return super().create_future()


@mutant(breaks="create_future.initial_state", says="done() and cancelled() of a new future are")
class BornDoneLoop(FutureLoop):
    """Makes futures that say from the start that they are done."""

    class Future(asyncio.Future[Any]):
        """Is always done."""

        def done(self) -> bool:
            """Say so."""
            return True


@mutant(breaks="create_future.initial_state", says="result() of a new future raised nothing")
class NoneUntilDoneLoop(FutureLoop):
    """result() of a pending future returns None."""

    class Future(asyncio.Future[Any]):
        """Has a result from the start."""

        def result(self) -> Any:
            """Answer too early."""
            return super().result() if self.done() else None


@mutant(breaks="create_future.initial_state", says="exception() of a new future raised nothing")
class NoExceptionUntilDoneLoop(FutureLoop):
    """exception() of a pending future returns None."""

    class Future(asyncio.Future[Any]):
        """Has no exception from the start."""

        def exception(self) -> Any:
            """Answer too early."""
            return super().exception() if self.done() else None


@mutant(breaks="create_future.distinct_objects", says="made 2 objects; expected 3")
class FreeListLoop(SoundLoop):
    """Takes finished futures back while somebody still holds them."""

    def create_future(self) -> asyncio.Future[Any]:
        """Reset a future that is done, if there is one."""
        made: list[asyncio.Future[Any]] = self.__dict__.setdefault("made", [])
        for future in made:
            if future.done():
                future.__init__(loop=self)  # type: ignore[misc]  # the fault
                return future
        made.append(super().create_future())
        return made[-1]


@mutant(breaks="create_future.distinct_objects", says="when the first of three futures")
class SharedOutcomeLoop(FutureLoop):
    """Completes all of its pending futures together."""

    class Future(asyncio.Future[Any]):
        """Knows its siblings."""

        siblings: list[asyncio.Future[Any]] = []  # noqa: RUF012 - shared on purpose

        def __init__(self, *, loop: Any) -> None:
            super().__init__(loop=loop)
            self.siblings.append(self)

        def set_result(self, result: Any, /) -> None:
            """Complete them all."""
            for sibling in self.siblings:
                asyncio.Future.set_result(sibling, result)
            self.siblings.clear()


@mutant(breaks="future.gc.pending_not_retained", says="expected the loop to keep no reference")
class RegisteredFuturesLoop(SoundLoop):
    """Keeps every future until it is done."""

    def create_future(self) -> asyncio.Future[Any]:
        """Note the future."""
        future = super().create_future()
        self.__dict__.setdefault("futures", []).append(future)
        return future


@mutant(breaks="future.gc.pending_not_retained", says="a pending future that was dropped brought")
class MourningLoop(FutureLoop):
    """Tells the exception handler of futures that die pending."""

    class Future(asyncio.Future[Any]):
        """Complains when it dies."""

        def __del__(self) -> None:
            """Complain."""
            if not self.done():
                self.get_loop().call_exception_handler({"message": "future died pending"})


@mutant(breaks="future.usable_while_stopped", says="on a stopped loop raised RuntimeError")
class RunningFuturesOnlyLoop(SoundLoop):
    """Makes futures only while it runs."""

    def create_future(self) -> asyncio.Future[Any]:
        """Insist on a running loop."""
        asyncio.get_running_loop()
        return super().create_future()


@mutant(breaks="future.usable_while_stopped", says="on a stopped loop raised RuntimeError")
class RunningCompletionOnlyLoop(FutureLoop):
    """Completes futures only while it runs."""

    class Future(asyncio.Future[Any]):
        """Asks for the running loop."""

        def set_result(self, result: Any, /) -> None:
            """Insist on a running loop."""
            asyncio.get_running_loop()
            super().set_result(result)


class Wrapper:
    """Stands before a loop."""

    def __init__(self, loop: Any) -> None:
        self.loop = loop

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loop, name)


@mutant(breaks="future.get_loop.identity_in_run", says="get_loop() of what run_in_executor()")
class InnerFuturesLoop(FutureLoop):
    """Makes futures that name an inner loop."""

    class Future(asyncio.Future[Any]):
        """Names a wrapper."""

        def get_loop(self) -> Any:
            """Name another object."""
            return Wrapper(super().get_loop())


@mutant(breaks="future.get_loop.identity_in_run", says="get_loop() of what ensure_future()")
class InnerTasksLoop(SoundLoop):
    """Makes tasks that name an inner loop."""

    class InnerTask(asyncio.Task[Any]):
        """Names a wrapper."""

        def get_loop(self) -> Any:
            """Name another object, save to the machinery outside of a run."""
            loop = super().get_loop()
            return Wrapper(loop) if loop.is_running() else loop

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Make such a task."""
        return self.InnerTask(coro, loop=self, **options)
