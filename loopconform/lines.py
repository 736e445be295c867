"""The lines of a report about checks: one for each requirement, whatever its cases.

A check that runs with several sets of parameters has one verdict, the worst of its
cases; each case that is not a pass keeps its own message, so none hides another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from loopconform.judging import Case, Judging, Verdict
from loopconform.outcome import Outcome
from loopconform.report import Line
from loopconform.requirement import Requirement

WORST_FIRST = ("crash", "hang", "fail", "missing", "flaky", "error", "undecided", "pass", "skip")


class Lines:
    """Gathers the verdicts of cases and tells each requirement's line once it is whole."""

    def __init__(
        self,
        requirements: dict[str, Requirement],
        cases: Iterable[Case],
        tell: Callable[[Line], None],
    ) -> None:
        self._requirements, self._tell = requirements, tell
        self._expected: dict[str, list[Case]] = defaultdict(list)
        for case in cases:
            self._expected[case.id].append(case)
        self._said: dict[str, dict[str, Verdict]] = defaultdict(dict)

    def add(self, verdict: Verdict) -> None:
        """Take in the verdict of a case; a second one on the same case corrects the first."""
        id_ = verdict.case.id
        self._said[id_][verdict.case.name] = verdict
        if len(self._said[id_]) == len(self._expected[id_]):
            cases = [self._said[id_][case.name] for case in self._expected[id_]]
            self._tell(_line(self._requirements[id_], cases))


def skipped(requirement: Requirement, reason: str) -> Line:
    """The line of a requirement that does not apply here."""
    case = Case(requirement.id, requirement.id)
    return _line(requirement, [Verdict(case, "skip", Outcome("skipped", reason))])


def of_oracle(oracle: Requirement, judging: Judging) -> Line:
    """The line of an oracle, at the end of a run."""
    names = {case.name: case.id for case in judging.cases}
    suspicion = judging.oracles.get(oracle.id)
    confirmed = suspicion.confirmed if suspicion is not None else {}
    seen = suspicion.seen if suspicion is not None else {}
    if confirmed:
        others = sorted({names[n] for n in seen if n not in confirmed})
        tripped = [f"{names[name]}: {text}" for name, text in confirmed.items()]
        first = next(iter(confirmed))
        more = f", seen once in {len(others)} more" if others else ""
        message = (
            f"tripped twice in a fresh process by {len(confirmed)} checks{more}, such as "
            f"{names[first]}: {confirmed[first]}; expected: {oracle.statement}"
        )
        detail = "\n".join(tripped)
        if others:
            detail += f"\nseen once and not repeated: {', '.join(others)}"
        outcome, verdict = Outcome("failed", message, detail), "fail"
    elif seen and oracle.id == "oracle.worker_exit":
        text = f"{next(iter(seen.values()))}, after checks none of which does it when run alone"
        outcome, verdict = Outcome("failed", text), "flaky"
    elif not judging.watched:
        outcome, verdict = (
            Outcome("skipped", "no check passed, so there was nothing to watch"),
            "skip",
        )
    else:
        outcome, verdict = Outcome("passed"), "pass"
    line = _line(oracle, [Verdict(Case(oracle.id, oracle.id), verdict, outcome)])
    if confirmed:
        line["cases"] = {names[name]: "fail" for name in confirmed}
    return line


def _line(requirement: Requirement, verdicts: list[Verdict]) -> Line:
    worst = min(verdicts, key=lambda v: WORST_FIRST.index(v.verdict))
    line: Line = {
        "kind": "check",
        "id": requirement.id,
        "verdict": worst.verdict,
        "level": requirement.level,
        "api": requirement.api,
        "chapter": requirement.chapter,
        "seconds": round(sum(v.outcome.seconds for v in verdicts), 6),
        "message": _text(verdicts, worst, lambda v: v.outcome.message),
        "detail": _text(verdicts, worst, lambda v: v.outcome.detail).strip("\n"),
        "control": _control(verdicts),
    }
    defects = [v.defect for v in verdicts if v.defect is not None]
    if defects:
        line["defect"] = defects[0]
    if len(verdicts) > 1:
        line["cases"] = {v.case.label: v.verdict for v in verdicts}
    return line


def _text(verdicts: list[Verdict], worst: Verdict, part: Callable[[Verdict], str]) -> str:
    if len(verdicts) == 1:
        return _with_control(worst, part(worst), part)
    told = [v for v in verdicts if v.verdict not in ("pass", "skip")] or [worst]
    return "\n".join(f"[{v.case.label}] {_with_control(v, part(v), part)}" for v in told if part(v))


def _with_control(verdict: Verdict, text: str, part: Callable[[Verdict], str]) -> str:
    if verdict.control is None or verdict.control.kind == "passed":
        return text
    if verdict.defect is not None:
        return f"CPython itself breaks this promise here, {verdict.defect}; not judged: {text}"
    own = part(Verdict(verdict.case, verdict.verdict, verdict.control))
    return f"{text}\nasyncio's own loop fails here too: {own}" if own else text


def _control(verdicts: list[Verdict]) -> str | None:
    """How the control ended: None where it was not run, else the worst of its cases."""
    run = [v.control.kind for v in verdicts if v.control is not None]
    if not run:
        return None
    return next((kind for kind in run if kind != "passed"), "pass")
