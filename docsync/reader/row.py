"""A document as a reader gives it, with where it is from and from which state. Never asks anything."""

from dataclasses import dataclass

from docsync.store.columns import DocumentColumns

DATABASE = "database"
FILES = "files"


@dataclass(frozen=True, slots=True)
class Row(DocumentColumns):
    """A document. `state` is ok, stale or held; `since` says since when, if it is not ok.

    Times are UTC, ISO 8601. `document` is the parsed JSON object. `revision` is the one that last changed
    this row, `as_of` the database's own when it was read; together with `epoch` it names that state. From
    files (`source`) these three are None.
    """

    state: str
    since: str | None
    source: str
    epoch: str | None
    as_of: int | None


class FallbackWarning(UserWarning):
    """The database does not answer; a reader answers from the files until it does."""
