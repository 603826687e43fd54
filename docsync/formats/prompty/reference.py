"""Finds what a prompt points to. Never resolves anything: no variable is read and no file is opened."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from docsync.formats.place import format_place
from docsync.formats.prompty.dialect import Dialect
from docsync.formats.prompty.include import Included
from docsync.formats.prompty.shape import JsonObject, text
from docsync.model import Reference

MAX_IMAGES = 100

# A reference is the whole text, never a part of one; only env takes a default, which is all after the second
# colon.
WHOLE_REFERENCE = re.compile(r"\$\{(?P<protocol>\w+):(?P<value>[^}]*)\}")
# The end of an image's text and its path. What is before it is looked at from there: a body of nothing but
# "![" would be searched to its end from each.
_IMAGE = re.compile(r"\]\((?P<path>[^)\s\"]{1,1000})")
_ENDS_TEXT = re.compile(r"[\]\r\n]")
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|\{\{|//")

# A place is linked to the one above it: most texts are no references and never need theirs written out.
_Place = tuple["_Place", str | int] | tuple[()]


@dataclass(frozen=True, slots=True)
class References:
    """What a prompt points to: as the document lists it, and as one list with kinds."""

    env: list[JsonObject] = field(default_factory=list)
    files: list[JsonObject] = field(default_factory=list)
    other: list[JsonObject] = field(default_factory=list)
    all: list[Reference] = field(default_factory=list)

    def to_document(self) -> JsonObject:
        """The three lists under their names in the document."""
        return {"env": self.env, "files": self.files, "other": self.other}

    def add_file(self, kind: str, path: str, at: str) -> None:
        """Records a path relative to the prompt's own folder."""
        self.files.append({"path": path, "at": at})
        self.all.append(Reference(kind, path, at))

    def add(self, protocol: str, value: str, at: str) -> None:
        """Records `${protocol:value}`; protocols are written in any case."""
        protocol = protocol.lower()
        if protocol == "file":
            self.add_file("file", value, at)
        elif protocol == "env":
            name, colon, default = value.partition(":")
            self.env.append({"name": name, "default": default if colon else None, "at": at})
            self.all.append(Reference("env", name, at))
        else:
            self.other.append({"protocol": protocol, "value": value, "at": at})
            self.all.append(Reference("other", f"{protocol}:{value}", at))


def references_of(
    front_matter: JsonObject, body: str, dialect: Dialect, includes: Iterable[Included] = ()
) -> References:
    """All references of a prompt: of the front matter, then *includes* and, by *dialect*, images."""
    found = References()
    _collect(front_matter, (), found)
    _add_plain_paths(found, front_matter)
    for one in includes:
        found.add_file("optional_include" if one.is_optional else "include", one.name, "body")
    if dialect in (Dialect.V1, Dialect.BETA) and "![" in body:
        _add_images(found, body)
    return found


def _add_plain_paths(found: References, front_matter: JsonObject) -> None:
    for key in ("base", "sample"):
        _add_path(found, key, front_matter.get(key), key)
    tools = front_matter.get("tools")
    for place, tool in enumerate(tools if isinstance(tools, list) else ()):
        if isinstance(tool, dict):
            _add_path(found, "specification", tool.get("specification"), f"tools[{place}].specification")


def _add_path(found: References, kind: str, value: object, at: str) -> None:
    path = text(value)
    if path and not path.startswith("${") and not _HAS_SCHEME.match(path) and "\n" not in path:
        found.add_file(kind, path, at)


def _add_images(found: References, body: str) -> None:
    passed = count = 0
    for image in _IMAGE.finditer(body):
        _, opening, alternative = body[passed : image.start()].rpartition("![")
        passed = image.end()
        if not opening or _ENDS_TEXT.search(alternative) or _HAS_SCHEME.match(image["path"]):
            continue
        found.add_file("file", image["path"], "body")
        count += 1
        if count == MAX_IMAGES:
            break


def _collect(holder: JsonObject | list[object], at: _Place, found: References) -> None:
    # Asked of every value there is: a type is compared sooner than isinstance answers.
    for key, item in holder.items() if isinstance(holder, dict) else enumerate(holder):
        if type(item) is str:
            whole = WHOLE_REFERENCE.fullmatch(item) if item.startswith("${") else None
            if whole:
                found.add(whole["protocol"], whole["value"], _format(at, key))
        elif type(item) is dict or type(item) is list:
            _collect(item, (at, key), found)


def _format(above: _Place, key: str | int) -> str:
    steps = [key]
    while above:
        above, step = above
        steps.append(step)
    return format_place(reversed(steps))
