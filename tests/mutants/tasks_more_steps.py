"""Broken loops: the steps of tasks, interrupts, running loops, ensure_future() and close()."""

from __future__ import annotations

import asyncio
import contextlib
import warnings
from typing import Any

from tests.mutants import SoundLoop, mutant
from tests.mutants.tasks_more_parts import ShapedLoop, Steps


class _AnythingIsNone(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        return yielded if asyncio.isfuture(yielded) else None


@mutant(breaks="create_task.step.bad_yield", says="saw ['resumed']")
class AnythingIsNoneLoop(ShapedLoop):
    """Resumes a coroutine whatever it yields."""

    steps = _AnythingIsNone


class _ForgetsBadYield(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        if yielded is None or asyncio.isfuture(yielded):
            return yielded
        forever = self.loop.create_future()
        forever._asyncio_future_blocking = True
        return forever


@mutant(breaks="create_task.step.bad_yield", says="saw []")
class ForgetsBadYieldLoop(ShapedLoop):
    """Never resumes a coroutine that yields what it does not know."""

    steps = _ForgetsBadYield


class _BareYieldIsBad(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        if yielded is None:
            return self.throw(RuntimeError("Task got bad yield: None"))
        return yielded


@mutant(breaks="create_task.step.bare_yield", says="expected two turns that follow one another")
class BareYieldIsBadLoop(ShapedLoop):
    """Takes a bare yield for an error."""

    steps = _BareYieldIsBad


class _NeverGivesWay(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        return super().send(None) if yielded is None else yielded


@mutant(breaks="create_task.step.bare_yield", says="expected two turns that follow one another")
class NeverGivesWayLoop(ShapedLoop):
    """Resumes a coroutine on the spot when it gives way."""

    steps = _NeverGivesWay


class _WaitsForItself(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        if yielded is not None and yielded is asyncio.current_task(self.loop):
            return self.swap(yielded, self.loop.create_future())
        return yielded


@mutant(breaks="create_task.step.await_itself", says="expected RuntimeError there")
class WaitsForItselfLoop(ShapedLoop):
    """Lets a task wait for itself."""

    steps = _WaitsForItself


class _WaitsForStrangers(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        if asyncio.isfuture(yielded) and yielded.get_loop() is not self.loop:
            return self.swap(yielded, self.loop.create_future())
        return yielded


@mutant(breaks="create_task.step.foreign_loop_future", says="expected RuntimeError there")
class WaitsForStrangersLoop(ShapedLoop):
    """Waits for the future of another loop."""

    steps = _WaitsForStrangers


@mutant(breaks="create_task.step.foreign_loop_future", says="expected RuntimeError there")
@mutant(breaks="ensure_future.wrong_loop", says="raised nothing; expected ValueError")
class FuturesOfTheRunningLoop(SoundLoop):
    """Makes futures of the loop that is running, whichever loop was asked."""

    def create_future(self) -> asyncio.Future[Any]:
        """Bind to the running loop."""
        return asyncio.Future(loop=asyncio._get_running_loop() or self)


class _OwnFuturesOnly(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        if yielded is None or isinstance(yielded, asyncio.Future):
            return yielded
        return self.throw(RuntimeError(f"Task got bad yield: {yielded!r}"))


@mutant(breaks="create_task.step.duck_future_awaited", says="a future-like object saw")
class OwnFuturesOnlyLoop(ShapedLoop):
    """Waits only for instances of asyncio.Future."""

    steps = _OwnFuturesOnly


class _Relayed(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        if not asyncio.isfuture(yielded):
            return yielded
        relay = self.loop.create_future()
        yielded.add_done_callback(lambda _: relay.done() or relay.set_result(None))
        relay.add_done_callback(lambda _: relay.cancelled() and yielded.cancel())
        return self.swap(yielded, relay)


@mutant(
    breaks="create_task.call_graph",
    says="gave (task, awaited by)",
    since=(3, 14),
)
class RelayLoop(ShapedLoop):
    """Has tasks wait for a future of its own in place of what they await."""

    steps = _Relayed


@mutant(breaks="create_task.get_stack.suspended", says="expected ['suspended_here'] and none")
class WrappedCoroutineLoop(SoundLoop):
    """Runs a wrapper around each coroutine."""

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Wrap the coroutine."""

        async def wrapper() -> Any:
            return await coro

        return super().create_task(wrapper(), **kwargs)


@mutant(
    breaks="create_task.exception.keyboard_interrupt_propagates",
    says="raised nothing; expected KeyboardInterrupt",
)
class NeverInterruptedLoop(SoundLoop):
    """Goes on after an interrupt, which only the task keeps."""

    def run_forever(self) -> None:
        """Run until stop(), whatever comes."""
        while True:
            try:
                return super().run_forever()
            except (KeyboardInterrupt, SystemExit):
                continue


@mutant(
    breaks="create_task.exception.keyboard_interrupt_propagates",
    says="raised nothing; expected SystemExit",
)
class ReportsSystemExitLoop(SoundLoop):
    """Reports SystemExit to the exception handler and goes on."""

    def run_forever(self) -> None:
        """Run until stop() or KeyboardInterrupt."""
        while True:
            try:
                return super().run_forever()
            except SystemExit as error:
                self.call_exception_handler({"message": "in a task", "exception": error})


class _PendingAfterInterrupt(Steps):
    def send(self, value: Any) -> Any:
        try:
            return super().send(value)
        except (KeyboardInterrupt, SystemExit) as error:
            self.loop.call_soon(_raise, error)
        forever = self.loop.create_future()
        forever._asyncio_future_blocking = True
        return forever


def _raise(error: BaseException) -> None:
    raise error


@mutant(
    breaks="create_task.exception.keyboard_interrupt_propagates",
    says="the task is pending; expected it to have raised the same object",
)
class PendingAfterInterruptLoop(ShapedLoop):
    """Lets an interrupt out and leaves its task pending."""

    steps = _PendingAfterInterrupt


@mutant(
    breaks="create_task.exception.other_tasks_survive_interrupt",
    says="the other task made steps [0] and is pending",
)
class DropsTheQueueLoop(SoundLoop):
    """Drops what is queued when an exception leaves the loop."""

    def __init__(self) -> None:
        super().__init__()
        self.queued: list[asyncio.Handle] = []

    def call_soon(self, callback: Any, *args: Any, **kwargs: Any) -> asyncio.Handle:
        """Remember the handle."""
        self.queued.append(super().call_soon(callback, *args, **kwargs))
        return self.queued[-1]

    def run_forever(self) -> None:
        """Run until stop()."""
        try:
            super().run_forever()
        except BaseException:
            for handle in self.queued:
                handle.cancel()
            raise


@mutant(
    breaks="create_task.exception.other_tasks_survive_interrupt",
    says="This event loop is already running",
)
class StaysRunningLoop(SoundLoop):
    """Does not take back that it is running when an exception leaves it."""

    flag = False

    def run_forever(self) -> None:
        """Run until stop()."""
        if self.flag:
            raise RuntimeError("This event loop is already running")
        self.flag = True
        super().run_forever()
        self.flag = False


@mutant(
    breaks="create_task.exception.traceback_cycle_free",
    says="expected no cycle of references",
    since=(3, 13, 3),
)
class TaskInFrameLoop(SoundLoop):
    """Leaves the task in a local variable of create_task()."""

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Make, keep for a moment, return."""
        task = super().create_task(coro, **kwargs)
        return task  # noqa: RET504 - the variable is the fault


class _NotRegistered(Steps):
    def send(self, value: Any) -> Any:
        asyncio._set_running_loop(None)
        try:
            return super().send(value)
        finally:
            asyncio._set_running_loop(self.loop)


@mutant(breaks="asyncio.create_task.uses_running_loop", says="no running event loop")
class NotRegisteredLoop(ShapedLoop):
    """Runs tasks without being registered as the running loop."""

    steps = _NotRegistered


class _Wrapper:
    """An object that stands before a loop, and makes tasks of its own."""

    def __init__(self, loop: Any) -> None:
        self.loop = loop

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loop, name)

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        return asyncio.Task(coro, loop=self.loop, **kwargs)


class _WrapperRegistered(Steps):
    def send(self, value: Any) -> Any:
        asyncio._set_running_loop(_Wrapper(self.loop))  # type: ignore[arg-type]  # the fault
        try:
            return super().send(value)
        finally:
            asyncio._set_running_loop(self.loop)


@mutant(breaks="asyncio.create_task.uses_running_loop", says="had its task factory make tasks of []")
class WrapperRegisteredLoop(ShapedLoop):
    """Registers a wrapper as the running loop."""

    steps = _WrapperRegistered


@mutant(breaks="asyncio.create_task.no_running_loop", says="'after the run': 'a task'")
class StaysRegisteredLoop(SoundLoop):
    """Stays registered as the running loop after its run."""

    def run_forever(self) -> None:
        """Run, and register once more."""
        asyncio._set_running_loop(None)
        super().run_forever()
        asyncio._set_running_loop(self)

    def close(self) -> None:
        """Let go at last."""
        asyncio._set_running_loop(None)
        super().close()


@mutant(breaks="asyncio.create_task.no_running_loop", says="'in another thread': 'a task'")
class RegisteredEverywhereLoop(SoundLoop):
    """Is the running loop of its executor's threads too."""

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        """Register in the thread while the job runs."""

        def job() -> Any:
            asyncio._set_running_loop(self)
            try:
                return func(*args)
            finally:
                asyncio._set_running_loop(None)

        return super().run_in_executor(executor, job)


@mutant(breaks="asyncio.create_task.name_and_context", says="unexpected keyword argument 'context'")
class NoContextLoop(SoundLoop):
    """Has the create_task() of Python 3.10, without context."""

    def create_task(self, coro: Any, *, name: Any = None) -> Any:  # type: ignore[override]  # the fault
        """Know one keyword only."""
        return super().create_task(coro, name=name)


@mutant(breaks="asyncio.create_task.name_and_context", says="expected 'n' and", since=(3, 12))
class NamelessLoop(SoundLoop):
    """Takes a name and forgets it."""

    def create_task(self, coro: Any, *, name: Any = None, **kwargs: Any) -> Any:  # noqa: ARG002 - the fault
        """Drop the name."""
        return super().create_task(coro, **kwargs)


@mutant(breaks="ensure_future.coroutine", says="create_task() needs a running loop")
class NeedsRunningLoop(SoundLoop):
    """Makes tasks only while it runs."""

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Insist on a running loop."""
        if not self.is_running():
            raise RuntimeError("create_task() needs a running loop")
        return super().create_task(coro, **kwargs)

    def run_until_complete(self, future: Any) -> Any:
        """Make its own task the moment it runs."""
        if not asyncio.iscoroutine(future):
            return super().run_until_complete(future)
        return super().run_until_complete(asyncio.Task(future, loop=self))


class _Opaque:
    """A future in a wrapper that asyncio.isfuture() does not see through."""

    def __init__(self, future: Any) -> None:
        self.future = future

    def __getattr__(self, name: str) -> Any:
        return getattr(self.future, name)

    def __await__(self) -> Any:
        return self.future.__await__()


@mutant(breaks="ensure_future.future_identity", says="ensure_future(future of the loop, loop=loop)")
class OpaqueFutureLoop(SoundLoop):
    """Makes futures that asyncio does not know for futures."""

    def create_future(self) -> Any:
        """Wrap a future."""
        return _Opaque(super().create_future())


class _InnerLoopFuture(asyncio.Future[Any]):
    def get_loop(self) -> Any:
        return _Wrapper(super().get_loop())


@mutant(breaks="ensure_future.future_identity", says="raised ValueError")
class InnerLoopFutureLoop(SoundLoop):
    """Makes futures that name an inner loop as theirs."""

    def create_future(self) -> asyncio.Future[Any]:
        """Make a future of the inner loop."""
        return _InnerLoopFuture(loop=self)


@mutant(breaks="ensure_future.awaitable", says="run_until_complete(awaitable) raised TypeError")
class CoroutinesOnlyLoop(SoundLoop):
    """Runs coroutines and futures, no other awaitable."""

    def run_until_complete(self, future: Any) -> Any:
        """Refuse the rest."""
        if not asyncio.iscoroutine(future) and not asyncio.isfuture(future):
            raise TypeError(f"{future!r} is neither a coroutine nor a future")
        return super().run_until_complete(future)


@mutant(breaks="coroutine.never_awaited_warning", says="brought the warnings []; expected one")
class NoWarningsLoop(SoundLoop):
    """Filters all warnings while it runs."""

    def run_forever(self) -> None:
        """Run in silence."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            super().run_forever()


@mutant(breaks="coroutine.never_awaited_warning", says="_spare' was never awaited")
class SpareCoroutineLoop(SoundLoop):
    """Makes one more coroutine for each task, and forgets it."""

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Waste a coroutine."""
        self._spare()  # type: ignore[unused-coroutine]  # the fault
        return super().create_task(coro, **kwargs)

    async def _spare(self) -> None: ...


@mutant(breaks="create_task.closed_loop.after_pending_tasks", says="'new ran'")
class TurnsOnCloseLoop(SoundLoop):
    """Turns once more when it is closed."""

    def close(self) -> None:
        """Turn, then close."""
        if not self.is_closed():
            self.call_soon(self.stop)
            self.run_forever()
        super().close()


@mutant(breaks="create_task.closed_loop.after_pending_tasks", says="'started was cancelled'")
class ThrowsOnCloseLoop(SoundLoop):
    """Throws CancelledError into every coroutine when it is closed."""

    def close(self) -> None:
        """Throw, then close."""
        for task in asyncio.all_tasks(self):
            with contextlib.suppress(asyncio.CancelledError, StopIteration):
                task.get_coro().throw(asyncio.CancelledError())  # type: ignore[union-attr]  # it has one
        super().close()
