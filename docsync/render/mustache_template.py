"""Renders Mustache: nothing is escaped, nothing is called, no attribute of an object is asked for."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from docsync.formats.prompty.dialect import Dialect
from docsync.names import find_closest
from docsync.render.error import RenderError
from docsync.render.mark import Marks, Role, Thread, private_characters
from docsync.render.mustache_parser import (
    DataRoleLine,
    Literal,
    Names,
    Nodes,
    Partial,
    RoleLine,
    Section,
    Value,
    parse_mustache,
)
from docsync.render.rich import MediaValue, ThreadValue
from docsync.render.role_line import role_of
from docsync.render.state import MAX_KEPT_CHARACTERS, MAX_TEMPLATES, RENDERING
from docsync.render.text import Include, Text, TextPlace, resolve_name
from docsync.render.value import ABSENT

_UNKNOWN = object()


@dataclass(frozen=True, slots=True)
class MustacheText:
    """A parsed text of Mustache."""

    text: Text
    dialect: Dialect
    nodes: Nodes
    includes: tuple[Include, ...]
    variables: frozenset[str]
    places: Mapping[str, int]
    guarded: frozenset[str]
    private: frozenset[str]

    def render(self, values: Mapping[str, object]) -> str:
        """The text with its marks. RenderError where a value is not there."""
        renderer = _Renderer(RENDERING.get().marks, self, [values])
        try:
            return "".join(renderer.put_out(self.nodes))
        except RecursionError:
            raise TextPlace(self.text, 0).error("goes too deep into itself") from None


def compile_mustache(text: Text, dialect: Dialect) -> MustacheText:
    """*text*, parsed; the same text is parsed once. RenderError where it is no Mustache."""
    return (_compile_once if len(text.content) <= MAX_KEPT_CHARACTERS else _compile)(text, dialect)


def _compile(text: Text, dialect: Dialect) -> MustacheText:
    nodes = parse_mustache(text, dialect)
    seen = list(_walk(nodes, in_section=False))
    places: dict[str, int] = {}
    for name, at, _ in seen:
        places.setdefault(name, at)
    needed = {name for name, _, is_needed in seen if is_needed}
    return MustacheText(
        text,
        dialect,
        nodes,
        tuple(_find_partials(nodes)),
        frozenset(places),
        places,
        frozenset(places) - needed,
        frozenset(private_characters(text.normalized)),
    )


_compile_once = lru_cache(MAX_TEMPLATES)(_compile)


def _walk(nodes: Nodes, *, in_section: bool) -> Iterator[tuple[str, int, bool]]:
    """The first names in *nodes*, their places, and if one must be given: not in a section, nor as one."""
    for node in nodes:
        match node:
            case Value(names, at) | DataRoleLine(names, at) if names:
                yield names[0], at, not in_section
            case Section(names, _, inner, at):
                if names:
                    yield names[0], at, False
                yield from _walk(inner, in_section=True)
            case RoleLine(_, attributes):
                for _, value in attributes:
                    if isinstance(value, tuple):
                        yield from _walk(value, in_section=in_section)


def _find_partials(nodes: Nodes) -> Iterator[Include]:
    for node in nodes:
        if isinstance(node, Partial):
            yield Include(node.name, node.at)
        elif isinstance(node, Section):
            yield from _find_partials(node.nodes)


class _Renderer:
    """Puts out the nodes of one text; `stack` has the values that sections opened, the innermost last."""

    def __init__(self, marks: Marks, template: MustacheText, stack: list[object]) -> None:
        self._marks = marks
        self._template = template
        self._stack = stack

    def put_out(self, nodes: Nodes) -> Iterator[str]:
        for node in nodes:
            match node:
                case Literal(text):
                    yield text
                case Value(names, at):
                    yield self._value(names, at)
                case Section():
                    yield from self._section(node)
                case Partial():
                    yield from self._partial(node)
                case RoleLine():
                    yield self._role(node)
                case DataRoleLine(names, at):
                    yield self._data_role(names, at)

    def _value(self, names: Names, at: int) -> str:
        text = self._text(names, at)
        self._marks.count_output(text)
        return text

    def _text(self, names: Names, at: int) -> str:
        value = self._find(names)
        if value is _UNKNOWN:
            raise self._unknown(names, at)
        return _to_text(value)

    def _section(self, node: Section) -> Iterator[str]:
        value = self._find(node.names)
        is_true = value is not _UNKNOWN and value is not ABSENT and bool(value)
        if node.is_inverted:
            if not is_true:
                yield from self.put_out(node.nodes)
        elif is_true:
            for item in value if isinstance(value, list) else [value]:
                self._stack.append(item)
                yield from self.put_out(node.nodes)
                self._stack.pop()

    def _partial(self, node: Partial) -> Iterator[str]:
        path = resolve_name(node.name, self._template.text.path)
        partial = RENDERING.get().templates[path]
        assert isinstance(partial, MustacheText)
        if node.indent:
            lines = partial.text.normalized.splitlines(keepends=True)
            indented = "".join(node.indent + line for line in lines)
            partial = compile_mustache(Text(path, indented, partial.text.line), partial.dialect)
        yield from _Renderer(self._marks, partial, self._stack).put_out(partial.nodes)

    def _role(self, node: RoleLine) -> str:
        place = TextPlace(self._template.text, node.at)
        if node.role == "thread":
            return self._marks.begin(Thread(RENDERING.get().thread), place)
        attributes = tuple(
            (name, self._attribute(value) if isinstance(value, tuple) else value)
            for name, value in node.attributes
        )
        return self._marks.begin(Role(node.role, attributes), place)

    def _attribute(self, nodes: Nodes) -> str:
        """The text of an attribute, which is no part of any message."""
        return "".join(
            node.text if isinstance(node, Literal) else self._text(node.names, node.at)
            for node in nodes
            if isinstance(node, Literal | Value)
        )

    def _data_role(self, names: Names, at: int) -> str:
        value = self._find(names)
        if value is _UNKNOWN:
            raise self._unknown(names, at)
        place = TextPlace(self._template.text, at)
        return self._marks.begin(role_of(value, place), place)

    def _find(self, names: Names) -> object:
        """The value of *names*: the first from the innermost section that has it, the others in it."""
        if not names:
            return self._stack[-1]
        first, *rest = names
        value = next(
            (
                level[first]
                for level in reversed(self._stack)
                if isinstance(level, Mapping) and first in level
            ),
            _UNKNOWN,
        )
        for name in rest:
            value = value[name] if isinstance(value, Mapping) and name in value else _UNKNOWN
        return value

    def _unknown(self, names: Names, at: int) -> RenderError:
        known = [key for level in self._stack[-2:] if isinstance(level, Mapping) for key in list(level)[:200]]
        near = find_closest(names[0], known, 1) if names[0] not in known else []
        hint = (
            f"did you mean '{near[0]}'?" if near else f"{{{{#{'.'.join(names)}}}}} asks whether it is there"
        )
        return TextPlace(self._template.text, at).error(f"'{'.'.join(names)}' is not there", hint)


def _to_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None or value is ABSENT:
        return ""
    if isinstance(value, MediaValue | ThreadValue):
        return str(value)
    return json.dumps(value, ensure_ascii=False)
