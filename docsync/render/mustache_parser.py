"""Parses Mustache, with the lines of roles as nodes of their own. Renders nothing and opens no partial."""

from collections.abc import Iterator
from dataclasses import dataclass

from docsync.formats.prompty.dialect import Dialect
from docsync.formats.prompty.role import find_role_markers
from docsync.render.error import RenderError
from docsync.render.role_line import find_line, names_role
from docsync.render.text import Text

MAX_DEPTH = 100
"""So deep may sections be inside of each other."""

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Literal:
    """Text as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A value that is put out; the names are those of `{{a.b}}`, none at all those of `{{.}}`."""

    names: Names
    at: int


@dataclass(frozen=True, slots=True)
class Section:
    """A part for each item, or for a value that is true; inverted for one that is not."""

    names: Names
    is_inverted: bool
    nodes: "Nodes"
    at: int


@dataclass(frozen=True, slots=True)
class Partial:
    """Another file, each line of it with *indent* before it."""

    name: str
    indent: str
    at: int


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A message begins. An attribute that holds tags is nodes, which are rendered by themselves."""

    role: str
    attributes: "tuple[tuple[str, object | Nodes], ...]"
    at: int


@dataclass(frozen=True, slots=True)
class DataRoleLine:
    """A message begins whose role is a value."""

    names: Names
    at: int


Node = Literal | Value | Section | Partial | RoleLine | DataRoleLine
Nodes = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class _Tag:
    """A tag or the line of a role: what it takes of the source, its sign, what it holds, its place."""

    start: int
    end: int
    sign: str
    content: str
    at: int
    indent: str = ""
    node: RoleLine | None = None
    is_role: bool = False


def parse_mustache(text: Text, dialect: Dialect) -> Nodes:
    """The nodes of *text*. RenderError with line and column where it is no Mustache."""
    return _Parser(text, text.normalized, dialect).parse()


class _Parser:
    def __init__(self, text: Text, source: str, dialect: Dialect, offset: int = 0) -> None:
        self._text, self._source, self._dialect, self._offset = text, source, dialect, offset

    def parse(self) -> Nodes:
        open_sections: list[tuple[_Tag, list[Node]]] = []
        nodes: list[Node] = []
        done = 0
        for tag in self._tags_and_roles():
            if done < tag.start:
                nodes.append(Literal(self._source[done : tag.start]))
            done = tag.end
            if tag.sign in ("#", "^"):
                if len(open_sections) == MAX_DEPTH:
                    raise self._error("sections are nested too deeply", tag.at)
                open_sections.append((tag, nodes))
                nodes = []
            elif tag.sign == "/":
                nodes = self._close(tag, open_sections, nodes)
            else:
                nodes += self._leaf(tag, in_section=bool(open_sections))
        if open_sections:
            raise self._error(
                f"the section '{open_sections[-1][0].content}' is never closed", open_sections[-1][0].at
            )
        if done < len(self._source):
            nodes.append(Literal(self._source[done:]))
        return tuple(nodes)

    def _close(
        self, tag: _Tag, open_sections: list[tuple[_Tag, list[Node]]], nodes: list[Node]
    ) -> list[Node]:
        if not open_sections or open_sections[-1][0].content != tag.content:
            raise self._error(f"'/{tag.content}' closes no section", tag.at)
        begin, outer = open_sections.pop()
        section = Section(self._names(begin), begin.sign == "^", tuple(nodes), self._offset + begin.at)
        return [*outer, section]

    def _leaf(self, tag: _Tag, *, in_section: bool) -> Iterator[Node]:
        at = self._offset + tag.at
        if tag.node:
            yield tag.node
        elif tag.sign == ">":
            if not tag.content:
                raise self._error("a partial without a name", tag.at)
            yield Partial(tag.content, tag.indent, at)
        elif tag.sign == "":
            names = self._names(tag)
            if not tag.is_role:
                yield Value(names, at)
            elif names_role(names[-1] if names else "", in_loop=in_section):
                yield DataRoleLine(names, at)
            else:
                begin, end = self._source[tag.start : tag.at], self._source[tag.start : tag.end]
                yield from (Literal(begin), Value(names, at), Literal(end[end.rindex(":") :]))

    def _names(self, tag: _Tag) -> Names:
        if tag.content == ".":
            return ()
        names = tuple(part.strip() for part in tag.content.split("."))
        if not all(names):
            raise self._error("a tag without a name", tag.at)
        return names

    def _tags_and_roles(self) -> list[_Tag]:
        tags = [self._with_role_line(tag) for tag in self._tags()]
        roles = []
        for marker in find_role_markers(self._source, self._dialect):
            if marker.is_complete:
                line = self._source[marker.start : marker.end]
                start = marker.start + len(line) - len(line.lstrip())
                over = [tag for tag in tags if tag.start < marker.end and tag.end > start]
                if all(tag.sign == "" and not tag.is_role and start < tag.start for tag in over):
                    attributes = tuple(
                        (name, self._attribute(value, start)) for name, value in marker.attributes.items()
                    )
                    node = RoleLine(marker.role, attributes, self._offset + start)
                    roles.append(_Tag(marker.start, marker.end, "", "", start, node=node))
                    tags = [tag for tag in tags if tag not in over]
        return sorted([*tags, *roles], key=lambda tag: tag.start)

    def _attribute(self, value: object, at: int) -> object:
        if not isinstance(value, str) or "{{" not in value:
            return value
        begin = max(self._source.find(value, at), at)
        nodes = _Parser(self._text, value, self._dialect, self._offset + begin).parse()
        if not all(isinstance(node, Literal | Value) for node in nodes):
            raise self._error("the attribute of a role can hold values, and no other tag", at)
        return nodes

    def _with_role_line(self, tag: _Tag) -> _Tag:
        """*tag*, or with its line where it holds nothing else but a colon."""
        line = find_line(self._source, tag.at, tag.end) if tag.sign == "" else None
        return _Tag(*line, "", tag.content, tag.at, is_role=True) if line else tag

    def _tags(self) -> Iterator[_Tag]:
        opening, closing = "{{", "}}"
        at = self._source.find(opening)
        while at != -1:
            start = at + len(opening)
            is_triple = opening == "{{" and self._source.startswith("{", start)
            close = f"}}{closing}" if is_triple else closing
            end = self._source.find(close, start)
            if end == -1:
                raise self._error("a tag is never closed", at)
            tag = self._tag(
                at, end + len(close), self._source[start + is_triple : end].strip(), is_plain=is_triple
            )
            if tag.sign == "=":
                parts = tag.content.removesuffix("=").split()
                if len(parts) != 2:
                    raise self._error("delimiters are changed as {{=<% %>=}}", at)
                opening, closing = parts
            yield tag
            at = self._source.find(opening, end + len(close))

    def _tag(self, at: int, end: int, content: str, *, is_plain: bool) -> _Tag:
        sign = "" if is_plain or content[:1] not in tuple("#^/!>=&") else content[0]
        name = content[len(sign) :].strip()
        if sign in ("", "&"):
            return _Tag(at, end, "", name, at)
        source = self._source
        begin = source.rfind("\n", 0, at) + 1
        stop = source.find("\n", end) + 1 or len(source)
        # A tag that is alone in its line takes the line with it.
        if source[begin:at].strip() or source[end:stop].strip():
            return _Tag(at, end, sign, name, at)
        return _Tag(begin, stop, sign, name, at, source[begin:at])

    def _error(self, message: str, at: int) -> RenderError:
        return RenderError(self._text.mistake(message, self._offset + at))
