"""Documents as one JSON document or as JSON lines.

Keeps every value; leaves out no column that a service may use.
"""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from docsync.store.columns import READING_ORDER

if TYPE_CHECKING:
    from docsync.export import Origin
    from docsync.reader import Row


def as_json(origin: "Origin", rows: "Iterable[Row]") -> Iterator[str]:
    """{"source", "epoch", "revision", "documents": […]}, a document on each line."""
    head = {"source": origin.source, "epoch": origin.epoch, "revision": origin.revision}
    yield f'{_dump_json(head)[:-1]},"documents":['
    between = "\n"
    for row in rows:
        yield between + _dump_json(_members(row))
        between = ",\n"
    yield "\n]}\n"


def as_json_lines(_origin: "Origin", rows: "Iterable[Row]") -> Iterator[str]:
    """A document on each line."""
    yield from (_dump_json(_members(row)) + "\n" for row in rows)


def _members(row: "Row") -> dict[str, object]:
    columns = {name: getattr(row, name) for name in READING_ORDER if name != "document"}
    return {**columns, "state": row.state, "since": row.since, "document": row.document}


def _dump_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
