"""Debug mode: coroutines that remember where they were created."""

from __future__ import annotations

import sys
import warnings
from asyncio import AbstractEventLoop
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ..support.clocks import rescued
from ..support.expect import not_observable
from ..support.reports import ends_by_itself, fail_with
from ..support.requirement import requirement
from ..support.tasks import nothing
from ..support.turns import run_turns, turns

ORIGINS = "library/asyncio-dev.html#detect-never-awaited-coroutines"
Seen = tuple[int, bool]


@contextmanager
def origin_depth(depth: int) -> Iterator[None]:
    """Begin with that depth of origin tracking, and put back what there was."""
    before = sys.get_coroutine_origin_tracking_depth()
    sys.set_coroutine_origin_tracking_depth(depth)
    try:
        yield
    finally:
        sys.set_coroutine_origin_tracking_depth(before)


def look() -> Seen:
    """The depth in force, and whether a coroutine made now knows where that was."""
    coroutine: Any = nothing()
    known = coroutine.cr_origin is not None
    coroutine.close()
    return sys.get_coroutine_origin_tracking_depth(), known


@requirement(
    "debug.origin_tracking.during_run",
    api="loop.set_debug",
    level="documented",
    since="3.11",
    doc=ORIGINS,
)
@pytest.mark.parametrize("debug", [True, False], ids=["debug", "no_debug"])
@pytest.mark.parametrize("before", [0, 2])
def test_a_run_in_debug_mode_tracks_origins(
    loop: AbstractEventLoop, debug: bool, before: int
) -> None:
    """While a loop in debug mode runs, coroutines know where they were created; else it is let be.

    If this fails, look for sys.set_coroutine_origin_tracking_depth(), which a run calls in
    debug mode, and only then.
    """
    seen: list[Seen] = []
    loop.set_debug(debug)

    with origin_depth(before):
        loop.call_soon(lambda: seen.append(look()))
        run_turns(loop)

    assert len(seen) == 1, f"call_soon() ran a callback {len(seen)} times; expected once"
    if debug:
        assert seen[0][0] > 0 and seen[0][1], (  # noqa: PT018 - the message shows both
            f"in a run in debug mode, begun at depth {before}, (depth of origin tracking, origin "
            f"known) were {seen[0]}; expected a depth above 0, and True"
        )
    else:
        assert seen[0] == (before, before > 0), (
            f"in a run without debug mode, begun at depth {before}, (depth of origin tracking, "
            f"origin known) were {seen[0]}; expected the depth to be left as it was"
        )


def _be_interrupted(loop: AbstractEventLoop) -> None:
    """Run until KeyboardInterrupt comes out; that it does is a requirement of its own."""
    loop.call_soon(fail_with, KeyboardInterrupt("from a callback"))
    try:
        with rescued(loop):
            ends_by_itself(loop)
    except KeyboardInterrupt:
        return
    not_observable("KeyboardInterrupt in a callback did not leave the run")


@requirement(
    "debug.origin_tracking.restored",
    api="loop.run_forever",
    level="implied",
    since="3.11",
    doc=ORIGINS,
)
@pytest.mark.parametrize("ending", ["stopped", "interrupted"])
@pytest.mark.parametrize("before", [0, 3])
def test_the_depth_is_restored_after_the_run(
    loop: AbstractEventLoop, ending: str, before: int
) -> None:
    """After a run in debug mode the depth of origin tracking is what it was before the run.

    If this fails, look for a depth set to 0 in place of the old one, or for a way out of
    the run, such as an exception, on which it is not put back.
    """
    loop.set_debug(True)

    with origin_depth(before):
        if ending == "stopped":
            run_turns(loop)
        else:
            _be_interrupted(loop)
        after = sys.get_coroutine_origin_tracking_depth()

    assert after == before, (
        f"after a run in debug mode that was {ending} the depth of origin tracking was {after}; "
        f"expected {before}, as before the run"
    )


@requirement(
    "debug.origin_tracking.toggled_while_running",
    api="loop.set_debug",
    level="implied",
    since="3.11",
)
def test_set_debug_during_a_run_switches_tracking(loop: AbstractEventLoop) -> None:
    """set_debug() during a run switches origin tracking, and the run's end restores the depth.

    If this fails, look for a set_debug() that changes nothing but the flag.
    """
    seen: list[int] = []
    loop.set_debug(False)

    async def toggle() -> None:
        for debug in (True, False, True):
            loop.set_debug(debug)
            await turns(2)
            seen.append(sys.get_coroutine_origin_tracking_depth())

    with origin_depth(0):
        task = loop.create_task(toggle())
        run_turns(loop, 10)
        after = sys.get_coroutine_origin_tracking_depth()
    del task

    assert [depth > 0 for depth in seen] == [True, False, True], (
        f"two turns after set_debug(True), (False) and (True) the depths of origin tracking were "
        f"{seen}; expected above 0, 0, above 0"
    )
    assert after == 0, (
        f"after a run that ended in debug mode the depth of origin tracking was {after}; "
        "expected 0, as before the run"
    )


@requirement(
    "debug.never_awaited_origin_in_warning",
    api="loop.set_debug",
    level="documented",
    since="3.11",
    doc=ORIGINS,
)
def test_the_warning_tells_where_a_coroutine_was_created(loop: AbstractEventLoop) -> None:
    """In debug mode the warning about a coroutine never awaited tells where it was created.

    If this fails, look for origin tracking with the depth 0.
    """
    loop.set_debug(True)

    def forget_a_coroutine() -> None:
        coroutine = nothing()
        del coroutine

    with origin_depth(0), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        loop.call_soon(forget_a_coroutine)
        run_turns(loop)
    texts = [str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)]

    assert len(texts) == 1, (
        f"a coroutine that was never awaited made the warnings {texts}; expected one"
    )
    assert "Coroutine created at" in texts[0], (
        f"in debug mode, a coroutine that was never awaited made the warning {texts[0]!r}; "
        "expected 'Coroutine created at' in it"
    )
    assert "forget_a_coroutine" in texts[0], (
        f"a coroutine created in forget_a_coroutine() made the warning {texts[0]!r}; "
        "expected that name in it"
    )
