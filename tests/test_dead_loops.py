"""A dead loop passes nothing: whatever a check asserts, doing nothing must not satisfy it."""

from __future__ import annotations

from .checking import passes

DEAD = tuple(f"tests.dead_loops:{name}" for name in ("Refusing", "Silent", "Lazy"))


def test_a_dead_loop_passes_no_check() -> None:
    passed = passes("asyncio:new_event_loop", *DEAD)

    alive = passed.pop("asyncio:new_event_loop")
    assert len(alive) > 300, f"asyncio's own loop passes only {len(alive)} checks"
    assert passed == {target: set() for target in DEAD}, "a loop that does nothing passes checks"
