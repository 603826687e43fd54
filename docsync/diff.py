"""Compares a scan of the tree with the database: which files must be read, and which are missing. No I/O."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from docsync.model import Entry, FileState, Stamp


@dataclass(frozen=True, slots=True)
class Difference:
    """Where tree and database may disagree.

    `stale` must be read; `gone` have a document and no file; `forgotten` have neither; `present` are
    unchanged.
    """

    stale: Mapping[str, Stamp]
    gone: tuple[Entry, ...]
    forgotten: tuple[str, ...]
    present: tuple[Entry, ...]


def diff(
    found: Mapping[str, Stamp], known: Mapping[str, Entry], types: Mapping[str, str], must_read: Set[str]
) -> Difference:
    """Compare what a scan *found* with what the database has *known* in the same scope.

    *types* gives the type that each found path has by today's configuration; the paths in *must_read* are
    stale whatever their stamps say.
    """
    stale: dict[str, Stamp] = {}
    present: list[Entry] = []
    for path, stamp in found.items():
        entry = known.get(path)
        if entry is None or not _is_current(entry, stamp, types[path]) or path in must_read:
            stale[path] = stamp
        else:
            present.append(entry)
    missing = [entry for path, entry in known.items() if path not in found]
    gone = tuple(entry for entry in missing if entry.has_document)
    forgotten = tuple(entry.path for entry in missing if not entry.has_document)
    return Difference(stale, gone, forgotten, tuple(present))


def _is_current(entry: Entry, stamp: Stamp, type_: str) -> bool:
    looked_into = entry.state in (FileState.OK, FileState.BROKEN)
    return looked_into and not entry.racy and entry.stamp == stamp and entry.type == type_
