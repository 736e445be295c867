"""What one run of one case gave, before anybody judged it.

An outcome travels from a worker to its pool as JSON. `seconds` is the wall time of
the case with its fixtures; `trips` names each oracle that was tripped, with what
it saw.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

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
        """The fields as JSON types."""
        return asdict(self)
