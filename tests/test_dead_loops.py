"""A dead loop passes nothing: whatever a check asserts, doing nothing must not satisfy it."""

from __future__ import annotations

from .checking import outcomes

DEAD = tuple(f"tests.dead_loops:{name}" for name in ("Refusing", "Silent", "Lazy"))
SOON = 1.0
"""Seconds after which a check that still waits for a dead loop has not passed. Sound loops
pass in milliseconds."""


def test_a_dead_loop_passes_no_check() -> None:
    told = outcomes(*DEAD, limit=SOON)

    judged = {target: len(ids) for target, ids in told.items()}
    passed = {
        target: [id_ for id_, words in ids.items() if not words] for target, ids in told.items()
    }
    assert min(judged.values()) > 300, f"only so many checks were carried out: {judged}"
    assert not any(passed.values()), f"loops that do nothing pass checks: {passed}"
