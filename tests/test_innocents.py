"""Odd but legal loops pass everything that asyncio's own loop passes."""

from __future__ import annotations

from .checking import passes
from .innocents import INNOCENTS


def test_innocent_loops_are_not_accused() -> None:
    passed = passes("asyncio:new_event_loop", *(f"tests.innocents:{name}" for name in INNOCENTS))

    kept = passed["asyncio:new_event_loop"]
    accused = {target: sorted(kept - ids) for target, ids in passed.items() if kept - ids}
    assert len(kept) > 300, f"asyncio's own loop passes only {len(kept)} checks"
    assert not accused, "\n".join(f"{target}: {ids}" for target, ids in accused.items())
