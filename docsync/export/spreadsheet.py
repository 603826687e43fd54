"""Documents as CSV (RFC 4180).

Keeps every character of a cell: one that a spreadsheet would take for a formula, too.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docsync.export import Origin
    from docsync.reader import Row

COLUMNS = ("id", "type", "name", "description", "tags", "file_path", "updated_at", "document")


def as_csv(_origin: "Origin", rows: "Iterable[Row]") -> Iterator[str]:
    """A line of names, then a line for each document. Tags and document are JSON; no description is empty."""
    yield csv_line(COLUMNS)
    for row in rows:
        tags, document = (
            json.dumps(value, ensure_ascii=False, allow_nan=False) for value in (row.tags, row.document)
        )
        yield csv_line(
            (row.id, row.type, row.name, row.description or "", tags, row.file_path, row.updated_at, document)
        )


def csv_line(cells: Iterable[str]) -> str:
    """*cells* as one line, its end included."""
    line = io.StringIO()
    # Lines end as the RFC says; then a cell is quoted for either character of a line end, which the module
    # would otherwise do for its own only.
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()
