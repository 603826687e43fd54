"""Finds the variables that a Jinja template wants from outside. Never renders, compiles or computes anything.

Answers as `jinja2.meta.find_undeclared_variables` does, which cannot be used on a file of unknown origin: it
computes constant expressions (`{{ 9**9**9 }}` never ends) and walks a loop's body once for each loop around
it. But for blocks: they know what the template made at its top before them, as they do when it is rendered.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from jinja2 import nodes

from docsync.formats.prompty.jinja_parser import GLOBAL_NAMES, parse_jinja

_MACRO_NAMES = ("caller", "kwargs", "varargs")


def jinja_variables(template: str) -> set[str]:
    """The names that *template* uses without setting them, or TemplateError with the place."""
    return _VariableSearch().run(parse_jinja(template))


@dataclass(slots=True)
class _InnerScope:
    """A part with names of its own, looked at once everything around it is known.

    `is_apart`: it knows nothing of what is around it; `sees_top`: but all that the template made at its top.
    """

    statements: Iterable[nodes.Node]
    own: tuple[str, ...] = ()
    is_apart: bool = False
    sees_top: bool = False


@dataclass(slots=True)
class _Scope:
    """What is known at one point: `known` were seen or set, `stored` were set; `log` undoes a branch."""

    known: set[str] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)
    log: list[tuple[set[str], str]] = field(default_factory=list)
    inner: list[_InnerScope] = field(default_factory=list)

    def add(self, names: set[str], name: str) -> None:
        if name not in names:
            names.add(name)
            self.log.append((names, name))

    def undo(self, length: int) -> list[tuple[set[str], str]]:
        undone = self.log[length:]
        del self.log[length:]
        for names, name in undone:
            names.discard(name)
        return undone

    def store(self, name: str) -> None:
        self.add(self.known, name)
        self.add(self.stored, name)


class _VariableSearch:
    def __init__(self) -> None:
        self._undeclared: set[str] = set()
        self._around: Counter[str] = Counter()  # how many scopes around the present one know a name
        self._scope = self._top = _Scope()
        self._is_child = False
        self._steps: dict[type[nodes.Node], Callable[..., None]] = {
            nodes.If: self._if,
            nodes.For: self._for,
            nodes.Macro: self._macro,
            nodes.CallBlock: self._call_block,
            nodes.FilterBlock: self._filter_block,
            nodes.With: self._with,
            nodes.Scope: self._plain_scope,
            nodes.Block: self._block,
            nodes.Assign: self._assign,
            nodes.AssignBlock: self._assign_block,
            nodes.Import: self._import,
            nodes.FromImport: self._from_import,
            nodes.ScopedEvalContextModifier: self._modifier,
        }

    def run(self, tree: nodes.Template) -> set[str]:
        self._is_child = any(isinstance(one, nodes.Extends) for one in tree.body)
        self._look(_InnerScope(tree.body, ("self",)), self._top)
        return self._undeclared - GLOBAL_NAMES

    def _look(self, part: _InnerScope, scope: _Scope | None = None) -> None:
        outer, self._scope = self._scope, scope or _Scope()
        around = self._around
        if part.is_apart:
            self._around = Counter()
        for name in (*part.own, *(self._top.stored if part.sees_top else ())):
            self._scope.store(name)
        self._walk(part.statements)
        known = self._scope.known
        self._around.update(known)
        for inner in self._scope.inner:
            self._look(inner)
        self._around.subtract(known)
        self._scope, self._around = outer, around

    def _walk(self, statements: Iterable[nodes.Node]) -> None:
        for statement in statements:
            step = self._steps.get(type(statement))
            if step:
                step(statement)
            else:
                self._load_all(statement)

    def _load_all(self, *trees: nodes.Node | None) -> None:
        for tree in trees:
            for name in _names(tree):
                self._load(name)

    def _load(self, name: str) -> None:
        if name not in self._scope.known and not self._around[name]:
            self._undeclared.add(name)
        self._scope.add(self._scope.known, name)

    def _set(self, target: nodes.Node) -> None:
        for name in _names(target):
            # `{% set space.x = 1 %}` needs the space and sets no name.
            if isinstance(target, nodes.NSRef):
                self._load(name)
            else:
                self._scope.store(name)

    def _defer(self, statements: Iterable[nodes.Node], own: tuple[str, ...] = ()) -> None:
        self._scope.inner.append(_InnerScope(statements, own))

    def _if(self, node: nodes.If) -> None:
        self._load_all(node.test)
        scope = self._scope
        stored: Counter[str] = Counter()
        gained = []
        branches: tuple[Iterable[nodes.Node], ...] = (node.body, node.elif_, node.else_)
        for branch in branches:
            length = len(scope.log)
            self._walk(branch)
            undone = scope.undo(length)
            stored.update(name for names, name in undone if names is scope.stored)
            gained += undone
        for names, name in gained:
            scope.add(names, name)
        # What only some branches set may have to come from outside.
        unsure = (name for name, count in stored.items() if count < len(branches))
        self._undeclared.update(name for name in unsure if not self._around[name])

    def _for(self, node: nodes.For) -> None:
        self._load_all(node.iter)
        own = tuple(_names(node.target))
        self._defer(node.body, (*own, "loop"))
        self._defer(node.else_)
        if node.test:
            self._defer([node.test], own)

    def _macro(self, node: nodes.Macro) -> None:
        self._scope.store(node.name)
        own = tuple(argument.name for argument in node.args)
        self._defer([*node.defaults, *node.body], (*own, *_MACRO_NAMES))

    def _call_block(self, node: nodes.CallBlock) -> None:
        self._load_all(node.call)
        own = tuple(argument.name for argument in node.args)
        self._defer([*node.defaults, *node.body], (*own, *_MACRO_NAMES))

    def _filter_block(self, node: nodes.FilterBlock) -> None:
        self._load_all(node.filter)
        self._defer(node.body)

    def _with(self, node: nodes.With) -> None:
        self._load_all(*node.values)
        self._defer(node.body, tuple(name for target in node.targets for name in _names(target)))

    def _plain_scope(self, node: nodes.Scope) -> None:
        self._defer(node.body)

    def _modifier(self, node: nodes.ScopedEvalContextModifier) -> None:
        self._load_all(*node.options)
        self._walk(node.body)

    def _block(self, node: nodes.Block) -> None:
        # At the top it knows what was made above it; a template that extends another makes all of it first.
        is_at_top = self._scope is self._top and not self._is_child
        made = tuple(self._top.stored) if is_at_top else ()
        self._scope.inner.append(
            _InnerScope(node.body, ("self", "super", *made), is_apart=True, sees_top=not is_at_top)
        )

    def _assign(self, node: nodes.Assign) -> None:
        self._load_all(node.node)
        self._set_each(node.target)

    def _set_each(self, target: nodes.Node) -> None:
        for part in target.items if isinstance(target, nodes.Tuple) else [target]:
            self._set(part)

    def _assign_block(self, node: nodes.AssignBlock) -> None:
        self._load_all(node.filter)
        self._set_each(node.target)
        self._defer(node.body)

    def _import(self, node: nodes.Import) -> None:
        self._load_all(node.template)
        self._scope.store(node.target)

    def _from_import(self, node: nodes.FromImport) -> None:
        self._load_all(node.template)
        for name in node.names:
            self._scope.store(name if isinstance(name, str) else name[1])


def _names(tree: nodes.Node | None) -> Iterator[str]:
    # Not recursive: `a.b.b.b…` is as deep as it is long.
    waiting = [tree] if tree else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Name | nodes.NSRef):
            yield node.name
        else:
            waiting.extend(node.iter_child_nodes())
