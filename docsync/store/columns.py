"""The columns of `documents`, declared once: what writes, hashes, compares, restores and returns them reads this.

A new column that the files fill is a line here, one in schema.sql with a migration that writes row_hash anew, a field
of model.Content, and the formats that know its value, whose versions move. Never asks anything.
"""

from dataclasses import dataclass, field, fields
from enum import Flag, auto
from typing import Any


class Use(Flag):
    """What is done with a column beyond storing, hashing and returning it."""

    CONTENT = auto()  # the field of model.Content with its name fills it
    LIST = auto()  # a JSON array in the database; a tuple in Content and for readers
    COMPARED = (
        auto()
    )  # the same in every database made from the same files: what differs is written, or is drift
    ASKED = auto()  # a condition can be about it, as @name
    ORDERED = auto()  # documents can be listed in its order


_CONTENT = Use.CONTENT | Use.COMPARED | Use.ASKED


# Only reader.Row, which inherits the fields, is made: a reader must start fast, and methods cost most of the time.
@dataclass(frozen=True, slots=True, init=False, repr=False, eq=False)
class DocumentColumns:
    """Each column as readers see it, in the order in which row_hash covers them: a new one comes last."""

    id: str = field(metadata={Use: Use.COMPARED | Use.ASKED | Use.ORDERED})
    type: str = field(metadata={Use: Use.COMPARED | Use.ASKED | Use.ORDERED})
    name: str = field(metadata={Use: _CONTENT | Use.ORDERED})
    document: dict[str, Any] = field(
        metadata={Use: Use.CONTENT | Use.COMPARED}
    )  # what the file holds: any JSON
    file_path: str = field(metadata={Use: Use.COMPARED | Use.ASKED | Use.ORDERED})
    file_modified: str = field(metadata={Use: Use.ASKED | Use.ORDERED})
    created_at: str = field(metadata={Use: Use.ASKED | Use.ORDERED})
    updated_at: str = field(metadata={Use: Use.ASKED | Use.ORDERED})
    description: str | None = field(metadata={Use: _CONTENT})
    tags: tuple[str, ...] = field(metadata={Use: _CONTENT | Use.LIST})
    content_hash: str = field(metadata={Use: Use.COMPARED | Use.ASKED})
    revision: int | None = field(metadata={Use: Use.ORDERED})
    assets: dict[str, Any] = field(
        metadata={Use: Use.COMPARED}
    )  # texts of the files that it takes in, by path


def columns_for(use: Use) -> tuple[str, ...]:
    """The columns that are of all of this use, in their order."""
    return tuple(column.name for column in fields(DocumentColumns) if use in column.metadata[Use])


COLUMNS = tuple(column.name for column in fields(DocumentColumns))
BARE_COLUMNS = ", ".join(COLUMNS)
"""All of them but row_hash, as SQL."""

_FIRST = ("id", "type", *columns_for(Use.CONTENT))
READING_ORDER = tuple(sorted(COLUMNS, key=lambda name: name not in _FIRST))
"""All of them as people read them: what a document is and says, and then what is known of its file."""


def qualify(columns: str) -> str:
    """These *columns*, as SQL, of the table that a statement calls d."""
    return ", ".join(f"d.{name}" for name in columns.split(", "))
