"""What a prompt declares of its inputs, with the files that it refers to. Opens no file: they are given."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from docsync.formats.prompty.dialect import Dialect
from docsync.formats.prompty.properties import normalize_inputs, normalize_properties
from docsync.formats.prompty.shape import JsonObject, mapping
from docsync.names import to_printable
from docsync.render.error import Mistake, RenderError
from docsync.render.file_reference import file_path, parse_text
from docsync.render.text import Loader, Text, resolve_name

_THREAD_LINE = "![thread]"
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\$\{")


@dataclass(frozen=True, slots=True)
class Input:
    """One input: all that the prompt says of it; `is_declared` is false if only a sample names it."""

    name: str
    written: JsonObject
    is_declared: bool = True

    @property
    def kind(self) -> str:
        """Its type in the words of Prompty v2, empty if none is known."""
        kind = self.written.get("kind")
        return kind if isinstance(kind, str) else ""


@dataclass(frozen=True, slots=True)
class Declaration:
    """The inputs of a prompt at *path*, and what gives the files that its samples and defaults name.

    `has_thread_line` is true where a line `![thread]` of the beta generation stands for the input `thread`.
    """

    path: str
    inputs: dict[str, Input]
    load: Loader
    has_thread_line: bool = False

    def value(self, one: Input, role: str) -> object:
        """The default or the example (`role`) of an input, from its file if it names one; None without."""
        written = one.written.get(role)
        name = file_path(written)
        return written if name is None else read_file(self.path, name, self.load)


def declare_inputs(document: Mapping[str, Any], path: str, load: Loader, *, samples: bool) -> Declaration:
    """The inputs that *document* declares; with *samples* those that a file of samples has, too.

    RenderError for a file that is not there or holds something else.
    """
    front_matter = mapping(document.get("frontmatter"))
    inputs = document.get("inputs") or []
    files = {key: name for key, name in _declaring_files(front_matter) if samples or key == "inputs"}
    if files:
        read = {key: _read_declaration(path, name, load) for key, name in files.items()}
        front_matter = {**front_matter, **read}
        inputs = normalize_inputs(front_matter)  # the stored ones are without what the files say
    written = {item["name"]: item for item in inputs if isinstance(item.get("name"), str)}
    declared: set[object] = set(written)
    if front_matter.get("sample"):
        declared = {item.get("name") for item in normalize_properties(front_matter, "inputs")}
    is_v1 = document.get("dialect") == Dialect.V1
    found = {}
    for name, item in written.items():
        is_open = name not in declared or _has_open_kind(item, is_v1=is_v1)
        found[name] = Input(name, {**item, "kind": "any"} if is_open else item, name in declared)
    has_thread_line = document.get("dialect") == Dialect.BETA and _THREAD_LINE in document["body"].lower()
    if has_thread_line:
        found["thread"] = Input("thread", {"name": "thread", "kind": "thread", "required": False})
    return Declaration(path, found, load, has_thread_line=has_thread_line)


def _has_open_kind(item: JsonObject, *, is_v1: bool) -> bool:
    """True where the kind says nothing of a value."""
    if item.get("kind") == "object":
        return is_v1  # whose authors call a list so, and all else that is no text
    # The text `${file:…}` was taken for the default or the example itself.
    return item.get("kind") == "string" and any(map(file_path, (item.get("default"), item.get("example"))))


def files_of(document: Mapping[str, Any]) -> Iterator[str]:
    """The files from which the inputs of *document*, samples and defaults are read, as written."""
    yield from (name for _, name in _declaring_files(mapping(document.get("frontmatter"))))
    for item in document.get("inputs") or []:
        names = (file_path(item.get(role)) for role in ("default", "example"))
        yield from (name for name in names if name is not None)


def read_file(path: str, name: str, load: Loader) -> object:
    """What the file says that *path* calls *name*: JSON and YAML as values, any other as its text."""
    return parse_text(_load(path, name, load))


def _declaring_files(front_matter: JsonObject) -> Iterator[tuple[str, str]]:
    """The files in whose place the inputs or the samples stand."""
    name = file_path(front_matter.get("inputs"))
    if name is not None:
        yield "inputs", name
    sample = front_matter.get("sample")
    if isinstance(sample, str):
        name = file_path(sample)
        if name is not None:
            yield "sample", name
        elif sample.strip() and not _HAS_SCHEME.match(sample) and "\n" not in sample:
            yield "sample", sample


def _read_declaration(path: str, name: str, load: Loader) -> object:
    value = read_file(path, name, load)
    if not isinstance(value, dict | list):
        raise RenderError(
            Mistake(f"{to_printable(name)} must hold an object: it has the inputs or their samples", path)
        )
    return value


def _load(path: str, name: str, load: Loader) -> Text:
    try:
        text = load(resolve_name(name, path))
    except ValueError as error:
        raise RenderError(Mistake(str(error), path)) from None
    if text is None:
        raise RenderError(Mistake(f"names the file {to_printable(name)}, which is not there", path))
    return text
