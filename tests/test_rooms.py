"""The doors between the rooms are shut: who may import what, and who may name whom."""

from __future__ import annotations

import ast
import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("suites", "reference_loop", "loopconform")
FORBIDDEN_OF_ASYNCIO = {
    "base_events",
    "base_subprocess",
    "selector_events",
    "sslproto",
    "staggered",
    "trsock",
    "unix_events",
}
SLEEP_ITSELF_IS_JUDGED = {"test_sleep.py", "test_task_cancel.py"}
THIRD_PARTIES: dict[str, dict[str, str | None]] = {
    "suites": {"pytest": None, "trustme": "support/certificates.py"},
    "reference_loop": {},
    "loopconform": {"pytest": "plugin.py", "click": "cli.py", "tabulate": "telling.py"},
}


def sources(room: str) -> list[Path]:
    """The Python files of a room, in order."""
    return sorted((ROOT / room).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of each absolute import, and of each name taken from a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def roots_imported(room: str) -> Iterator[tuple[str, str]]:
    """(file within the room, top-level package) of each absolute import."""
    for path in sources(room):
        for _, name in imports(path):
            yield str(path.relative_to(ROOT / room)), name.partition(".")[0]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_itself_the_standard_library_and_its_named_guests(room: str) -> None:
    guests = THIRD_PARTIES[room]
    strangers = {
        (file, root)
        for file, root in roots_imported(room)
        if root not in sys.stdlib_module_names and root != room and root not in guests
    }
    assert not strangers, f"{room}/ imports {strangers}; expected only {sorted(guests)}"


@pytest.mark.parametrize("room", ROOMS)
def test_each_guest_has_one_host_file(room: str) -> None:
    for guest, host in THIRD_PARTIES[room].items():
        at = {file for file, root in roots_imported(room) if root == guest}
        assert host is None or at == {host}, f"{guest} is imported in {at}; expected {host} alone"


def test_suites_refer_to_their_own_support_relatively() -> None:
    named = [file for file, root in roots_imported("suites") if root in ROOMS]
    assert not named, f"{named} import a room by name; expected relative imports"


def test_checks_use_only_public_names_of_asyncio() -> None:
    private: list[str] = []
    for path in sources("suites"):
        for line, name in imports(path):
            parts = name.split(".")
            if parts[0] == "asyncio" and any(
                part in FORBIDDEN_OF_ASYNCIO or part.startswith("_") for part in parts[1:]
            ):
                private.append(f"{path.relative_to(ROOT)}:{line}: {name}")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        private += [
            f"{path.relative_to(ROOT)}:{node.lineno}: asyncio.{node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "asyncio"
            and (node.attr in FORBIDDEN_OF_ASYNCIO or node.attr.startswith("_"))
        ]
    assert not private, "\n".join(private)


def test_checks_touch_no_private_attribute_of_what_they_are_given() -> None:
    touched: list[str] = []
    for path in sources("suites"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Attribute) or not node.attr.startswith("_"):
                continue
            dunder = node.attr.startswith("__") and node.attr.endswith("__")
            own = ast.unparse(node.value) in ("self", "cls", "super()")
            if not dunder and not own:
                touched.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}")
    assert not touched, "\n".join(touched)


@pytest.mark.parametrize("room", ["suites", "loopconform"])
def test_no_single_loop_is_named(room: str) -> None:
    named: list[str] = []
    loops = ("uvloop", "rloop", "rsloop", "zuvloop", "qasync", "winloop", "gbulb", "leviathan")
    for path in sources(room):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said = node.value.replace("uvloop:new_event_loop", "")  # the example in an advice
                named += [f"{path.name}:{node.lineno}: {n}" for n in loops if n in said]
    assert not named, "\n".join(named)


def test_checks_wait_for_events_and_never_for_a_time() -> None:
    waits: list[str] = []
    for path in sources("suites"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            pauses = name == "asyncio.sleep" and not (
                node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
            )
            if (name == "time.sleep" or pauses) and path.name not in SLEEP_ITSELF_IS_JUDGED:
                waits.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}")
    assert not waits, "\n".join(waits)


def test_the_names_held_against_the_rooms_exist() -> None:
    assert {"base_events", "selector_events", "sslproto"} <= set(vars(asyncio)), (
        "asyncio has no such modules any more; expected the list above to speak of real ones"
    )
    assert len(sources("suites")) > 20
    assert len(sources("loopconform")) > 10
