"""What a request came to, made as small as an answer may be: some paths of each kind, and the number of all.

Asks nothing.
"""

from collections import Counter
from collections.abc import Callable, Set

from docsync.change import DatabaseState
from docsync.status import MAX_PATHS, CommandResult, PathCounts, TypeCounts

TypeOf = Callable[[str], str | None]
"""The type of a path, None for one that belongs to no collection."""


def build_result(
    now: DatabaseState, seconds: float, upserted: Set[str], deleted: Set[str], type_of: TypeOf
) -> CommandResult:
    """The result of what *upserted* and *deleted* these paths, and left the database as it is *now*."""
    kinds = (sorted(upserted), sorted(deleted), now.broken, now.held)
    new, gone, broken, held = (tuple(paths[:MAX_PATHS]) for paths in kinds)
    counts = PathCounts(len(upserted), len(deleted), len(now.broken), len(now.held), len(now.lost))
    return CommandResult(
        now.epoch,
        now.revision,
        seconds,
        new,
        gone,
        broken,
        held,
        now.lost[:MAX_PATHS],
        counts,
        _count_types(upserted, deleted, type_of),
        more=any(len(paths) > MAX_PATHS for paths in (*kinds, now.lost)),
    )


def _count_types(upserted: Set[str], deleted: Set[str], type_of: TypeOf) -> tuple[TypeCounts, ...]:
    new, gone = Counter(map(type_of, upserted)), Counter(map(type_of, deleted))
    types = sorted(type_ for type_ in new.keys() | gone.keys() if type_ is not None)
    return tuple(TypeCounts(type_, new[type_], gone[type_]) for type_ in types)
