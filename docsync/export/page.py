"""Documents as Markdown, a page for each, for people to read.

Keeps names and ids; leaves out what is there twice.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from docsync.names import to_printable

if TYPE_CHECKING:
    from docsync.export import Origin
    from docsync.reader import Row

# Told at the top of the page.
_HEADER_MEMBERS = frozenset({"name", "description", "tags"})
# In a document that has a body, what was taken from its text or front matter and is there a second time.
_DERIVED = frozenset(
    {"frontmatter", "body", "body_line", "instructions", "messages", "variables", "references", "dialect"}
)
_MARKUP = re.compile(r"[\\`*\[\]<#~]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)")
_LINE_START = re.compile(r"^(\d*)([-+=:>.)])")
_TICKS = re.compile(r"`+")


def as_markdown(origin: "Origin", rows: "Iterable[Row]") -> Iterator[str]:
    """A page for each document, a rule between two of them; a comment names where they are from."""
    version = f", epoch {origin.epoch}, revision {origin.revision}" if origin.epoch else ""
    yield f"<!-- docsync export from the {origin.source}{version} -->\n"
    between = "\n"
    for row in rows:
        yield between + "\n".join(_page(row))
        between = "\n---\n\n"


def _page(row: "Row") -> Iterator[str]:
    yield f"# {_escape_markup(row.name)}"
    yield ""
    facts = [_code(row.id), row.type, _code(row.file_path), f"changed {row.updated_at}"]
    yield " · ".join(facts if row.state == "ok" else [*facts, f"{row.state} since {row.since}"])
    body = row.document.get("body") if "frontmatter" in row.document else None
    left_out = _HEADER_MEMBERS if body is None else _HEADER_MEMBERS | _DERIVED
    members = {
        key: value for key, value in row.document.items() if key not in left_out and not _is_empty(value)
    }
    # A description that docsync took from another member would be read twice.
    if row.description and row.description not in members.values():
        yield from ("", _escape_lines(row.description, ""))
    if row.tags:
        yield from ("", f"Tags: {', '.join(map(_code, row.tags))}")
    yield from _members(members)
    if isinstance(body, str):
        yield from ("", "## Text", "", *_fence(body))
    yield ""


def _members(members: Mapping[str, object]) -> Iterator[str]:
    """What fits on a line as a list, then a section for each of the others."""
    short = {key: value for key, value in members.items() if not _is_long(value)}
    if short:
        yield ""
        yield from _list_entries(short, "")
    for key, value in members.items():
        if key not in short:
            yield from ("", f"## {_escape_markup(key)}", "")
            yield from [_escape_lines(value, "")] if isinstance(value, str) else _list_entries(value, "")


def _list_entries(value: object, indent: str) -> Iterator[str]:
    """*value* as the entries of a list, what lies beneath them further in."""
    for label, member in _entries(value):
        if isinstance(member, Mapping | list) and member:
            yield f"{indent}- {label or '…'}"
            yield from _list_entries(member, indent + "  ")
        else:
            yield f"{indent}- {label}{' ' if label else ''}{_escape_lines(_scalar(member), indent + '  ')}"


def _entries(value: object) -> Iterator[tuple[str, object]]:
    """The members of *value*, each with its label, which for an object in a list is its name, if any."""
    if isinstance(value, Mapping):
        yield from ((f"**{_escape_markup(str(key))}**:", member) for key, member in value.items())
        return
    for member in value if isinstance(value, list) else [value]:
        if isinstance(member, Mapping) and isinstance(name := member.get("name"), str) and len(member) > 1:
            yield (
                f"**{_escape_markup(name)}**:",
                {key: inner for key, inner in member.items() if key != "name"},
            )
        else:
            yield "", member


def _scalar(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case None | [] | {}:
            return "-"
        case _:
            return str(value)


def _is_long(value: object) -> bool:
    return isinstance(value, Mapping | list) or (isinstance(value, str) and "\n" in value.strip())


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str | Sequence | Mapping) and not value)


def _escape_markup(text: str) -> str:
    """*text* on one line, as it is and not as markup."""
    return _MARKUP.sub(r"\\\g<0>", to_printable(text))


def _escape_lines(text: str, indent: str) -> str:
    """*text* with its line ends as line ends; blank lines, which would end a list, are left out."""
    lines = [
        _LINE_START.sub(r"\1\\\2", _escape_markup(line.strip())) for line in text.splitlines() if line.strip()
    ]
    return f"\\\n{indent}".join(lines)


def _code(text: str) -> str:
    ticks = "`" * (_longest_ticks(text) + 1)
    return f"{ticks} {to_printable(text)} {ticks}" if "`" in text else f"`{to_printable(text)}`"


def _fence(text: str) -> list[str]:
    fence = "`" * max(3, _longest_ticks(text) + 1)
    return [f"{fence}text", text.rstrip("\n"), fence]


def _longest_ticks(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)
