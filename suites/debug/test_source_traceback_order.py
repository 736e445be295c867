"""Debug mode: in which order a report's source_traceback names the callers."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.reports import Context, Planted, expect_contained, keep_reports
from ..support.requirement import requirement

OURS = ("outer_site", "inner_site")


def _sites_in(context: Context) -> list[str]:
    """Those of the check's own functions that 'source_traceback' names, in its order."""
    return [frame.name for frame in context.get("source_traceback") or () if frame.name in OURS]


@requirement(
    "debug.source_traceback.most_recent_call_last",
    api="loop.call_exception_handler",
    level="implied",
    since="3.11",
    doc="library/traceback.html#stacksummary-objects",
)
@pytest.mark.parametrize("method", ["call_soon", "call_later"])
def test_the_place_itself_is_last_in_a_source_traceback(
    loop: AbstractEventLoop, method: str
) -> None:
    """A failed callback's 'source_traceback' has the most recent call last, as all tracebacks.

    If this fails, look for frames that are kept as they were met on the way outwards.
    """
    loop.set_debug(True)
    kept = keep_reports(loop, _sites_in)

    def fail() -> None:
        loop.stop()
        raise Planted("from a callback")

    def inner_site() -> None:
        if method == "call_soon":
            loop.call_soon(fail)
        else:
            loop.call_later(0, fail)

    def outer_site() -> None:
        inner_site()

    outer_site()
    with expect_contained("run_forever()"):
        loop.run_forever()

    assert kept, f"a failed callback of {method}() was not reported; expected one report"
    assert kept[0] == list(OURS), (
        f"outer_site() called inner_site(), which called {method}(), and source_traceback names "
        f"them as {kept[0]}; expected the most recent call last"
    )
