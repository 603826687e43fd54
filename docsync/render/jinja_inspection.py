"""What is wrong with a parsed Jinja template before it is rendered, and what it names. Never renders.

A message can only begin where its text is put out at once: inside of a `set`, `filter` or `call` block, or
in a macro whose result is used for something else, its begin could be cut, moved or lost with what an input
says.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import starmap
from typing import cast

from jinja2 import nodes

from docsync.formats.prompty.jinja_include import find_computed_names, find_includes
from docsync.render.error import Mistake, RenderError
from docsync.render.text import Include, Text

MARKS_NAME = "marks"
"""The environment's attribute that every mark in a tree asks for."""

_Capture = nodes.AssignBlock | nodes.FilterBlock | nodes.CallBlock
_CAPTURES: tuple[tuple[type[_Capture], str], ...] = (
    (nodes.AssignBlock, "set"),
    (nodes.FilterBlock, "filter"),
    (nodes.CallBlock, "call"),
)
_GUARDS = ("defined", "undefined", "default", "d", "none")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a template names: files, the first place of each name, and names whose absence it looks after."""

    includes: tuple[Include, ...]
    places: dict[str, int]
    guarded: frozenset[str]


def inspect(tree: nodes.Template, text: Text) -> Inspection:
    """What *tree* names. RenderError with all that is wrong with it."""
    mistakes = [
        *_find_captures(tree, text),
        *_find_used_macros(tree, text),
        *_find_computed_names(tree, text),
    ]
    if mistakes:
        raise RenderError(*mistakes)
    places: dict[str, int] = {}
    for name in tree.find_all(nodes.Name):
        places[name.name] = min(name.lineno, places.get(name.name, name.lineno))
    guarded = {
        node.node.name
        for node in tree.find_all((nodes.Test, nodes.Filter))
        if node.name in _GUARDS and isinstance(node.node, nodes.Name)
    }
    return Inspection(tuple(starmap(Include, find_includes(tree))), places, frozenset(guarded))


def _begins(node: nodes.Node) -> Iterator[int]:
    """Where messages begin within *node*."""
    for mark in node.find_all(nodes.EnvironmentAttribute):
        if mark.name == MARKS_NAME:
            yield mark.lineno


def _macros_with_begins(tree: nodes.Template) -> set[str]:
    """The names of macros in which a message begins, also by another macro."""
    macros = {macro.name: macro for macro in tree.find_all(nodes.Macro)}
    found = {name for name, macro in macros.items() if next(_begins(macro), None) is not None}
    grown = True
    while grown:
        more = {name for name, macro in macros.items() if any(_calls(macro, found))}
        grown = not more <= found
        found |= more
    return found


def _calls(node: nodes.Node, names: set[str]) -> Iterator[nodes.Call]:
    for call in node.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in names:
            yield call


def _find_captures(tree: nodes.Template, text: Text) -> Iterator[Mistake]:
    macros = _macros_with_begins(tree)
    for kind, word in _CAPTURES:
        for block in cast(Iterator[_Capture], tree.find_all(kind)):
            for statement in block.body:
                within = [*_begins(statement), *(call.lineno for call in _calls(statement, macros))]
                for at in sorted(within):
                    yield text.mistake(f"a message cannot begin inside of a {word} block", at)


def _find_used_macros(tree: nodes.Template, text: Text) -> Iterator[Mistake]:
    macros = _macros_with_begins(tree)
    if not macros:
        return
    bare = {id(node) for output in tree.find_all(nodes.Output) for node in output.nodes}
    bare |= {id(block.call) for block in tree.find_all(nodes.CallBlock)}
    for call in _calls(tree, macros):
        if id(call) not in bare and isinstance(call.node, nodes.Name):
            message = f"a message begins in the macro '{call.node.name}', so its result can only be put out"
            yield text.mistake(
                message, call.lineno, f"write {{{{ {call.node.name}(…) }}}} and nothing else in the tag"
            )


def _find_computed_names(tree: nodes.Template, text: Text) -> Iterator[Mistake]:
    for at in find_computed_names(tree):
        message = "the name of a file that a template takes in must be written out: here it is computed"
        yield text.mistake(message, at)
