"""A document as a reader gives it, with where it is from and from which state. Never asks anything."""

import json
from dataclasses import dataclass
from typing import Any

from docsync.store.columns import COLUMNS, DocumentColumns, Use, columns_for

DATABASE = "database"
FILES = "files"

# What docsync has written has no space around it, for which json.loads looks twice: a tenth of the time of a
# hit.
_parsed = json.JSONDecoder().raw_decode

_DOCUMENT, _REVISION = COLUMNS.index("document"), COLUMNS.index("revision")
_LISTS = tuple(map(COLUMNS.index, columns_for(Use.LIST)))


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


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A document as it is stored: its columns in their order, JSON as text, then state and since.

    One that was read without its document has None there.
    """

    values: tuple[Any, ...]
    source: str
    epoch: str | None
    as_of: int | None

    @property
    def document(self) -> str | None:
        """The JSON text; a hundredth of what it takes once it is parsed."""
        text: str | None = self.values[_DOCUMENT]
        return text

    def columns(self) -> dict[str, Any]:
        """Everything else by its name, with state and since."""
        named = dict(zip((*COLUMNS, "state", "since"), self._convert(), strict=True))
        del named["document"]
        return named

    def parse(self) -> Row:
        """The row with its document. It must have been read with it."""
        values = self._convert()
        values[_DOCUMENT] = _parsed(values[_DOCUMENT])[0]
        values += (self.source, self.epoch, self.as_of)
        return Row(*values)

    def _convert(self) -> list[Any]:
        values = [*self.values]
        for at in _LISTS:
            values[at] = () if values[at] == "[]" else tuple(_parsed(values[at])[0])
        if self.source == FILES:
            values[_REVISION] = None
        return values


class FallbackWarning(UserWarning):
    """The database does not answer; a reader answers from the files until it does."""
