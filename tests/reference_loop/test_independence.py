"""The reference loop stands on its own feet: what it imports, names, inherits and overrides."""

from __future__ import annotations

import ast
import asyncio
import inspect
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import reference_loop
from reference_loop import ReferenceLoop

ROOM = Path(reference_loop.__file__).parent
HOOKS = {"_get_running_loop", "_set_running_loop"}
OTHER_LOOPS = {
    "base_events",
    "base_subprocess",
    "events",
    "proactor_events",
    "selector_events",
    "sslproto",
    "staggered",
    "trsock",
    "unix_events",
}
FLOORS = ["core", "kernel", "parts", "loop", "__init__"]
LOOP_IS_A_TYPE = {"kernel", "parts"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
"""Lines of a body. The signature is asyncio's, and some have sixteen lines of their own."""


def files() -> list[Path]:
    """Every file of the room."""
    return sorted(ROOM.rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def floor_of(path: Path) -> str:
    """core, kernel, parts; or the name of a file above them."""
    first = path.relative_to(ROOM).parts[0]
    return first.removesuffix(".py")


def where(path: Path, node: ast.stmt | ast.expr) -> str:
    """The place, to be clicked on."""
    return f"{path.relative_to(ROOM.parent)}:{node.lineno}"


def imports_of(tree: ast.AST) -> Iterator[tuple[ast.stmt, int, str]]:
    """(statement, dots in front, dotted name) of everything that is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, 0, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node, node.level, f"{node.module}.{alias.name}" if node.module else alias.name


def only_for_types(tree: ast.AST) -> set[ast.AST]:
    """The statements below `if TYPE_CHECKING:`."""
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }


def is_foreign(name: str) -> bool:
    """Whether a dotted name below asyncio is another loop's, or private."""
    parts = name.split(".")
    return bool(OTHER_LOOPS.intersection(parts)) or any(
        part.startswith("_") and part not in HOOKS for part in parts
    )


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOM)))
def test_nothing_is_imported_but_the_standard_library_and_the_floors_below(path: Path) -> None:
    tree = tree_of(path)
    for_types = only_for_types(tree)
    strangers: list[str] = []
    for node, dots, name in imports_of(tree):
        root = name.partition(".")[0]
        if not dots:
            if root not in sys.stdlib_module_names:
                strangers.append(f"{where(path, node)}: {name} is not of the standard library")
            continue
        package = (ROOM / path.relative_to(ROOM)).parents[dots - 1]
        target = floor_of(package / root) if package == ROOM else floor_of(package / "x")
        own = floor_of(path)
        if target == "loop" and own in LOOP_IS_A_TYPE and node in for_types:
            continue
        if FLOORS.index(target) > FLOORS.index(own):
            strangers.append(f"{where(path, node)}: {own} imports {target}, a floor above it")
    assert not strangers, "\n".join(strangers)


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOM)))
def test_of_asyncio_only_public_names_and_the_two_hooks_are_used(path: Path) -> None:
    tree = tree_of(path)
    foreign = [
        f"{where(path, node)}: {name}"
        for node, dots, name in imports_of(tree)
        if not dots and name.partition(".")[0] == "asyncio" and is_foreign(name)
    ]
    foreign += [
        f"{where(path, node)}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and ast.unparse(node).startswith("asyncio.")
        and is_foreign(ast.unparse(node))
    ]
    foreign += [
        f"{where(path, node)}: {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in OTHER_LOOPS
    ]
    assert not foreign, "\n".join(foreign)


def test_importing_the_loop_needs_nothing_that_asyncio_did_not_load_by_itself() -> None:
    script = (
        "import asyncio, sys; before = set(sys.modules); import reference_loop;"
        "print(*(name for name in set(sys.modules) - before if name.startswith('asyncio.')))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOM.parent
    ).stdout.split()
    assert not loaded, f"the loop pulls in {loaded}; expected nothing of asyncio's own"


def classes() -> Iterator[type]:
    """Every class that the room defines."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "reference_loop":
            for member in vars(module).values():
                if inspect.isclass(member) and member.__module__ == name:
                    yield member


def test_no_class_inherits_from_asyncios_own_loops() -> None:
    public = {"asyncio.events", "asyncio.transports", "asyncio.protocols"}
    found = {
        f"{made.__qualname__} inherits from {base.__module__}.{base.__qualname__}"
        for made in classes()
        for base in made.__mro__
        if base.__module__.startswith("asyncio") and base.__module__ not in public
    }
    assert not found, f"{sorted(found)}; expected asyncio's abstract classes alone"
    assert issubclass(ReferenceLoop, asyncio.AbstractEventLoop)
    assert not issubclass(ReferenceLoop, asyncio.SelectorEventLoop | asyncio.BaseEventLoop)


def public_methods() -> list[str]:
    """What AbstractEventLoop asks of a loop."""
    return [
        name
        for name, member in vars(asyncio.AbstractEventLoop).items()
        if inspect.isfunction(member) and not name.startswith("_")
    ]


@pytest.mark.parametrize("name", public_methods())
def test_the_index_has_every_method_of_the_abstract_loop(name: str) -> None:
    own = vars(ReferenceLoop).get(name)
    assert own is not None, f"{name}() is inherited from AbstractEventLoop, which only raises"
    module = inspect.getmodule(own)
    assert module is not None
    assert module.__name__.startswith("reference_loop."), f"{name}() comes from {module.__name__}"


def test_what_the_index_calls_a_coroutine_is_one_where_the_abstract_loop_says_so() -> None:
    wrong = [
        name
        for name in public_methods()
        if inspect.iscoroutinefunction(getattr(asyncio.AbstractEventLoop, name))
        != inspect.iscoroutinefunction(getattr(ReferenceLoop, name))
    ]
    assert not wrong, f"{wrong} are coroutine functions in one and not in the other"


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOM)))
def test_files_and_functions_are_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_FILE, f"{path} has {lines} lines; expected at most {LONGEST_FILE}"
    long = [
        f"{where(path, node)}: {node.name}() has {length} lines"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.body[0].lineno + 1) > LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_there_is_something_to_look_at() -> None:
    assert len(files()) > 30, "the room has few files; expected this to read the right directory"
    assert {floor_of(path) for path in files()} == set(FLOORS), "another floor than those named"
    assert len(public_methods()) > 40, "AbstractEventLoop asks for little; expected its methods"
    assert len(set(classes())) > 15, "the room has few classes; expected all of them loaded"
    assert {"base_events", "selector_events", "sslproto"} <= set(vars(asyncio)), "no such modules"
