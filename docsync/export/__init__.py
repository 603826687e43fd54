"""Documents as text for people and other programs: JSON, JSON lines, CSV, Markdown.

Opens neither database nor file.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from docsync.reader import Row

FORMATS = ("json", "jsonl", "csv", "md")


@dataclass(frozen=True, slots=True)
class Origin:
    """What is exported: the database at one revision, or the files ("files"; the others are None then)."""

    source: str
    epoch: str | None
    revision: int | None


Writer: TypeAlias = "Callable[[Origin, Iterable[Row]], Iterator[str]]"
"""Makes the text of a file, piece by piece: no more than one document is in memory at a time."""


BYTE_ORDER_MARK = "\ufeff"
"""What Excel needs in front of a CSV to read it as UTF-8."""


def write_marked(write: Writer) -> Writer:
    """*write* with a byte order mark in front."""
    return lambda origin, rows: chain((BYTE_ORDER_MARK,), write(origin, rows))


def writer(format_: str) -> Writer:
    """The writer of one of FORMATS."""
    # Imported here: who wants one format need not load the others.
    match format_:
        case "json":
            from docsync.export.json_file import as_json

            return as_json
        case "jsonl":
            from docsync.export.json_file import as_json_lines

            return as_json_lines
        case "csv":
            from docsync.export.spreadsheet import as_csv

            return as_csv
        case "md":
            from docsync.export.page import as_markdown

            return as_markdown
    raise ValueError(format_)
