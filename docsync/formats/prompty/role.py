"""Splits a body into messages at its role markers, unrendered. Never changes the text of a message."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from docsync.formats.prompty.dialect import Dialect
from docsync.formats.prompty.shape import JsonObject

MAX_MESSAGES = 2000

_ROLES = {
    Dialect.V1: "system|user|assistant|function",
    Dialect.BETA: "system|user|assistant|function|tools",
    Dialect.V2: "system|user|assistant|developer",
    Dialect.NONE: "system|user|assistant|developer",
}
_BLANK = r"[^\S\r\n]"
# Possessive throughout: the official pattern backtracks without bound on a line of `a=a=a=…`.
_VALUE = r'(?>"(?>[^"\r\n]*)"|(?>[^",\]\r\n]*))'
_ATTRIBUTES = rf"\[(?>(?:(?>{_BLANK}*)(?>\w+)(?>{_BLANK}*)=(?>{_BLANK}*){_VALUE}(?>{_BLANK}*)(?>,?))+)\]"
_ATTRIBUTE = re.compile(r'(?P<key>\w+)\s*=\s*(?:(?P<quoted>"[^"]*")|(?P<plain>[^",\]]*))')
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_FLOAT = re.compile(r"-?[0-9]{1,18}\.[0-9]{1,18}")

_MAX_LINE = 200
# Tags that put nothing out. A value after a role is another thing: `user: {{ name }}` is meant as text.
_TAG = re.compile(r"\{\{-? ?(?:''|\"\") ?-?\}\}|\{%[^%\r\n]*%\}|\{#[^#\r\n]*#\}")
_PARTS_OF_TAGS = ("{%", "{#", "''", '""')  # each of these has one


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of a body.

    `almost` are offsets and texts of what only looks like a marker; `beyond` is where markers were no longer
    looked for, None if all were taken.
    """

    messages: list[JsonObject]
    almost: list[tuple[int, str]]
    beyond: int | None


@dataclass(frozen=True, slots=True)
class RoleMarker:
    """A line that begins a message, from `start` to before its line end; not `is_complete` it only looks so.

    `attributes` are as written: one may hold a tag of the template.
    """

    start: int
    end: int
    role: str
    attributes: JsonObject
    is_complete: bool = True


def messages_of(body: str, body_line: int, dialect: Dialect) -> Messages:
    """Messages with role, attributes, content and line; text before the first marker is a system message."""
    almost: list[tuple[int, str]] = []
    markers: list[RoleMarker] = []
    beyond = None
    for found in find_role_markers(body, dialect):
        if len(markers) + len(almost) == MAX_MESSAGES:
            beyond = found.start
            break
        if found.is_complete:
            markers.append(found)
        else:
            almost.append((found.start, found.role))
    almost += _find_roles_beside_tags(body, dialect, MAX_MESSAGES - len(markers) - len(almost))
    return Messages(_cut_messages(body, body_line, markers), sorted(almost), beyond)


@cache
def _pattern(dialect: Dialect) -> re.Pattern[str]:
    attributes = rf"(?>(?P<attributes>{_ATTRIBUTES})?)" if dialect is not Dialect.V1 else ""
    # A YAML habit, `system: |`, is no marker; it is found here to be warned of.
    word = rf"(?P<role>{_ROLES[dialect]}){attributes}(?>{_BLANK}*):(?>{_BLANK}*)(?>(?P<pipe>\|)?)"
    thread = r"|!\[(?P<thread>thread)\]" if dialect is Dialect.BETA else ""
    # Nothing but blanks and one '#' stands before it in its line: each line is looked at once, whatever it
    # repeats.
    return re.compile(
        rf"[\r\n](?>{_BLANK}*)(?>#?)(?>{_BLANK}*)(?:{word}{thread})(?>{_BLANK}*)(?=[\r\n]|\Z)", re.IGNORECASE
    )


def find_role_markers(body: str, dialect: Dialect) -> Iterator[RoleMarker]:
    """The lines of *body* that begin a message, and those that only look so, in order."""
    # With a line end before the first line, too, a match begins one character before its line does.
    return map(_marker, _pattern(dialect).finditer("\n" + body))


def _find_roles_beside_tags(body: str, dialect: Dialect, limit: int) -> Iterator[tuple[int, str]]:
    """Lines that would begin a message without the tags in them: what is put out there is text."""
    if not any(part in body for part in _PARTS_OF_TAGS):
        return
    for found in _word(dialect).finditer(body):
        if limit <= 0:
            return
        start = max(body.rfind(end, found.start() - _MAX_LINE, found.start()) for end in "\r\n") + 1
        stops = (body.find(end, found.end(), found.end() + _MAX_LINE) for end in "\r\n")
        stop = min((stop for stop in stops if stop != -1), default=len(body))
        line = body[max(start, found.start() - _MAX_LINE) : min(stop, found.end() + _MAX_LINE)]
        rest = _TAG.sub("", line).strip().removeprefix("#").strip() if "{" in line else ""
        if rest.endswith(":") and rest[:-1].rstrip().lower() in _ROLES[dialect].split("|"):
            limit -= 1
            yield start, line.strip()


@cache
def _word(dialect: Dialect) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_ROLES[dialect]})(?>{_BLANK}*):", re.IGNORECASE)


def _marker(match: re.Match[str]) -> RoleMarker:
    start, end = match.start(), match.end() - 1
    groups = match.groupdict()
    if groups["pipe"]:
        return RoleMarker(start, end, match[0][match.start("role") - start :].rstrip(), {}, is_complete=False)
    role = (groups.get("thread") or groups["role"]).lower()
    return RoleMarker(start, end, role, _attributes(groups.get("attributes") or ""))


def _attributes(written: str) -> JsonObject:
    return {
        key: quoted[1:-1] if quoted else _parse_value(plain.strip())
        for key, quoted, plain in _ATTRIBUTE.findall(written[1:-1])
    }


def _parse_value(value: str) -> object:
    if value[:1].isalpha():
        return {"true": True, "false": False}.get(value.lower(), value)
    if _INTEGER.fullmatch(value):
        return int(value)
    return float(value) if _FLOAT.fullmatch(value) else value


def _cut_messages(body: str, body_line: int, markers: list[RoleMarker]) -> list[JsonObject]:
    first = markers[0].start if markers else len(body)
    messages = []
    line = body_line
    if body[:first].strip():
        lead = len(body) - len(body.lstrip("\r\n"))
        messages.append(_message("system", {}, body[:first], line + _line_ends(body, 0, lead)))
    passed = 0
    for place, marker in enumerate(markers):
        end = markers[place + 1].start if place + 1 < len(markers) else len(body)
        line += _line_ends(body, passed, marker.start)
        passed = marker.start
        messages.append(_message(marker.role, marker.attributes, body[marker.end : end], line))
    return messages


def _message(role: str, attributes: JsonObject, content: str, line: int) -> JsonObject:
    plain = content.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return {"role": role, "attributes": attributes, "content": plain, "line": line}


def _line_ends(text: str, start: int, end: int) -> int:
    return text.count("\n", start, end) + text.count("\r", start, end) - text.count("\r\n", start, end)
