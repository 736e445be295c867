"""A requirement: the fields of one promise, and when it applies.

The fields come from the check's `requirement` mark, the statement and the hint from
its docstring. Versions are compared as tuples of numbers; a bound may name a patch
release, and in `not_on` "3.13" stands for every 3.13.x.

Not here: pytest, which finds the marks, and verdicts.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

LEVELS = ("documented", "implied", "interop")
PLATFORMS = ("unix", "linux", "darwin", "windows")
_ID = re.compile(r"[a-z0-9_]+(\.[A-Za-z0-9_]+)+\Z")
_VERSION = re.compile(r"3\.\d+(\.\d+)?\Z")
_DOC = re.compile(r"[a-z0-9/_.-]+\.html(#[A-Za-z0-9_.-]+)?\Z")
_MANUAL_OF = {
    "loop.": "library/asyncio-eventloop.html#asyncio.loop.",
    "Task.": "library/asyncio-task.html#asyncio.Task.",
    "Future.": "library/asyncio-future.html#asyncio.Future.",
    "Server.": "library/asyncio-eventloop.html#asyncio.Server.",
    "Runner.": "library/asyncio-runner.html#asyncio.Runner.",
}


class BadRequirement(ValueError):
    """A mark that does not describe a requirement; the text says which field and why."""


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One promise, as its check states it."""

    id: str
    api: str
    level: str
    since: str
    until: str | None
    not_on: tuple[str, ...]
    platforms: tuple[str, ...]
    libraries: tuple[str, ...]
    doc: str
    chapter: str
    statement: str
    hint: str

    def why_not_on(self, version: tuple[int, ...], platform: str) -> str | None:
        """The reason why this promise does not apply there, or None where it does.

        `version` is (major, minor, micro), `platform` a value of sys.platform.
        """
        running = ".".join(map(str, version))
        if version < _numbers(self.since):
            return f"promised since Python {self.since}; this is {running}"
        if self.until is not None and version >= _numbers(self.until):
            return f"promised until Python {self.until}; this is {running}"
        for excluded in self.not_on:
            named = _numbers(excluded)
            if version[: len(named)] == named:
                return f"not judged on Python {excluded}, where CPython's own loop does otherwise"
        if self.platforms and not any(_is_on(name, platform) for name in self.platforms):
            return f"promised on {', '.join(self.platforms)}; this is {platform}"
        return None

    def manual(self, version: tuple[int, ...]) -> str:
        """The address of the manual's passage, for the Python of that version."""
        return f"https://docs.python.org/{version[0]}.{version[1]}/{self.doc}"

    def as_dict(self) -> dict[str, Any]:
        """The fields as JSON types, in the order of their declaration."""
        return dict(vars(self))


def from_mark(
    args: tuple[object, ...],
    kwargs: Mapping[str, object],
    *,
    docstring: str | None,
    chapter: str,
) -> Requirement:
    """Build the requirement that a mark and a docstring describe.

    Raises BadRequirement, naming the field, when one is missing, misspelt or off.
    """
    if len(args) != 1 or not isinstance(args[0], str) or not _ID.match(args[0]):
        raise BadRequirement(
            f"id is {args[0] if args else 'missing'!r}; expected one dotted name, "
            "such as 'call_soon.fifo'"
        )
    known = {field.name for field in fields(Requirement)} - {"id", "chapter", "statement", "hint"}
    for name in kwargs:
        if name not in known:
            raise BadRequirement(f"unknown field {name!r}; expected {', '.join(sorted(known))}")
    api, level = _text(kwargs, "api"), _text(kwargs, "level")
    if level not in LEVELS:
        raise BadRequirement(f"level is {level!r}; expected documented, implied or interop")
    since, until, not_on = _bounds(kwargs)
    platforms, libraries = _texts(kwargs, "platforms"), _texts(kwargs, "libraries")
    for platform in platforms:
        if platform not in PLATFORMS:
            raise BadRequirement(f"platform is {platform!r}; expected {', '.join(PLATFORMS)}")
    if bool(libraries) != (level == "interop"):
        raise BadRequirement("libraries belongs to the level interop, and only there")
    statement, hint = _statement_and_hint(docstring)
    return Requirement(
        id=args[0],
        api=api,
        level=level,
        since=since,
        until=until,
        not_on=not_on,
        platforms=platforms,
        libraries=libraries,
        doc=_doc(kwargs.get("doc"), api),
        chapter=chapter,
        statement=statement,
        hint=hint,
    )


def digest(requirements: Iterable[Requirement]) -> str:
    """The SHA-256 of all fields, in hexadecimal, independent of the order given."""
    rows = sorted((r.as_dict() for r in requirements), key=lambda row: str(row["id"]))
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def _bounds(kwargs: Mapping[str, object]) -> tuple[str, str | None, tuple[str, ...]]:
    """The fields since, until and not_on, each of them a version."""
    since, not_on = _text(kwargs, "since"), _texts(kwargs, "not_on")
    until = None if kwargs.get("until") is None else _text(kwargs, "until")
    for version in (since, *filter(None, [until]), *not_on):
        if not _VERSION.match(version):
            raise BadRequirement(f"{version!r} is no version; expected such as '3.12' or '3.13.3'")
    return since, until, not_on


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _is_on(name: str, platform: str) -> bool:
    if name == "unix":
        return platform != "win32"
    return platform == {"windows": "win32"}.get(name, name)


def _text(kwargs: Mapping[str, object], name: str) -> str:
    value = kwargs.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequirement(f"{name} is {'missing' if value is None else repr(value)}")
    return value


def _texts(kwargs: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = kwargs.get(name, ())
    if not isinstance(value, (tuple, list)) or not all(isinstance(v, str) for v in value):
        raise BadRequirement(f"{name} is {value!r}; expected a list of strings")
    return tuple(value)


def _doc(value: object, api: str) -> str:
    if value is None:
        for prefix, page in _MANUAL_OF.items():
            if api.startswith(prefix):
                return page + api.removeprefix(prefix)
        raise BadRequirement(
            f"doc is missing, and {api!r} alone does not name a page of the manual"
        )
    if not isinstance(value, str) or not _DOC.match(value):
        raise BadRequirement(f"doc is {value!r}; expected page.html#anchor of the manual")
    return value


def _statement_and_hint(docstring: str | None) -> tuple[str, str]:
    """Split a docstring into the promise and where to look when it is broken."""
    paragraphs = [
        " ".join(line.strip() for line in block.splitlines() if line.strip())
        for block in re.split(r"\n\s*\n", (docstring or "").strip())
    ]
    if not paragraphs[0]:
        raise BadRequirement("the docstring is missing; its first paragraph states the promise")
    return paragraphs[0], " ".join(paragraphs[1:])
