"""Future.remove_done_callback(): callbacks that were added more than once, and how many go."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.requirement import requirement
from ..support.turns import run_turns


@requirement(
    "future.callback.duplicates_and_removal",
    api="Future.remove_done_callback",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("times", [1, 3], ids=["once", "three_times"])
@pytest.mark.parametrize("removed", [False, True], ids=["kept", "removed"])
def test_a_callback_is_called_as_often_as_it_was_added(
    loop: AbstractEventLoop, times: int, removed: bool
) -> None:
    """A callback is called as often as it was added; remove_done_callback() takes all of them away.

    If this fails, look for callbacks kept in a set or a dict, or for a removal that takes
    the first one and stops. It returns how many it removed, which may be 0.
    """
    calls: list[str] = []
    future = loop.create_future()

    def done(_: object) -> None:
        calls.append("done")

    for _ in range(times):
        future.add_done_callback(done)
    future.add_done_callback(lambda _: calls.append("other"))
    counts = [future.remove_done_callback(done) for _ in range(2)] if removed else []
    future.set_result(None)
    run_turns(loop)

    assert counts == ([times, 0] if removed else []), (
        f"remove_done_callback() of a callback added {times} times returned, called twice, "
        f"{counts}; expected [{times}, 0]"
    )
    expected = ["other"] if removed else ["done"] * times + ["other"]
    assert calls == expected, (
        f"a callback added {times} times{' and removed' if removed else ''}, and another, were "
        f"called as {calls}; expected {expected}"
    )
