"""Odd but legal loops pass everything that the reference loop passes."""

from __future__ import annotations

from .checking import passes
from .innocents import INNOCENTS

NOT_INNOCENT_OF = {
    # Its loops are in debug mode without being asked to, which is what these two forbid.
    "tests.innocents:debugging": {"debug.default_false", "debug.env_variable_ignored_with_E"},
}


def test_innocent_loops_are_not_accused() -> None:
    passed = passes("reference_loop:new_event_loop", *INNOCENTS)

    kept = passed["reference_loop:new_event_loop"]
    lost = {loop: kept - ids - NOT_INNOCENT_OF.get(loop, set()) for loop, ids in passed.items()}
    accused = {loop: sorted(ids) for loop, ids in lost.items() if ids}
    assert len(kept) > 300, f"the reference loop passes only {len(kept)} checks"
    assert not accused, "\n".join(f"{target}: {ids}" for target, ids in accused.items())
