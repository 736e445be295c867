"""Running, stopping and closing the loop.

    new ──run──> running ──stop, or the future is done──> stopped ──run──> running ...
     └───────────────────────close()──────────────────────┴──> closed, for good

Source: library/asyncio-eventloop.html#running-and-stopping-the-loop
"""

from __future__ import annotations

import asyncio
from asyncio import _get_running_loop, _set_running_loop
from collections.abc import Awaitable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

T = TypeVar("T")


def run_forever(loop: ReferenceLoop) -> None:
    """Run until stop() is called.

    Raises RuntimeError on a closed loop, on one that is running, and in a thread that
    runs another loop.
    """
    expect_able_to_run(loop)
    with as_running_loop(loop), loop.asyncgens.hooked(), loop.origins.tracked(loop.kernel.debug):
        loop.kernel.run()


def run_until_complete(loop: ReferenceLoop, future: Generator[Any, None, T] | Awaitable[T]) -> T:
    """Run until `future` is done; its result, or its exception raised.

    Raises RuntimeError if the loop was stopped before, and as run_forever() does;
    TypeError for what can't be awaited; ValueError for another loop's future.
    """
    expect_able_to_run(loop)
    ours = not asyncio.isfuture(future)
    main: asyncio.Future[T] = asyncio.ensure_future(future, loop=loop)  # type: ignore[arg-type]  # a generator is refused there

    def stop_when_done(done: asyncio.Future[T]) -> None:
        # An interrupt has ended the run already; a stop() now would end the next one.
        if done.cancelled() or not isinstance(done.exception(), KeyboardInterrupt | SystemExit):
            loop.stop()

    main.add_done_callback(stop_when_done)
    try:
        loop.run_forever()
    except BaseException:
        if ours and main.done() and not main.cancelled():
            main.exception()  # it is on its way to the caller: nobody need report it again
        raise
    finally:
        main.remove_done_callback(stop_when_done)
    if not main.done():
        raise RuntimeError("the event loop was stopped before the future was done")
    return main.result()


def stop(loop: ReferenceLoop) -> None:
    """End the run after the callbacks that are queued for its turn, or else the next run."""
    loop.kernel.stopping = True


def is_running(loop: ReferenceLoop) -> bool:
    """Whether a thread is running the loop now."""
    return loop.kernel.thread is not None


def is_closed(loop: ReferenceLoop) -> bool:
    """Whether close() was called."""
    return loop.kernel.closed


def close(loop: ReferenceLoop) -> None:
    """Discard what waits, shut the default executor down without waiting; idempotent.

    Raises RuntimeError while the loop is running.
    """
    if loop.is_running():
        raise RuntimeError("a running event loop can't be closed")
    if loop.is_closed():
        return
    for number in list(loop.signal_handlers):
        loop.remove_signal_handler(number)
    loop.kernel.close()
    loop.executor.abandon()


def expect_able_to_run(loop: ReferenceLoop) -> None:
    """Raise RuntimeError where a run can't begin."""
    loop.kernel.expect_open()
    if loop.is_running():
        raise RuntimeError("this event loop is already running")
    if _get_running_loop() is not None:
        raise RuntimeError("another event loop is running in this thread")


@contextmanager
def as_running_loop(loop: ReferenceLoop) -> Iterator[None]:
    """Be what get_running_loop() gives in this thread."""
    _set_running_loop(loop)
    try:
        yield
    finally:
        _set_running_loop(None)
