"""Documents to export, without a database."""

from typing import Any

from docsync.export import Origin
from docsync.reader import Row
from docsync.store.columns import COLUMNS

ORIGIN = Origin("database", "e1f0", 7)


def row(name: str = "Ada", /, **changes: Any) -> Row:
    """A document called *name*; *changes* are columns."""
    columns: dict[str, Any] = dict.fromkeys(COLUMNS) | {
        "id": "persona/ada",
        "type": "persona",
        "name": name,
        "document": {"name": name},
        "file_path": "personas/ada.json",
        "file_modified": "2026-01-02T03:04:05.678Z",
        "created_at": "2026-01-02T03:04:06.000Z",
        "updated_at": "2026-01-02T03:04:07.000Z",
        "description": None,
        "tags": (),
        "content_hash": "ab" * 32,
        "revision": 3,
        "state": "ok",
        "since": None,
        "source": "database",
        "epoch": "e1f0",
        "as_of": 7,
    }
    return Row(**columns | changes)
