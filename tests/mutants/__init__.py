"""Believable broken loops, one fault each, and the words in which they must be caught.

A mutant is a loop class over `SoundLoop`. It names the requirement it breaks and
words that the message of that check must contain, so that a check which fails for
another reason does not count as a catch.

Over the reference loop, by overriding the public methods that any sound loop has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from reference_loop import ReferenceLoop

SoundLoop = ReferenceLoop
L = TypeVar("L", bound=type[asyncio.AbstractEventLoop])


@dataclass(frozen=True)
class Mutant:
    """A broken loop, and what it must be caught for."""

    loop: type[asyncio.AbstractEventLoop]
    breaks: str
    says: str
    since: tuple[int, ...]
    seen_in: str

    @property
    def target(self) -> str:
        """The loop as MODULE:FACTORY."""
        return f"{self.loop.__module__}:{self.loop.__qualname__}"


MUTANTS: list[Mutant] = []


def mutant(
    *, breaks: str, says: str, since: tuple[int, ...] = (3, 11), seen_in: str | None = None
) -> Callable[[L], L]:
    """Register a loop class that breaks the requirement `breaks`.

    `says` must appear in the check's message; `since` is the first Python on which
    the fault can be planted. A class that breaks several wears several of these.
    An oracle is broken around a check that passes, which `seen_in` names.
    """

    def register(loop: L) -> L:
        MUTANTS.append(Mutant(loop, breaks, says, since, seen_in or breaks))
        return loop

    return register
