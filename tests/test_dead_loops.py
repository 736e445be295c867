"""A dead loop passes nothing: whatever a check asserts, doing nothing must not satisfy it."""

from __future__ import annotations

import json
import subprocess
import sys

from .checking import ROOT

DEAD = ("Refusing", "Silent", "Lazy")


def test_a_dead_loop_passes_no_check() -> None:
    targets = [f"tests.dead_loops:{name}" for name in DEAD]

    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench", *targets],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["judged"] > 100, f"only {told['judged']} requirements were carried out"
    assert told["passes"] == {target: [] for target in targets}, (
        "a loop that does nothing passes checks"
    )
