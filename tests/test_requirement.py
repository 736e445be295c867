"""The fields of a requirement: what is refused, and where a promise applies."""

from __future__ import annotations

from typing import Any

import pytest

from loopconform.requirement import BadRequirement, Requirement, digest, from_mark

FIELDS = {"api": "loop.call_soon", "level": "documented", "since": "3.11"}
DOCSTRING = """Callbacks run in order.

    If this fails, look for
    a stack.
    """


def made(
    id_: object = "call_soon.fifo", *, docstring: str | None = DOCSTRING, **changes: Any
) -> Requirement:
    return from_mark((id_,), {**FIELDS, **changes}, docstring=docstring, chapter="scheduling")


def test_a_mark_and_a_docstring_make_a_requirement() -> None:
    requirement = made(until="3.14", not_on=["3.13.3"])

    assert requirement.statement == "Callbacks run in order."
    assert requirement.hint == "If this fails, look for a stack."
    assert requirement.doc == "library/asyncio-eventloop.html#asyncio.loop.call_soon"
    assert requirement.manual((3, 13, 5)) == (
        "https://docs.python.org/3.13/library/asyncio-eventloop.html#asyncio.loop.call_soon"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id_": "fifo"}, "id is 'fifo'"),
        ({"id_": "Call.Soon"}, "id is 'Call.Soon'"),
        ({"level": "documentd"}, "level is 'documentd'"),
        ({"level": None}, "level is missing"),
        ({"since": "3.x"}, "'3.x' is no version"),
        ({"not_on": ["3"]}, "'3' is no version"),
        ({"not_on": "3.13"}, "not_on is '3.13'; expected a list"),
        ({"sicne": "3.11"}, "unknown field 'sicne'"),
        ({"api": ""}, "api is ''"),
        ({"api": "streams"}, "doc is missing"),
        ({"doc": "somewhere"}, "doc is 'somewhere'"),
        ({"platforms": ["amiga"]}, "platform is 'amiga'"),
        ({"libraries": ["anyio"]}, "libraries belongs to the level interop"),
        ({"level": "interop"}, "libraries belongs to the level interop"),
        ({"docstring": None}, "docstring is missing"),
    ],
)
def test_what_is_off_is_refused_by_name(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRequirement, match=words):
        made(**changes)


@pytest.mark.parametrize(
    ("bounds", "version", "applies"),
    [
        ({"since": "3.12"}, (3, 11, 7), False),
        ({"since": "3.12"}, (3, 12, 0), True),
        ({"since": "3.13.3"}, (3, 13, 2), False),
        ({"since": "3.13.3"}, (3, 13, 3), True),
        ({"until": "3.14"}, (3, 13, 9), True),
        ({"until": "3.14"}, (3, 14, 0), False),
        ({"not_on": ["3.13"]}, (3, 13, 4), False),
        ({"not_on": ["3.13.3"]}, (3, 13, 3), False),
        ({"not_on": ["3.13.3"]}, (3, 13, 30), True),
    ],
)
def test_versions_bound_where_it_applies(
    bounds: dict[str, Any], version: tuple[int, ...], applies: bool
) -> None:
    reason = made(**bounds).why_not_on(version, "linux")

    assert (reason is None) == applies, reason


@pytest.mark.parametrize(
    ("platforms", "platform", "applies"),
    [
        (["unix"], "linux", True),
        (["unix"], "darwin", True),
        (["unix"], "win32", False),
        (["linux"], "darwin", False),
        (["windows"], "win32", True),
        ([], "win32", True),
    ],
)
def test_platforms_bound_where_it_applies(
    platforms: list[str], platform: str, applies: bool
) -> None:
    reason = made(platforms=platforms).why_not_on((3, 14, 0), platform)

    assert (reason is None) == applies, reason


def test_the_digest_is_that_of_the_fields_in_any_order() -> None:
    first, second = made(), made("call_soon.context")

    assert digest([first, second]) == digest([second, first])
    assert digest([first, second]) != digest([first, made("call_soon.context", since="3.12")])
