"""The reference loop with one fault planted, as a target that a worker loads.

`tests.mutation.planted:m<module's index>_<site's number>` is a factory of such loops;
`tests.mutation.planted:probed` makes sound loops that write down, in the file PROBE
names, which test called which function. Nothing is written to the checkout, and a
worker holds one fault for all its life.
"""

from __future__ import annotations

import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, TextIO

from .sites import PACKAGE, ROOT, modules, planted

PROBE = "LOOPCONFORM_MUTATION_PROBE"
"""The environment variable that names the file of a probing run."""
MEMORY = 6 << 30
"""Bytes of address space: a fault that grows for ever is to end before the machine does."""


class _Planting(importlib.abc.MetaPathFinder):
    """Finds the reference loop's modules and passes each tree through `change`."""

    def __init__(self, change: Callable[[str, ast.Module | None], ast.Module | None]) -> None:
        self._change = change

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the form of a finder
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] != PACKAGE:
            return None
        place = ROOT.joinpath(*fullname.split("."))
        package = place.is_dir()
        file = place / "__init__.py" if package else place.with_suffix(".py")
        loader = _Loader(fullname, str(file), self._change)
        return importlib.util.spec_from_file_location(
            fullname,
            file,
            loader=loader,
            submodule_search_locations=[str(place)] if package else None,
        )


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, change: Callable[..., ast.Module | None]) -> None:
        super().__init__(fullname, path)
        self._change = change

    def get_code(self, fullname: str) -> CodeType:
        """Compile the changed tree; compiled files of the sound source are not asked."""
        path = self.get_filename(fullname)
        tree = ast.parse(Path(path).read_text())
        return compile(self._change(fullname, tree) or tree, path, "exec", dont_inherit=True)


def _loops(change: Callable[[str, ast.Module | None], ast.Module | None]) -> Callable[[], Any]:
    assert PACKAGE not in sys.modules, "the sound loop is here already; a fault can't be planted"
    sys.meta_path.insert(0, _Planting(change))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    factory: Callable[[], Any] = importlib.import_module(PACKAGE).new_event_loop
    return factory


def _with_probes(_: str, tree: ast.Module | None) -> ast.Module | None:
    """Open each function with a note of its name."""
    assert tree is not None
    for name, function in _functions(tree, ""):
        note = ast.parse(f"__import__({__name__!r}, fromlist=['note']).note({_!r}, {name!r})").body
        documented = ast.get_docstring(function) is not None
        function.body[documented:documented] = note
    return ast.fix_missing_locations(tree)


def _functions(node: ast.AST, within: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{within}.{child.name}".lstrip(".")
            if not isinstance(child, ast.ClassDef):
                found.append((name, child))
            found += _functions(child, name)
        else:
            found += _functions(child, within)
    return found


_noted: set[tuple[str, str, str]] = set()


@cache
def _probe() -> TextIO:
    """The file PROBE names, opened once: a check may have used up all descriptors later."""
    return open(os.environ[PROBE], "a", buffering=1)


def note(module: str, function: str) -> None:
    """Write down, once each, that the running test has called a function."""
    seen = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0], module, function
    if seen not in _noted:
        _noted.add(seen)
        _probe().write("\t".join(seen) + "\n")


def __getattr__(name: str) -> Callable[[], Any]:
    if name == "probed":
        _probe()
        return _loops(_with_probes)
    if not name.startswith("m"):
        raise AttributeError(name)
    module, number = (int(part) for part in name[1:].split("_"))
    chosen = modules()[module]
    return _loops(lambda found, _: planted(chosen, number) if found == chosen else None)
