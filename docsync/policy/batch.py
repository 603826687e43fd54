"""What is known of dirty paths, and which of them one batch takes: values. No I/O."""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from docsync.model import Reread, Sign

# What is missing waits in belief until its new name was looked at, too, and a folder is looked at whole.
_FIRST = frozenset({Sign.GONE, Sign.FOLDER, Sign.SWAPPED, Sign.LOST})


@dataclass(frozen=True, slots=True)
class DirtyPath:
    """A dirty path: the times of its first and last hint, and `sign`, what the last one said.

    `not_before_ns` is the earliest time to look. `is_half`: what the name was went elsewhere, or what it is
    came from another name. `is_found`: nothing was heard of it, it was seen in a folder that was hinted at
    `folder_ns`. All times are monotonic nanoseconds.
    """

    first_hint_ns: int
    last_hint_ns: int
    sign: Sign
    not_before_ns: int = 0
    is_half: bool = False
    is_found: bool = False
    folder_ns: int | None = None

    @property
    def since_ns(self) -> int:
        """When the first hint came, of it or of its folder."""
        return self.first_hint_ns if self.folder_ns is None else min(self.folder_ns, self.first_hint_ns)

    @property
    def comes_first(self) -> bool:
        """True for a path that no slice leaves for a later one: only together with others it makes sense."""
        return self.is_half or self.sign in _FIRST


def merge_hints(older: DirtyPath, newer: DirtyPath) -> DirtyPath:
    """Merge two hints of one path: what the newer says, since the older; what was LOST stays LOST.

    A folder that was made where another one was is looked at as a whole: what was there may have moved.
    """
    if newer.sign is Sign.ATTRIBUTES:
        return older
    is_another = newer.sign is Sign.CREATED and older.sign is Sign.FOLDER
    return replace(
        newer,
        first_hint_ns=newer.first_hint_ns
        if older.is_found
        else min(older.first_hint_ns, newer.first_hint_ns),
        folder_ns=older.folder_ns if newer.folder_ns is None else newer.folder_ns,
        sign=older.sign if older.sign is Sign.LOST or is_another else newer.sign,
        is_half=older.is_half or newer.is_half,
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch: the due paths, and `resting`, the dirty paths that must not be looked at yet.

    `rest_until_ns`: for due paths with a GONE hint, until when a file that exists again has to rest.
    `asked`: the scopes that somebody asks for: every file in them is read, whatever its stamp says.
    `delivered`: what a walk beside this thread found to differ, and `rereads`: what it found to be equal
    under a new stamp. Both are claims to be proved; neither was heard of.
    `left`: what is due too, and comes with later batches, unless it lies in a scope of this one;
    `left_since_ns`: the earliest hint of those. `room`: of files that were never seen, in folders that were
    made, it reads about so many; None if all.
    """

    dirty: Mapping[str, DirtyPath] = field(default_factory=dict)
    resting: frozenset[str] = frozenset()
    rest_until_ns: Mapping[str, int] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    delivered: frozenset[str] = frozenset()
    rereads: tuple[Reread, ...] = ()
    left: Mapping[str, DirtyPath] = field(default_factory=dict)
    left_since_ns: int | None = None
    room: int | None = None

    def hints(self) -> Mapping[str, DirtyPath]:
        """What was hinted of each path that may be looked at."""
        heard = _drop_found(self.dirty)
        return ChainMap(heard, _drop_found(self.left)) if self.left else heard


def _drop_found(dirty: Mapping[str, DirtyPath]) -> dict[str, DirtyPath]:
    return {path: one for path, one in dirty.items() if not one.is_found}
