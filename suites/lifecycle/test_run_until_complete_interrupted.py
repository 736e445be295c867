"""run_until_complete(): interrupts, and what the loop or the task does besides."""

from __future__ import annotations

import asyncio
import gc
from asyncio import AbstractEventLoop
from typing import NoReturn

import pytest

from ..support.reports import fail_with
from ..support.requirement import requirement
from ..support.running import GUARD
from ..support.sockets import Reports
from ..support.tracking import only_new_garbage
from ..support.turns import turns

INTERRUPTS = pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])


async def _failing(error: BaseException) -> NoReturn:
    await turns(1)
    raise error


@INTERRUPTS
@requirement(
    "run_until_complete.interrupt.not_reported_after_close",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
)
@only_new_garbage()
def test_an_interrupt_that_was_raised_is_not_reported_when_the_loop_is_closed(
    loop: AbstractEventLoop, kind: type[BaseException]
) -> None:
    """An interrupt of the main coroutine is not reported either where the loop is closed next.

    If this fails, look for an exception that is retrieved by a done callback alone, which
    a loop that never runs again does not call.
    """
    reports = Reports(loop)
    raised = False

    guard = loop.call_later(GUARD, loop.stop)
    try:
        loop.run_until_complete(_failing(kind("from the coroutine")))
    except kind:
        raised = True
    except RuntimeError:  # where the guard had to stop the run
        pass
    guard.cancel()
    loop.close()
    gc.collect()

    assert raised, (
        f"run_until_complete(coroutine that raises {kind.__name__}) raised nothing; "
        f"expected {kind.__name__}"
    )
    reports.expect_none(f"after {kind.__name__} came out of run_until_complete(), and close()")


@INTERRUPTS
@requirement(
    "run_until_complete.interrupt.beside_a_cancelled_coroutine",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
)
def test_an_interrupt_is_raised_though_the_coroutine_was_cancelled(
    loop: AbstractEventLoop, kind: type[BaseException]
) -> None:
    """An interrupt comes out of run_until_complete() though its coroutine has just been cancelled.

    If this fails, look for the outcome of the task that is asked for while the interrupt is
    on its way: a cancelled one answers with CancelledError.
    """
    Reports(loop)  # where the interrupt goes if it does not leave the run

    async def cancelled_beside_an_interrupt() -> None:
        loop.call_soon(fail_with, kind("from a callback"))
        raise asyncio.CancelledError

    came: BaseException | None = None
    try:
        loop.run_until_complete(cancelled_beside_an_interrupt())
    except NotImplementedError:
        raise
    except BaseException as error:  # noqa: BLE001 - which one it is, is what is judged
        came = error

    assert isinstance(came, kind), (
        f"run_until_complete(cancelled coroutine) while a callback raises {kind.__name__} "
        f"raised {came!r}; expected the {kind.__name__}"
    )
