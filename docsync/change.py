"""What a batch does to rows: changes are the only input of the store, an ApplyResult is its output. No I/O."""

from dataclasses import dataclass, field

from docsync.model import Document, Entry, FileState, LostFolder, Problem, Reference, ReferenceStatus, Stamp


@dataclass(frozen=True, slots=True)
class Upsert:
    """A valid file: its document and warnings replace what was there."""

    document: Document
    stamp: Stamp
    racy: bool
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Touch:
    """A file whose bytes are unchanged and whose stamp is new. Readers see no difference."""

    path: str
    stamp: Stamp
    racy: bool


@dataclass(frozen=True, slots=True)
class Refuse:
    """A path that cannot be taken: the last good row stays, the problems are recorded."""

    path: str
    type: str
    state: FileState
    problems: tuple[Problem, ...]
    stamp: Stamp | None = None
    content_hash: str | None = None
    racy: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """A deletion that is kept back: the row stays and says so."""

    entry: Entry
    problem: Problem


@dataclass(frozen=True, slots=True)
class Delete:
    """A file that went: its row, problems and stamp go. `counts`: the guard remembers it for a minute."""

    path: str
    counts: bool = False


@dataclass(frozen=True, slots=True)
class ForgetDeletions:
    """The deletions of the last minute in one collection, or in all, count no more."""

    type: str | None


@dataclass(frozen=True, slots=True)
class Relink:
    """A reference of a document whose file appeared, went, or moved out of reach."""

    document_id: str
    ordinal: int
    status: ReferenceStatus


@dataclass(frozen=True, slots=True)
class DoubtRoot:
    """A collection's folder is another one than that of its last scan, and what it lacks is not decided yet.

    From the first of these until an AdoptRoot its documents are told from those that the new folder brought.
    """

    type: str


@dataclass(frozen=True, slots=True)
class AdoptRoot:
    """Records device and inode of a collection's folder, as of its last scan."""

    type: str
    device: int
    inode: int


@dataclass(frozen=True, slots=True)
class Warn:
    """The one warning of *code* that a path has because of more than its content, None if it has none any more.

    Its other problems stay; an Upsert and a Refuse leave this one as it is.
    """

    path: str
    code: str
    problem: Problem | None


WARN_CODES = frozenset({"more-private", "name-twin"})
"""The codes that a Warn may have."""

RowChange = Upsert | Touch | Refuse | Hold | Delete | Relink | Warn | AdoptRoot | DoubtRoot | ForgetDeletions


@dataclass(frozen=True, slots=True)
class FileReference:
    """A recorded reference to a file: its document (id and path), its ordinal, and the status of its target."""

    document_id: str
    ordinal: int
    path: str
    reference: Reference
    status: ReferenceStatus


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """The state of the database: its version, and the broken (or unreadable) and held paths of a scope.

    A folder that cannot be read belongs to the scope of all beneath it, and so do the `lost` ones.
    """

    epoch: str
    revision: int
    broken: tuple[str, ...]
    held: tuple[str, ...]
    lost: tuple[LostFolder, ...] = ()


@dataclass(slots=True)
class ApplyResult:
    """What one transaction did. `revision` is the current one; `changed`: it was made by this transaction.

    `displaced` are the paths whose document another file has taken over: nothing is known of them any more.
    """

    revision: int
    changed: bool = False
    upserted: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    displaced: list[str] = field(default_factory=list)
    touched: int = 0
    refused: int = 0
    held: int = 0
    appeared: list[Problem] = field(default_factory=list)
    cleared: list[tuple[str, str]] = field(default_factory=list)
