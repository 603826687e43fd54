"""Makes values for any prompt: what its template does with a variable tells what it expects."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, nodes

from docsync.formats.prompty.dialect import Dialect
from docsync.render import mustache_parser as mustache
from docsync.render.text import Text

_NUMERIC = ("round", "int", "float", "abs", "sum")
_ARITHMETIC = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow, nodes.Neg)
_ORDER = ("gt", "gteq", "lt", "lteq")
_ROLES = ("role", "type")


@dataclass
class Shape:
    """What is known of a value: its members, its items, or that it is a number."""

    name: str = ""
    members: dict[str, "Shape"] = field(default_factory=dict)
    item: "Shape | None" = None
    is_number: bool = False

    def member(self, name: str) -> "Shape":
        return self.members.setdefault(name, Shape(name))

    def items(self) -> "Shape":
        self.item = self.item or Shape()
        return self.item

    def fill(self, text: Callable[[str], object], path: str = "") -> Any:
        """A value of this shape; *text* gives that of a leaf from its path."""
        if self.item is not None:
            return [self.item.fill(text, f"{path}[]"), self.item.fill(text, f"{path}[1]")]
        if self.members:
            return {name: shape.fill(text, f"{path}.{name}") for name, shape in self.members.items()}
        if self.is_number:
            return 3
        return "user" if self.name.lower() in _ROLES else text(path)


def shape_of(document: dict[str, Any]) -> Shape:
    """The shape of all that the template of *document* wants from outside."""
    body = document["body"].replace("\r\n", "\n")
    root = Shape()
    if document["template"]["format"]["kind"] == "mustache":
        _look_at_mustache(mustache.parse_mustache(Text("x", body), Dialect(document["dialect"])), [root])
    else:
        _Jinja(root).look(Environment(autoescape=False).parse(body), {})
    return root


def wanted(document: dict[str, Any]) -> set[str]:
    """The names of variables and of declared inputs."""
    return {*(document["variables"] or ()), *(item["name"] for item in document["inputs"])}


class _Jinja:
    def __init__(self, root: Shape) -> None:
        self._root = root

    def look(self, node: nodes.Node, scope: dict[str, Shape]) -> None:
        if isinstance(node, nodes.For):
            inner = dict(scope)
            shape = self._shape(node.iter, scope)
            targets = node.target.items if isinstance(node.target, nodes.Tuple) else [node.target]
            for target in targets:
                if isinstance(target, nodes.Name):
                    inner[target.name] = shape.items() if shape and len(targets) == 1 else Shape()
            for child in (*node.body, *node.else_, *filter(None, [node.test])):
                self.look(child, inner)
            return
        if isinstance(node, nodes.Macro | nodes.CallBlock):
            scope = {**scope, **{argument.name: Shape() for argument in node.args}}
        if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            scope[node.target.name] = self._shape(node.node, scope) or Shape()
        self._look_at_numbers(node, scope)
        self._shape(node, scope)
        for child in node.iter_child_nodes():
            self.look(child, scope)

    def _look_at_numbers(self, node: nodes.Node, scope: dict[str, Shape]) -> None:
        sides: list[nodes.Node] = []
        if isinstance(node, _ARITHMETIC):
            sides = list(node.iter_child_nodes())
        elif isinstance(node, nodes.Filter) and node.name in _NUMERIC and node.node:
            sides = [node.node]
        elif isinstance(node, nodes.Compare) and any(one.op in _ORDER for one in node.ops):
            sides = [node.expr, *(one.expr for one in node.ops)]
        for side in sides:
            shape = self._shape(side, scope)
            if shape:
                shape.is_number = True

    def _shape(self, node: nodes.Node | None, scope: dict[str, Shape]) -> Shape | None:
        if isinstance(node, nodes.Name):
            return scope.get(node.name) or (self._root.member(node.name) if node.ctx == "load" else None)
        if isinstance(node, nodes.Getattr):
            shape = self._shape(node.node, scope)
            return shape.member(node.attr) if shape else None
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            shape = self._shape(node.node, scope)
            key = node.arg.value
            return (shape.member(key) if isinstance(key, str) else shape.items()) if shape else None
        if isinstance(node, nodes.Filter):
            shape = self._shape(node.node, scope)
            return shape.items() if node.name == "join" and shape else None
        return None


def _look_at_mustache(found: mustache.Nodes, stack: list[Shape]) -> None:
    for node in found:
        if isinstance(node, mustache.Value | mustache.DataRoleLine):
            _member(stack[-1], node.names)
        elif isinstance(node, mustache.Section):
            shape = _member(stack[0], node.names)
            _look_at_mustache(node.nodes, [*stack, shape.items()])


def _member(shape: Shape, names: tuple[str, ...]) -> Shape:
    for name in names:
        shape = shape.member(name)
    return shape


def leaves(value: object) -> Iterator[str]:
    """The texts in *value*."""
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from leaves(item)
