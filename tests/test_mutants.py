"""Every mutant is caught by the check that it names, in the words that it names."""

from __future__ import annotations

import subprocess
import sys

from .checking import ROOT


def test_every_mutant_is_caught_as_it_names() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.mutants"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
