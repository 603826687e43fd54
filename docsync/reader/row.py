"""A document as a reader gives it, with where it is from and from which state. Never asks anything."""

from dataclasses import dataclass
from typing import Any

DATABASE = "database"
FILES = "files"


@dataclass(frozen=True, slots=True)
class Row:
    """A document. `state` is ok, stale or held; `since` says since when, if it is not ok. Times are UTC, ISO 8601.

    `document` is the parsed JSON object. `revision` is the one that last changed this row, `as_of` the database's own
    when it was read; together with `epoch` it names that state. From files (`source`) these three are None.
    """

    id: str
    type: str
    name: str
    document: dict[str, Any]  # what the file holds: any JSON
    file_path: str
    file_modified: str
    created_at: str
    updated_at: str
    description: str | None
    tags: tuple[str, ...]
    content_hash: str
    revision: int | None
    state: str
    since: str | None
    source: str
    epoch: str | None
    as_of: int | None


class FallbackWarning(UserWarning):
    """The database does not answer; a reader answers from the files until it does."""
