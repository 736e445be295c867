"""Every requirement has a mutant, and every mutant is caught as it names."""

from __future__ import annotations

import json
import subprocess
import sys

from .checking import ROOT
from .mutants import MUTANTS
from .mutants.judge import all_mutants


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a module of the project from the checkout."""
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_every_mutant_is_caught_by_the_check_and_in_the_words_it_names() -> None:
    ended = command("tests.mutants")

    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"


def test_every_requirement_has_a_mutant() -> None:
    listed = command("loopconform", "list", "--format", "json")
    checks = {row["id"] for row in json.loads(listed.stdout)}
    all_mutants()

    unbroken = checks - {mutant.breaks for mutant in MUTANTS}

    assert checks, listed.stderr
    assert not unbroken, f"no mutant breaks {sorted(unbroken)}; nothing shows that they can fail"
