"""The hooks by which a running loop learns of asynchronous generators."""

from __future__ import annotations

import sys
import threading
from asyncio import AbstractEventLoop
from collections.abc import Iterator
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.running import run_to_interrupt
from ..support.turns import run_turns

HOOKS = "library/sys.html#sys.set_asyncgen_hooks"


@pytest.fixture(autouse=True)
def no_hooks() -> Iterator[None]:
    """Let each check begin without hooks, and put back those that were there."""
    before = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    yield
    sys.set_asyncgen_hooks(*before)


def firstiter(_generator: Any) -> None:
    """Be somebody else's hook."""


def finalizer(_generator: Any) -> None:
    """Be somebody else's hook."""


def hooks_set() -> list[bool]:
    """Whether the calling thread has the one hook, and the other."""
    return [hook is not None for hook in sys.get_asyncgen_hooks()]


@requirement(
    "asyncgens.hooks.installed_during_run",
    api="loop.run_forever",
    level="implied",
    since="3.11",
    doc=HOOKS,
)
def test_the_hooks_are_set_while_the_loop_runs_and_in_its_thread_alone(
    loop: AbstractEventLoop,
) -> None:
    """While the loop runs, hooks for asynchronous generators are set in its thread, and only there.

    If this fails, look for a run that does not call sys.set_asyncgen_hooks().
    """
    seen: dict[str, list[bool]] = {}

    def look(where: str) -> None:
        seen[where] = hooks_set()

    def look_from_both_threads() -> None:
        look("running")
        thread = threading.Thread(target=look, args=["other thread"])
        thread.start()
        thread.join()

    loop.call_soon(look_from_both_threads)
    run_turns(loop)

    expected = {"running": [True] * 2, "other thread": [False] * 2}
    assert seen == expected, (
        f"the hooks (firstiter, finalizer) were set: {seen}; expected both, and only in the "
        "thread of the loop while it runs"
    )


@requirement(
    "asyncgens.hooks.restored_after_run",
    api="loop.run_forever",
    level="implied",
    since="3.11",
    doc=HOOKS,
)
def test_the_hooks_from_before_are_back_after_the_run(loop: AbstractEventLoop) -> None:
    """After a run the hooks that were set before it are back.

    If this fails, look for a run that clears the hooks.
    """
    sys.set_asyncgen_hooks(firstiter, finalizer)
    run_turns(loop)
    after = sys.get_asyncgen_hooks()

    assert tuple(after) == (firstiter, finalizer), (
        f"after a run that ended by stop() the hooks were {after}; expected those from before"
    )


@requirement(
    "asyncgens.hooks.restored_after_interrupt",
    api="loop.run_forever",
    level="implied",
    since="3.11",
    doc=HOOKS,
)
def test_the_hooks_from_before_are_back_after_an_interrupt(loop: AbstractEventLoop) -> None:
    """After a run that an interrupt ended, the hooks that were set before it are back.

    If this fails, look for a run that does not put them back on its way out of an exception.
    """
    sys.set_asyncgen_hooks(firstiter, finalizer)
    run_to_interrupt(loop, sys.get_asyncgen_hooks)
    after = sys.get_asyncgen_hooks()

    assert tuple(after) == (firstiter, finalizer), (
        f"after a run that an interrupt ended the hooks were {after}; expected those from before"
    )
