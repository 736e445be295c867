"""Runner.run() and Ctrl+C: SIGINT cancels the main task first, and interrupts it next."""

from __future__ import annotations

import asyncio
import signal
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ..support.expect import not_observable
from ..support.requirement import requirement
from ..support.runners import PATIENCE, in_thread
from ..support.turns import turns

LoopFactory = Callable[[], AbstractEventLoop]
DOC = "library/asyncio-runner.html#handling-keyboard-interruption"


@contextmanager
def interrupting(*moments: threading.Event) -> Iterator[None]:
    """Send SIGINT to the main thread at each moment, from a thread; Python's handler is set.

    A Runner makes its loop in the block, so that the loop finds that handler.

    A signal that comes just before the thread begins its wait does not end that wait, on
    asyncio's own loop neither. So SIGURG, whose handler does nothing, follows it.
    """
    if threading.current_thread() is not threading.main_thread():
        not_observable("this check runs in a thread, where no signal arrives")
    main, over = threading.get_ident(), threading.Event()

    def send() -> None:
        for moment in moments:
            nudge_until(moment)
            if not over.is_set():
                signal.pthread_kill(main, signal.SIGINT)
        nudge_until(over)

    def nudge_until(event: threading.Event) -> None:
        while not event.wait(0.005):
            signal.pthread_kill(main, signal.SIGURG)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    urgent = signal.signal(signal.SIGURG, lambda *_: None)
    thread = in_thread(send)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # for one that comes too late
        over.set()
        for moment in moments:
            moment.set()
        thread.join()
        signal.signal(signal.SIGURG, urgent)
        signal.signal(signal.SIGINT, before)


@contextmanager
def runner_of(loop_factory: LoopFactory) -> Iterator[asyncio.Runner]:
    """A Runner that is closed after the block; what becomes of close() is another promise."""
    runner = asyncio.Runner(loop_factory=loop_factory)
    try:
        yield runner
    finally:
        with suppress(RuntimeError):
            runner.close()


def expect_python_handler(runner: asyncio.Runner) -> None:
    """End the check where making the loop replaces Python's handler, so that run() sets none.

    Whether the main task is cancelled all the same is judged by one check, not by each.
    """
    runner.get_loop()
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        not_observable("making the loop replaces Python's SIGINT handler")


def end_of(runner: asyncio.Runner, main: Callable[[], Coroutine[Any, Any, object]]) -> str:
    """How run() ended, in words."""
    try:
        return f"returned {runner.run(main())!r}"
    except NotImplementedError:
        raise
    except (Exception, KeyboardInterrupt, asyncio.CancelledError) as error:  # noqa: BLE001 - any
        return f"raised {error!r}"


@requirement(
    "runner.sigint_cancels_main_task",
    api="Runner.run",
    level="documented",
    since="3.11",
    platforms=("unix",),
    doc=DOC,
)
def test_sigint_cancels_the_main_task(loop_factory: LoopFactory) -> None:
    """One SIGINT cancels the main task of run(), which then raises KeyboardInterrupt.

    If this fails, look for run_forever() that sets a SIGINT handler of its own, for a wait
    that a signal does not end, or for call_soon_threadsafe() that does not wake an idle
    loop when a signal handler calls it.
    """
    waiting = threading.Event()
    saw: list[str] = []

    def give_up(release: asyncio.Event) -> None:
        saw.append(f"nothing for {PATIENCE} s")
        release.set()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        release = asyncio.Event()
        rescue = loop.call_later(PATIENCE, give_up, release)
        loop.call_soon(waiting.set)
        try:
            await release.wait()
        except asyncio.CancelledError:
            await turns()
            saw.append("the cancellation")
            raise
        finally:
            rescue.cancel()

    with runner_of(loop_factory) as runner, interrupting(waiting):
        end = end_of(runner, main)
        saw_in_run = saw.copy()

    assert saw_in_run == ["the cancellation"], (
        f"when SIGINT came while the loop was idle, the main task saw {saw_in_run} before run() "
        f"{end}; expected its cancellation, and a complete clean-up"
    )
    assert end == "raised KeyboardInterrupt()", (
        f"run() {end} after SIGINT; expected KeyboardInterrupt"
    )


@requirement(
    "runner.sigint_second_interrupts",
    api="Runner.run",
    level="documented",
    since="3.11",
    platforms=("unix",),
    doc=DOC,
)
def test_a_second_sigint_interrupts_the_run(loop_factory: LoopFactory) -> None:
    """A second SIGINT raises KeyboardInterrupt out of run(), whatever the main task does.

    If this fails, look for a loop that swallows or reports what a signal handler raises
    inside its wait.
    """
    waiting, resisting = threading.Event(), threading.Event()
    saw: list[str] = []

    async def main() -> str:
        loop = asyncio.get_running_loop()
        release = asyncio.Event()
        rescue = loop.call_later(PATIENCE, release.set)
        loop.call_soon(waiting.set)
        try:
            await release.wait()
        except asyncio.CancelledError:
            saw.append("the cancellation")
            loop.call_soon(resisting.set)
            await release.wait()
        finally:
            rescue.cancel()
        return f"after {PATIENCE} s"

    with runner_of(loop_factory) as runner, interrupting(waiting, resisting):
        expect_python_handler(runner)
        end = end_of(runner, main)
        saw_in_run = saw.copy()

    assert saw_in_run == ["the cancellation"], (
        f"the main task saw {saw_in_run} before run() {end}; expected the cancellation that the "
        "first SIGINT brings, which it resisted"
    )
    assert end == "raised KeyboardInterrupt()", (
        f"run() {end} when its main task resisted the first SIGINT and a second one came; "
        "expected KeyboardInterrupt"
    )


@requirement(
    "runner.sigint_handler_removed",
    api="Runner.run",
    level="documented",
    since="3.11",
    platforms=("unix",),
    doc=DOC,
)
def test_the_sigint_handler_is_there_during_the_run_only(loop_factory: LoopFactory) -> None:
    """run() has a SIGINT handler of its own while it lasts, and puts Python's back at its end.

    If this fails, look for run_forever() that sets a SIGINT handler too, at its beginning or at
    its end.
    """
    handlers: list[object] = []

    async def main() -> None:
        await turns()
        handlers.append(signal.getsignal(signal.SIGINT))

    with runner_of(loop_factory) as runner, interrupting():
        expect_python_handler(runner)
        runner.run(main())
        handlers.append(signal.getsignal(signal.SIGINT))

    shown = ["Python's" if one is signal.default_int_handler else repr(one) for one in handlers]
    assert len(handlers) == 2, f"run() ran the coroutine {len(handlers) - 1} times; expected once"
    assert shown[0] != "Python's", (
        "the SIGINT handler inside run() was Python's; expected the Runner's own"
    )
    assert shown[1] == "Python's", (
        f"the SIGINT handler after run() was {shown[1]}; expected Python's, as before"
    )
