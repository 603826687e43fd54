"""What the source of a room may say: the texts in it that are shown to people. Never runs it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

# Whose arguments are compared or searched for, and shown to nobody.
_ASKING = {"compile", "match", "search", "startswith", "endswith", "replace", "getattr", "TypeVar", "cast"}


def list_said(path: Path) -> dict[str, re.Pattern[str]]:
    """Each text of several words in a file, as it is written, and a pattern of what it becomes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {ast.unparse(node): _pattern(node) for node in _texts(tree) if " " in _plain(node).strip()}


def _texts(node: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    if isinstance(node, ast.Compare) or (isinstance(node, ast.Call) and _name(node.func) in _ASKING):
        return
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node
        return
    for child in _children(node):
        yield from _texts(child)


def _children(node: ast.AST) -> list[ast.AST]:
    """What may be shown of a part of the source: no docstring, no annotation, no key that is looked up."""
    match node:
        case ast.Dict():
            return [*node.values]
        case ast.AnnAssign():
            return [node.value] if node.value else []
        case ast.FunctionDef():
            return [one for one in node.body if not _is_docstring(one)]
        case _:
            return [one for one in ast.iter_child_nodes(node) if not _is_docstring(one)]


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _name(called: ast.expr) -> str:
    return (
        called.attr
        if isinstance(called, ast.Attribute)
        else called.id
        if isinstance(called, ast.Name)
        else ""
    )


def _parts(node: ast.Constant | ast.JoinedStr) -> Iterator[str | None]:
    for part in node.values if isinstance(node, ast.JoinedStr) else [node]:
        yield str(part.value) if isinstance(part, ast.Constant) else None


def _plain(node: ast.Constant | ast.JoinedStr) -> str:
    return "".join(part or "" for part in _parts(node))


def _pattern(node: ast.Constant | ast.JoinedStr) -> re.Pattern[str]:
    return re.compile("".join(".*" if part is None else re.escape(part) for part in _parts(node)), re.DOTALL)
