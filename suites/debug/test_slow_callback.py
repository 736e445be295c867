"""slow_callback_duration: what a loop in debug mode logs about callbacks that take long."""

from __future__ import annotations

import time
from asyncio import AbstractEventLoop

import pytest

from ..support.reports import Planted, error_of, keep_reports, run_failing
from ..support.requirement import requirement
from ..support.turns import run_turns
from .slow import (
    ROUNDING,
    SLOW,
    THRESHOLD,
    be_slow,
    has_number_between,
    warnings_about,
    watch_for_slow_callbacks,
)

MILLISECONDS = f"{SLOW * 1000:g} ms"


@requirement(
    "slow_callback.logged_in_debug",
    api="loop.slow_callback_duration",
    level="documented",
    since="3.11",
)
def test_a_slow_callback_is_logged(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """In debug mode a callback that takes longer than slow_callback_duration is logged as WARNING.

    If this fails, look for a duration that is not measured, or for milliseconds where
    seconds are meant.
    """
    watch_for_slow_callbacks(loop)

    def very_slow_callback() -> None:
        be_slow()

    began = time.monotonic()
    loop.call_soon(very_slow_callback)
    run_turns(loop)
    took = time.monotonic() - began
    texts = warnings_about(caplog, "very_slow_callback")

    assert len(texts) == 1, (
        f"very_slow_callback() took {MILLISECONDS} with slow_callback_duration={THRESHOLD} and "
        f"made the warnings {texts}; expected one that names it"
    )
    assert has_number_between(texts[0], SLOW - ROUNDING, took + ROUNDING), (
        f"a callback took {SLOW} to {took:.3f} s and was logged as {texts[0]!r}; "
        "expected how long it took, in seconds"
    )


@requirement(
    "slow_callback.timer_logged",
    api="loop.slow_callback_duration",
    level="documented",
    since="3.11",
)
def test_a_slow_timer_is_logged(loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture) -> None:
    """In debug mode a timer's slow callback is logged too.

    If this fails, look for timers that are run outside of what measures callbacks.
    """
    watch_for_slow_callbacks(loop)

    def very_slow_timer() -> None:
        be_slow()
        loop.stop()

    loop.call_later(THRESHOLD, very_slow_timer)
    loop.run_forever()
    texts = warnings_about(caplog, "very_slow_timer")

    assert len(texts) == 1, (
        f"a timer's very_slow_timer() took {MILLISECONDS} with slow_callback_duration={THRESHOLD} "
        f"and made the warnings {texts}; expected one that names it"
    )


@requirement(
    "slow_callback.task_step_names_task",
    api="loop.slow_callback_duration",
    level="implied",
    since="3.11",
)
async def test_a_slow_step_is_logged_with_its_task(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """A slow step of a task is logged in a way that tells which task it was.

    If this fails, look for the step's function shown in place of its task.
    """
    watch_for_slow_callbacks(loop)

    async def block() -> None:
        be_slow()

    await loop.create_task(block(), name="slowtask-1")
    texts = warnings_about(caplog, "slowtask-1")

    assert texts, (
        f"a step of the task 'slowtask-1' took {MILLISECONDS} and made the warnings "
        f"{warnings_about(caplog, '')}; expected one with the task's name"
    )


@requirement(
    "slow_callback.threshold_respected",
    api="loop.slow_callback_duration",
    level="documented",
    since="3.11",
)
def test_the_threshold_is_the_one_in_force(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """Only callbacks slower than slow_callback_duration are logged; a change counts at once.

    If this fails, look for a fixed threshold, for one that is read when the run begins,
    or for seconds compared with milliseconds.
    """
    watch_for_slow_callbacks(loop, 5.0)

    def below_the_threshold() -> None:
        be_slow()

    def lower_it() -> None:
        loop.slow_callback_duration = THRESHOLD

    def above_the_threshold() -> None:
        be_slow()

    loop.call_soon(below_the_threshold)
    loop.call_soon(lambda: loop.call_soon(lower_it))
    loop.call_soon(lambda: loop.call_soon(lambda: loop.call_soon(above_the_threshold)))
    run_turns(loop)
    below = warnings_about(caplog, "below_the_threshold")
    above = warnings_about(caplog, "above_the_threshold")

    assert below == [], (
        f"a callback of {MILLISECONDS}, with slow_callback_duration=5, made the warnings {below}; "
        "expected none"
    )
    assert len(above) == 1, (
        f"a callback of {MILLISECONDS}, after slow_callback_duration was lowered to {THRESHOLD} "
        f"during the run, made the warnings {above}; expected one"
    )


@requirement(
    "slow_callback.not_logged_without_debug",
    api="loop.slow_callback_duration",
    level="documented",
    since="3.11",
)
def test_without_debug_mode_nothing_is_logged(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """Without debug mode slow callbacks are not logged.

    If this fails, look for a duration that is always measured and compared.
    """
    watch_for_slow_callbacks(loop)
    loop.set_debug(False)

    loop.call_soon(be_slow)
    run_turns(loop)
    texts = warnings_about(caplog, "")

    assert texts == [], (
        f"without debug mode a callback of {MILLISECONDS} made the warnings {texts}; expected none"
    )


@requirement(
    "debug.slow_log_when_callback_raises_is_not_fatal",
    api="loop.slow_callback_duration",
    level="implied",
    since="3.11",
    doc="library/asyncio-dev.html#asyncio-debug-mode",
)
def test_a_slow_callback_that_fails_is_reported(loop: AbstractEventLoop) -> None:
    """A slow callback that raises, in debug mode, is reported once and the loop goes on.

    If this fails, look for the measuring around a callback, which has to leave the
    guarding of it as it is.
    """
    error = Planted("from a slow callback")
    ran: list[str] = []
    watch_for_slow_callbacks(loop)
    kept = keep_reports(loop, error_of)

    def fail_slowly() -> None:
        be_slow()
        raise error

    loop.call_soon(fail_slowly)
    loop.call_soon(ran.append, "behind it")
    run_failing(loop)

    assert kept == [error], (
        f"in debug mode a slow callback raised {error!r} and the handler was called for {kept}; "
        "expected one call, for that error"
    )
    assert ran == ["behind it"], (
        f"in debug mode there ran {ran} behind a slow callback that raised; "
        "expected the next callback"
    )
