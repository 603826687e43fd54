"""Documents that wait to be written together. Never writes: that is done by the batch that they are of."""

import json

import apsw

from docsync.change import Upsert

_MAX_DOCUMENTS, _MAX_CHARACTERS = 500, 4_000_000

_KNOWN = (
    "SELECT file_path FROM files WHERE file_path IN (SELECT value FROM json_each(?1)) "
    "UNION SELECT file_path FROM problems WHERE file_path IN (SELECT value FROM json_each(?1)) "
    "UNION SELECT file_path FROM documents WHERE file_path IN (SELECT value FROM json_each(?1)) "
    "UNION SELECT id FROM documents WHERE id IN (SELECT value FROM json_each(?2))"
)


class WaitingDocuments:
    """Some documents in the order in which they were given, none of them twice under a path or an id."""

    def __init__(self) -> None:
        self._changes: list[Upsert] = []
        self._names: set[str] = set()
        self._characters = 0

    def fits(self, change: Upsert) -> bool:
        """True where *change* may wait with the others: it is about none of them, and there is room."""
        document = change.document
        has_room = len(self._changes) < _MAX_DOCUMENTS and self._characters < _MAX_CHARACTERS
        return has_room and self._names.isdisjoint((document.path, document.id))

    def add(self, change: Upsert) -> None:
        """Let *change*, which fits, wait."""
        document = change.document
        self._changes.append(change)
        self._names.update((document.path, document.id))
        self._characters += len(document.content.document) + len(document.content.text)

    def take(self) -> list[Upsert]:
        """All that wait, in their order; none does any more."""
        taken, self._changes = self._changes, []
        self._names.clear()
        self._characters = 0
        return taken


def find_known(connection: apsw.Connection, changes: list[Upsert]) -> set[str]:
    """Those paths and ids in *changes* of which something is stored, in whatever table."""
    documents = [change.document for change in changes]
    names = [json.dumps([one.path for one in documents]), json.dumps([one.id for one in documents])]
    return {str(name) for (name,) in connection.execute(_KNOWN, names)}
