"""What a file says and becomes: a document with all that it points to. No I/O."""

from dataclasses import dataclass, field
from enum import StrEnum

from docsync.model.file import Stamp
from docsync.model.problem import Problem


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A transaction that made a revision: when (UTC, ISO 8601), how long it took, its counts and trigger."""

    at: str
    revision: int
    duration_ms: float
    upserts: int
    deletes: int
    trigger: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Something a document points to: recorded as written, never resolved into the document.

    `kind` is env, file, base, sample, specification, include, optional_include or other; `target` is the
    variable or path as written; `at` is the dotted place in the front matter, as `model.connection.apiKey`.
    """

    kind: str
    target: str
    at: str

    @property
    def is_file(self) -> bool:
        """True when `target` is a path relative to the document's own folder."""
        return self.kind not in ("env", "other")


class ReferenceStatus(StrEnum):
    """The status of a reference; only references to files are checked."""

    OK = "ok"
    MISSING = "missing"
    OUTSIDE = "outside"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class ResolvedReference:
    """A reference and its status; `path` is the target relative to the project root, None outside."""

    reference: Reference
    path: str | None
    status: ReferenceStatus


@dataclass(frozen=True, slots=True)
class Content:
    """What a valid file says, independent of where it lies.

    `document` is JSON text (one object, compact, the same for the same bytes); `text` is what search sees;
    `name_from` says where the name was found ("name", "data.name", "file stem" ...); `template_kind` is the
    language of its templates, None where it has none. `value` is what `document` encodes, to look at and
    never to change, None where nobody has it at hand.
    """

    name: str
    name_from: str
    document: str
    text: str
    description: str | None = None
    tags: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    template_kind: str | None = None
    value: dict[str, object] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What a format made of a file: its content, or None when a problem of severity error refuses it."""

    content: Content | None
    problems: tuple[Problem, ...] = ()


MAX_ASSET_BYTES = 262_144
"""No larger file becomes an asset."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file whose text a document needs to be rendered: what it includes, `${file:…}`, samples.

    `path` is POSIX and relative to the project root. `text` is None of a file without one; of another
    document it is the body, and `body_line` the line of its file on which that begins. `stamp` is None where
    there is no file. `racy` is as in Entry. `is_current` is false of a text that is an earlier one.
    """

    path: str
    text: str | None = None
    stamp: Stamp | None = None
    racy: bool = False
    body_line: int | None = None
    is_current: bool = True


@dataclass(frozen=True, slots=True)
class AssetUse:
    """What is recorded of an asset of the document at `path`: the stamp at the last look, None: no file."""

    path: str
    asset: str
    stamp: Stamp | None
    racy: bool


@dataclass(frozen=True, slots=True)
class Document:
    """A document as a row: its content under an id, the file it came from, and the assets that it needs."""

    id: str
    type: str
    path: str
    content: Content
    content_hash: str
    file_modified: str
    references: tuple[ResolvedReference, ...] = field(default=())
    assets: tuple[Asset, ...] = ()
