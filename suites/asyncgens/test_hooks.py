"""The hooks by which a running loop learns of asynchronous generators."""

from __future__ import annotations

import sys
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.turns import run_turns

HOOKS = "library/sys.html#sys.set_asyncgen_hooks"


@pytest.fixture(autouse=True)
def no_hooks() -> Iterator[None]:
    """Let each check begin without hooks, and put back those that were there."""
    before = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    yield
    sys.set_asyncgen_hooks(*before)


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
    loop_factory: Callable[[], AbstractEventLoop],
) -> None:
    """While the loop runs, hooks for asynchronous generators are set in its thread, and only there.

    If this fails, look for a run that does not call sys.set_asyncgen_hooks(), or for a
    loop that calls it when it is made.
    """
    seen: dict[str, list[bool]] = {}

    def look(where: str) -> None:
        seen[where] = hooks_set()

    def look_from_both_threads() -> None:
        look("running")
        thread = threading.Thread(target=look, args=["other thread"])
        thread.start()
        thread.join()

    loop = loop_factory()
    look("made")
    loop.call_soon(look_from_both_threads)
    run_turns(loop)

    expected = {"made": [False] * 2, "running": [True] * 2, "other thread": [False] * 2}
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
@pytest.mark.parametrize("end", ["stop", "SystemExit"])
def test_the_hooks_from_before_are_back_after_the_run(loop: AbstractEventLoop, end: str) -> None:
    """After a run the hooks that were set before it are back, also when an exception ended it.

    If this fails, look for a run that clears the hooks, or that does not put them back on
    its way out of an exception.
    """

    def firstiter(_generator: Any) -> None: ...

    def finalizer(_generator: Any) -> None: ...

    def leave() -> None:
        raise SystemExit

    sys.set_asyncgen_hooks(firstiter, finalizer)
    if end == "stop":
        run_turns(loop)
    else:
        loop.call_soon(leave)
        with expect_raises(SystemExit, "run_forever(), of which a callback raised SystemExit,"):
            loop.run_forever()
    after = sys.get_asyncgen_hooks()

    assert tuple(after) == (firstiter, finalizer), (
        f"after a run that ended by {end} the hooks were {after}; expected those from before"
    )
