"""What one run of one case gave, before anybody judged it.

An outcome travels from a worker to its pool as JSON. `seconds` is the wall time of
the case with its fixtures; `trips` names each oracle that was tripped, with what
it saw. Texts are as long as a loop likes to make them, so they are cut in the middle.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

MESSAGE, DETAIL = 4096, 65536
"""Characters kept of a message and of a detail, from the beginning and the end of it."""

Kind = Literal["passed", "failed", "missing", "crash", "hang", "skipped", "error"]


@dataclass
class Outcome:
    """How a case ended; crash and hang are said by the pool, the others by the worker."""

    kind: Kind
    message: str = ""
    detail: str = ""
    seconds: float = 0.0
    trips: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The fields as JSON types, of a size that a pipe and a reader can take."""
        trips = {oracle: within(text) for oracle, text in self.trips.items()}
        detail = within(self.detail, DETAIL)
        return asdict(replace(self, message=within(self.message), detail=detail, trips=trips))


def within(text: str, size: int = MESSAGE) -> str:
    """The text, without its middle if it is longer than `size` characters."""
    if len(text) <= size:
        return text
    half = size // 2
    return f"{text[:half]} [... {len(text) - size} characters ...] {text[-half:]}"


def shown(error: BaseException, form: Callable[[BaseException], str] = repr) -> str:
    """An exception as a text, even where its own methods raise."""
    try:
        return form(error)
    except BaseException:  # noqa: BLE001 - a loop's exception may do anything
        return f"{type(error).__name__}, which can't be shown"


def came_out(error: BaseException) -> str:
    """The message of a check that ended by an exception which was not its own."""
    return f"{type(error).__name__} came out of the check: {shown(error, str)}".rstrip(": ")


def in_words(error: BaseException) -> str:
    """The words of an assertion; for one without words, its line of source."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return str(error) or f"`{last.line}` does not hold, line {last.lineno}"
