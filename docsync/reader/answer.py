"""What a reader answers with when it is not a single document: pages, hits, changes, counts.

Never asks anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, overload

from docsync.reader.row import Row

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Version:
    """A state of the database: epoch and revision name it for ever. From files (`source`) both are None."""

    source: str
    epoch: str | None
    revision: int | None

    def is_after(self, other: "Version") -> bool:
        """True for a later revision, and for any revision of another epoch."""
        return self.epoch != other.epoch or (self.revision or 0) > (other.revision or 0)


class _Versioned:
    """What belongs to one state."""

    __slots__ = ()
    source: str
    epoch: str | None
    revision: int | None

    @property
    def version(self) -> Version:
        """The state that it belongs to."""
        return Version(self.source, self.epoch, self.revision)


@dataclass(frozen=True, slots=True)
class Answer(_Versioned, Sequence[T]):
    """Some of what was asked for, in order: use it as a sequence. All of it belongs to one state.

    `cursor` asks for what comes next, None when this was the last of it. `source` is database or files.
    """

    items: tuple[T, ...]
    cursor: str | None
    source: str
    epoch: str | None
    revision: int | None

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)


class Page(Answer[Row]):
    """Documents that were found."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that a search found; a higher `score` is a better match.

    `snippet` is a piece of it that shows why, `marks` where in the snippet: pairs of start and end, in
    characters.
    """

    row: Row
    snippet: str
    marks: tuple[tuple[int, int], ...]
    score: float


class Hits(Answer[Hit]):
    """What a search found, best first."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A document was written (`op` is upsert) or removed (delete). `cursor` asks for what came after it."""

    seq: int
    revision: int
    id: str
    type: str
    op: str
    content_hash: str | None
    changed_at: str
    cursor: str


@dataclass(frozen=True, slots=True)
class Changes(_Versioned, Sequence[Change]):
    """A piece of the change feed, in order: use it as a sequence.

    Pass `cursor` as `since` to go on from here. With `start_over` forget what you know: this and what follows
    tell all that is there. With `more` ask again at once.
    """

    items: tuple[Change, ...]
    cursor: str
    start_over: bool
    more: bool
    source: str
    epoch: str
    revision: int

    @overload
    def __getitem__(self, index: int) -> Change: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Change]: ...
    def __getitem__(self, index: int | slice) -> Change | Sequence[Change]:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)


class Counts(dict[str, int], _Versioned):
    """How many documents each type has. All of it belongs to one state."""

    def __init__(self, types: Mapping[str, int], version: Version) -> None:
        super().__init__(types)
        self.source, self.epoch, self.revision = version.source, version.epoch, version.revision


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag and how many documents have it."""

    tag: str
    documents: int


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """What a document points to, as written. `status` is ok, missing, outside or not_checked.

    `at` is the place in the front matter; `resolved` is the file relative to the project root, None if it is
    none.
    """

    kind: str
    target: str
    at: str
    resolved: str | None
    status: str
