"""Do the tables of one database agree with each other? Follows `changes` as a replica would. Never looks at files."""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tests.simulation.snapshot import Reader, Recorded, Snapshot


class Replay:
    """The documents as somebody who only reads `changes` knows them."""

    def __init__(self) -> None:
        self._cursor = 0
        self._known: dict[str, str | None] = {}

    def follow(self, reader: Reader) -> Sequence[Recorded]:
        """Read what is new."""
        recorded = reader.changes(self._cursor)
        for change in recorded:
            self._cursor = change.seq
            if change.op == "upsert":
                self._known[change.id] = change.content_hash
            else:
                self._known.pop(change.id, None)
        return recorded

    def complaints(self, seen: Snapshot) -> Iterator[str]:
        """Where the tables contradict each other."""
        rows = seen.rows.values()
        if self._known != {row.id: row.content_hash for row in rows}:
            yield f"changes give {self._known}, documents {sorted((row.id, row.content_hash) for row in rows)}"
        if seen.tags != {row.id: tags for row in rows if (tags := _tags(row.tags))}:
            yield "document_tags and the tags of documents differ"
        if len(seen.search) != len(seen.rows):
            yield f"{len(seen.rows)} documents have {len(seen.search)} search rows"
        yield from _files(seen)


@lru_cache(maxsize=256)
def _tags(text: str) -> tuple[str, ...]:
    return tuple(sorted(set(json.loads(text))))


def _files(seen: Snapshot) -> Iterator[str]:
    with_row = {path for path, file in seen.files.items() if file.good_size is not None}
    if with_row != seen.rows.keys():
        yield f"files know {sorted(with_row)} to have a row, documents has {sorted(seen.rows)}"
    for row in seen.rows.values():
        file = seen.files.get(row.path)
        found = seen.search.get(file.rowid) if file and file.rowid is not None else None
        if found is None or found[:3] != (row.id, row.name, row.description):
            yield f"{row.path}: its search row is {found}"
        elif file and file.state == "ok" and file.content_hash != row.content_hash:
            yield f"{row.path}: is {file.state}, but files and documents have different hashes"
