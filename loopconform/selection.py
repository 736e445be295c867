"""Which requirements a run is about: by chapter, API, id and level.

Values of one option are alternatives, different options narrow each other down. Ids
and APIs may be patterns with `*`. A value that names nothing is an error that names
the nearest thing there is.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from loopconform.requirement import Requirement


class NothingSelected(ValueError):
    """A selection that matches nothing; the text names the value and the nearest one."""


@dataclass(frozen=True)
class Selection:
    """The values of the options --chapter, --api, --id and --level; empty means all."""

    chapter: tuple[str, ...] = ()
    api: tuple[str, ...] = ()
    id: tuple[str, ...] = ()
    level: tuple[str, ...] = ()

    def choose(self, requirements: Sequence[Requirement]) -> list[Requirement]:
        """The requirements selected. Raises NothingSelected where a value matches none."""
        chosen = list(requirements)
        for option in ("chapter", "api", "id", "level"):
            patterns: tuple[str, ...] = getattr(self, option)
            for pattern in patterns:
                _expect_match(option, pattern, {getattr(r, option) for r in requirements})
            if patterns:
                chosen = [r for r in chosen if _matches(getattr(r, option), patterns)]
        if not chosen:
            raise NothingSelected("the options given select no check together; give fewer")
        return chosen

    @property
    def is_everything(self) -> bool:
        """Whether no option narrows the run down."""
        return not (self.chapter or self.api or self.id or self.level)


def _matches(value: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def _expect_match(option: str, pattern: str, values: set[str]) -> None:
    if any(fnmatchcase(value, pattern) for value in values):
        return
    near = difflib.get_close_matches(pattern, sorted(values), n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]}?" if near else "; see `loopconform list`"
    raise NothingSelected(f"--{option} {pattern}: no requirement has that {option}{hint}")
