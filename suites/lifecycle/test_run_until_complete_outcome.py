"""run_until_complete(): how a failure, a cancellation or an interrupt leaves it."""

from __future__ import annotations

import asyncio
import gc
from asyncio import AbstractEventLoop
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, Literal, NoReturn

import pytest

from ..support.expect import expect_raises, not_observable
from ..support.requirement import requirement
from ..support.running import GUARD, expect_usable
from ..support.sockets import Reports
from ..support.tracking import only_new_garbage, state_of
from ..support.turns import run_turns, turns

Form = Literal["coroutine", "future"]
RUNNER = "library/asyncio-runner.html#handling-keyboard-interruption"
INTERRUPTS: list[type[BaseException]] = [KeyboardInterrupt, SystemExit]


async def failing(error: BaseException) -> NoReturn:
    """Raise `error` after a turn."""
    await turns(1)
    raise error


async def returning_after(count: int) -> str:
    """Return after that many turns."""
    await turns(count)
    return "result"


def failing_as(form: Form, loop: AbstractEventLoop, error: Exception) -> Awaitable[Any]:
    """A coroutine or a future of the loop that is going to fail with `error`."""
    if form == "coroutine":
        return failing(error)
    future = loop.create_future()
    loop.call_soon(future.set_exception, error)
    return future


@requirement(
    "run_until_complete.exception.same_object",
    api="loop.run_until_complete",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("form", ["coroutine", "future"])
def test_the_exception_itself_is_raised(loop: AbstractEventLoop, form: Form) -> None:
    """If the future or coroutine fails, run_until_complete() raises that very exception object.

    If this fails, look for an exception that is wrapped, copied or returned on its way out.
    """
    error = ValueError("from the argument")

    with expect_raises(ValueError, f"run_until_complete(failing {form})") as caught:
        loop.run_until_complete(failing_as(form, loop, error))

    assert caught.error is error, (
        f"run_until_complete(failing {form}) raised {caught.error!r}, another object than the "
        f"{error!r} it failed with; expected that very object"
    )


@requirement(
    "run_until_complete.exception.not_reported_too",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("form", ["coroutine", "future"])
@only_new_garbage()
def test_an_exception_that_was_raised_is_not_reported_too(
    loop: AbstractEventLoop, form: Form
) -> None:
    """An exception that run_until_complete() raised is not reported to the exception handler later.

    If this fails, look for a result that is passed on through a second future, which leaves
    the exception of the task itself unretrieved.
    """
    reports = Reports(loop)
    raised = False

    try:
        loop.run_until_complete(failing_as(form, loop, ValueError("from the argument")))
    except ValueError:
        raised = True
    gc.collect()
    run_turns(loop)

    assert raised, f"run_until_complete(failing {form}) raised nothing; expected ValueError"
    reports.expect_none(f"after run_until_complete(failing {form}) had raised")


async def cancel_itself() -> None:
    """Cancel the task that runs this, and give way."""
    task = asyncio.current_task()
    assert task is not None, "current_task() in a coroutine is None; expected its task"
    task.cancel()
    await turns(1)


def cancelled_as(form: Form, loop: AbstractEventLoop) -> Awaitable[Any]:
    """A coroutine or a future of the loop that is going to be cancelled."""
    if form == "coroutine":
        return cancel_itself()
    future = loop.create_future()
    loop.call_soon(future.cancel)
    return future


@requirement(
    "run_until_complete.cancelled.raises",
    api="loop.run_until_complete",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("form", ["coroutine", "future"])
def test_a_cancelled_argument_raises_cancelled_error(loop: AbstractEventLoop, form: Form) -> None:
    """If the future or task ends cancelled, run_until_complete() raises CancelledError.

    If this fails, look for a run that asks for the outcome without result(), or that takes
    a cancelled future for one that the loop was stopped before.
    """
    with expect_raises(asyncio.CancelledError, f"run_until_complete({form} that is cancelled)"):
        loop.run_until_complete(cancelled_as(form, loop))


@requirement(
    "run_until_complete.interrupt.next_run_unaffected",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("kind", INTERRUPTS)
def test_the_run_after_an_interrupt_is_a_full_one(
    loop: AbstractEventLoop, kind: type[BaseException]
) -> None:
    """After an interrupt came out of run_until_complete(), the next run is not cut short by it.

    If this fails, look for a done callback, or a request to stop, that stays behind when the
    run ends by an exception.
    """
    interrupted = False
    loop.set_exception_handler(lambda *_: None)  # where it goes if it does not leave the run
    guard = loop.call_later(GUARD, loop.stop)
    try:
        loop.run_until_complete(failing(kind("from the coroutine")))
    except kind:
        interrupted = True
    except RuntimeError:  # where the guard had to stop the run
        pass
    guard.cancel()
    if not interrupted:
        not_observable("the interrupt did not leave the run")

    expect_usable(loop, f"after a {kind.__name__} came out of a run")


@requirement(
    "run_until_complete.interrupt.other_task",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
    doc=RUNNER,
)
@pytest.mark.parametrize("kind", INTERRUPTS)
def test_an_interrupt_of_another_task_leaves_the_main_one_pending(
    loop: AbstractEventLoop, kind: type[BaseException]
) -> None:
    """An interrupt of another task comes out of run_until_complete(); the main task can go on.

    If this fails, look for a run that cancels what it was waiting for when it ends early, or
    that keeps interrupts for the task that raised them.
    """
    main = loop.create_task(returning_after(3))
    other = loop.create_task(failing(kind("from another task")))

    doing = f"run_until_complete(task) while another task raises {kind.__name__}"
    with expect_raises(kind, doing):
        loop.run_until_complete(main)
    left = state_of(main)
    run_turns(loop)

    assert state_of(other).startswith("raised"), (
        f"the task that raised {kind.__name__} is {state_of(other)}; expected it done"
    )
    assert (left, state_of(main)) == ("pending", "returned 'result'"), (
        f"{doing} left its task {left}, and the next run {state_of(main)}; "
        "expected it pending, and then returned 'result'"
    )


@requirement(
    "run_until_complete.interrupt.not_reported_too",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("kind", INTERRUPTS)
@only_new_garbage()
def test_an_interrupt_that_was_raised_is_not_reported_too(
    loop: AbstractEventLoop, kind: type[BaseException]
) -> None:
    """An interrupt of the main coroutine is raised, and not reported as never retrieved as well.

    If this fails, look for the task that run_until_complete() made of the coroutine: nobody
    else can retrieve its exception when the run ends by it.
    """
    reports = Reports(loop)
    raised = False

    guard = loop.call_later(GUARD, loop.stop)
    try:
        loop.run_until_complete(failing(kind("from the coroutine")))
    except kind:
        raised = True
    except RuntimeError:  # where the guard had to stop the run
        pass
    guard.cancel()
    gc.collect()
    for _ in range(2):  # the interrupt may cut one short, which is not judged here
        with suppress(kind):
            loop.call_later(0, loop.stop)
            loop.run_forever()

    assert raised, (
        f"run_until_complete(coroutine that raises {kind.__name__}) raised nothing; "
        f"expected {kind.__name__}"
    )
    reports.expect_none(f"after {kind.__name__} came out of run_until_complete()")
