"""The mark that makes a pytest function a requirement.

Source of levels and versions: each entry was written from asyncio's manual and
probed against CPython. A version names the first release it speaks of, possibly
a patch release; in `not_on` "3.13" means every 3.13.x.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pytest

Level = Literal["documented", "implied", "interop"]


def requirement(
    id: str,  # noqa: A002 - the mark's first field is called id everywhere else
    *,
    api: str,
    level: Level,
    since: str,
    until: str | None = None,
    not_on: Sequence[str] = (),
    platforms: Sequence[str] = (),
    libraries: Sequence[str] = (),
    doc: str | None = None,
) -> pytest.MarkDecorator:
    """Mark a check as the requirement `id`.

    `doc` is a page and anchor below the root of the Python documentation; leave
    it out where it is the manual's own anchor of `api`. `libraries` belongs to
    the level interop and names who leans on the behaviour.
    """
    return pytest.mark.requirement(
        id,
        api=api,
        level=level,
        since=since,
        until=until,
        not_on=tuple(not_on),
        platforms=tuple(platforms),
        libraries=tuple(libraries),
        doc=doc,
    )
