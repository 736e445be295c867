"""Places in a source where one small change makes a fault, and the change itself.

A site is found again by its key, which names the module, the function and the change
in the source's own words, and so survives edits elsewhere in the file. What is not
changed: texts, annotations, imports, decorators, what only a debugger reads (repr,
the log), and tests of the Python version, whose other side runs elsewhere.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGE = "reference_loop"

OPPOSITES: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.Break: ast.Continue,
    ast.Continue: ast.Break,
}
UNREAD = ("__repr__", "describe", "__all__")
"""Names of functions and variables that nothing but a reader depends on."""


@dataclass(frozen=True)
class Site:
    """One fault that can be planted; `number` counts within its module.

    `function` is the innermost function around it, or "" where that runs at import.
    """

    module: str
    function: str
    line: int
    number: int
    key: str


def modules() -> list[str]:
    """The names of the reference loop's modules."""
    files = sorted((ROOT / PACKAGE).rglob("*.py"))
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in files]
    return [".".join(name for name in part if name != "__init__") for part in parts]


def source_of(module: str) -> str:
    """The text of a module."""
    path = ROOT.joinpath(*module.split("."))
    return (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()


def sites_of(module: str) -> list[Site]:
    """Every site of a module, in the order of its source."""
    met: Counter[str] = Counter()
    sites = []
    for number, (node, change, scope) in enumerate(_changes(ast.parse(source_of(module)))):
        said = f"{module}:{scope.name}: {_shown(node)} -> {_shown(change)}"
        met[said] += 1
        key = said if met[said] == 1 else f"{said} #{met[said]}"
        function = scope.name if scope.is_function else ""
        sites.append(Site(module, function, getattr(node, "lineno", 0), number, key))
    return sites


def planted(module: str, number: int) -> ast.Module:
    """The module with one site changed."""
    tree = ast.parse(source_of(module))
    for found, (node, change, _) in enumerate(list(_changes(tree))):
        if found == number:
            _replace(tree, node, change)
    return ast.fix_missing_locations(tree)


def _replace(tree: ast.Module, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
            elif isinstance(value, list):
                value[:] = [new if item is old else item for item in value]


@dataclass(frozen=True)
class _Scope:
    name: str
    is_function: bool


Change = tuple[ast.AST, ast.AST, _Scope]
"""A node, what to put in its place, and where it stands."""


def _changes(tree: ast.Module) -> Iterator[Change]:
    yield from _within(tree, _Scope("", is_function=False))


def _within(node: ast.AST, scope: _Scope) -> Iterator[Change]:
    for child in _mutable_parts(node):
        inner = scope
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if child.name in UNREAD:
                continue
            name = f"{scope.name}.{child.name}".lstrip(".")
            inner = _Scope(name, not isinstance(child, ast.ClassDef))
        for change in _changes_of(child):
            yield child, change, inner
        yield from _within(child, inner)


def _mutable_parts(node: ast.AST) -> Iterator[ast.AST]:
    skipped = {"annotation", "returns", "decorator_list", "bases", "type_params", "exc", "cause"}
    for field, value in ast.iter_fields(node):
        if field in skipped or (field == "type" and isinstance(node, ast.ExceptHandler)):
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST) and not _is_passive(part):
                yield part


def _is_passive(node: ast.AST) -> bool:
    if isinstance(
        node, ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Assert | ast.expr_context
    ):
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.Expr):
        text = ast.unparse(node.value)
        return isinstance(node.value, ast.Constant) or text.startswith(("logger.", "warnings."))
    if isinstance(node, ast.Assign | ast.AnnAssign) and "TypeVar(" in ast.unparse(node):
        return True
    return isinstance(node, ast.Compare | ast.BoolOp | ast.IfExp) and (
        "version_info" in ast.unparse(node)
    )


def _changes_of(node: ast.AST) -> Iterator[ast.AST]:  # noqa: C901 - a table of operators
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield ast.Compare(node.left, [_opposite(node.ops[0])], node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(_opposite(node.op), node.values)
    elif isinstance(node, ast.BinOp) and type(node.op) in OPPOSITES and not _is_text(node):
        yield ast.BinOp(node.left, _opposite(node.op), node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.If | ast.While) and isinstance(
        node.test, ast.Name | ast.Attribute | ast.Call
    ):
        opposite = ast.UnaryOp(ast.Not(), node.test)
        yield type(node)(test=opposite, body=node.body, orelse=node.orelse)
    elif isinstance(node, ast.Return) and not _is_nothing(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Break | ast.Continue):
        yield _opposite(node)
    elif isinstance(node, ast.Expr | ast.AugAssign | ast.Raise | ast.Delete) or _stores(node):
        yield ast.Pass()


def _stores(node: ast.AST) -> bool:
    """Whether a statement changes an object; without a local variable all would be an error."""
    return isinstance(node, ast.Assign) and isinstance(
        node.targets[0], ast.Attribute | ast.Subscript
    )


def _opposite(node: ast.AST) -> Any:
    return OPPOSITES[type(node)]()


def _is_text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in sides
    )


def _is_nothing(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _shown(node: ast.AST) -> str:
    if isinstance(node, ast.If | ast.While):
        return f"{type(node).__name__.lower()} {ast.unparse(node.test)}"
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else f"{text[:87]}..."
