"""The files that a parsed Jinja template takes in, by the names that are written out. Never computes one."""

from collections.abc import Iterator

from jinja2 import nodes

_Naming = nodes.Include | nodes.Extends | nodes.Import | nodes.FromImport
_NAMING: tuple[type[_Naming], ...] = (nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)


def find_includes(tree: nodes.Template) -> Iterator[tuple[str, int, bool]]:
    """Each file that *tree* names: as written, the line, and whether it may be missing."""
    for node in tree.find_all(_NAMING):
        names = _literal_names(node.template) or []
        is_optional = isinstance(node, nodes.Include) and (node.ignore_missing or len(names) > 1)
        yield from ((name, node.lineno, is_optional) for name in names)


def find_computed_names(tree: nodes.Template) -> Iterator[int]:
    """The line of each tag that takes in a file whose name is not written out."""
    for node in tree.find_all(_NAMING):
        if _literal_names(node.template) is None:
            yield node.lineno


def _literal_names(node: nodes.Expr) -> list[str] | None:
    """The names that are written out: one, or a list of which the first that is there is taken."""
    items = node.items if isinstance(node, nodes.List | nodes.Tuple) else [node]
    names = [item.value for item in items if isinstance(item, nodes.Const) and isinstance(item.value, str)]
    return names if len(names) == len(items) else None
