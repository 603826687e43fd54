"""A document as a reader gives it, with where it is from and from which state. Never asks anything."""

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from docsync.store.columns import COLUMNS, READING_ORDER, DocumentColumns, Use, columns_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docsync.render.call import Call

DATABASE = "database"
FILES = "files"

# What docsync has written has no space around it, for which json.loads looks twice: a tenth of the time of a
# hit.
_parsed = json.JSONDecoder().raw_decode

_NAMES = (*COLUMNS, "state", "since")
_PLACES = {name: place for place, name in enumerate(_NAMES)}
_DOCUMENT, _REVISION, _ASSETS = _PLACES["document"], _PLACES["revision"], _PLACES["assets"]
_LISTS = frozenset(columns_for(Use.LIST))
_MEMBERS = (*(name for name in READING_ORDER if name != "document"), "state", "since", "document")


class StoredRow(NamedTuple):  # and no dataclass: it is made for every row, in a third of the time
    """A document as it is stored: its columns in their order, JSON as text, then state and since.

    One that was read without its document has None there, and for its assets.
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
        """Everything else that was read by its name, with state and since."""
        left_out = ("document",) if self.values[_ASSETS] is not None else ("document", "assets")
        return {name: self.convert(name) for name in _NAMES if name not in left_out}

    def convert(self, name: str) -> Any:  # what a column is, or `source` and the like
        """The value of *name* as a Row has it, which for JSON is parsed anew each time."""
        place = _PLACES.get(name)
        if place is None:
            return getattr(self, name)
        value = self.values[place]
        if name in _LISTS:
            return () if value == "[]" else tuple(_parsed(value)[0])
        if place in (_DOCUMENT, _ASSETS):
            return _parsed(value)[0]
        return None if place == _REVISION and self.source == FILES else value

    def make_row(self) -> "Row":
        """The row with its document. It must have been read with it."""
        row = object.__new__(Row)
        _set(row, "_stored", self)
        _set(row, "_converted", {})
        return row


_set = object.__setattr__


class _LazyColumns(DocumentColumns):
    """A row of a reader begins with what is stored: an attribute is made when it is first asked for."""

    __slots__ = ("_converted", "_stored")

    if TYPE_CHECKING:  # at run time an annotation would count as a column
        _converted: dict[str, Any]
        _stored: StoredRow
    else:  # to a type checker any attribute would be there, also a misspelt one

        def __getattr__(self, name: str) -> Any:
            """What was not asked for before. Called only while the slot *name* is empty."""
            if name not in Row.__dataclass_fields__:
                raise AttributeError(
                    f"{type(self).__name__!r} has no attribute {name!r}", name=name, obj=self
                )
            # Of two threads that are here at once, both get what the first one made.
            value = self._converted.setdefault(name, self._stored.convert(name))
            _set(self, name, value)
            return value


@dataclass(frozen=True, slots=True, repr=False)
class Row(_LazyColumns):
    """A document. `state` is ok, stale or held; `since` says since when, if it is not ok.

    Times are UTC, ISO 8601. `document` is the parsed JSON object. `revision` is the one that last changed
    this row, `as_of` the database's own when it was read; together with `epoch` it names that state. From
    files (`source`) these three are None.

    JSON is parsed when it is first used. A row may be used by several threads; it does not change, and what
    `document` holds belongs to all of them.
    """

    state: str
    since: str | None
    source: str
    epoch: str | None
    as_of: int | None

    def to_dict(self) -> dict[str, Any]:
        """Columns, state, since and document by their names, all of it as JSON knows it: tags are a list.

        As `docsync export` writes it. What the document holds is the row's own: copy it before you change it.
        """
        named: dict[str, Any] = {name: getattr(self, name) for name in _MEMBERS}
        return named | {name: list(named[name]) for name in _LISTS}

    @property
    def assets_hash(self) -> str | None:
        """SHA-256 of what the document takes in; None where that is nothing."""
        return hash_assets(self.assets)

    def render(self, inputs: "Mapping[str, object] | None" = None, *, samples: bool = False) -> "Call":
        """This prompt for these inputs, as `Reader.render` does it; for any thread, and without a question.

        Raises InputError, and RenderError also for a prompt that takes in what no row has: the body of a
        document in another collection's folder.
        """
        from docsync.reader.prompt import render_alone

        given = {} if inputs is None else inputs
        return render_alone(self, given, samples=samples, environment=os.environ)

    def __repr__(self) -> str:
        """What tells it from other rows, and nothing of what it holds."""
        told = ("id", "name", "state", "revision", "source")
        return f"Row({', '.join(f'{name}={getattr(self, name)!r}' for name in told)})"


def hash_assets(assets: "Mapping[str, Any]") -> str | None:
    """SHA-256 of the texts in a row's *assets*, hexadecimal; None where there are none."""
    if not assets:
        return None
    from hashlib import sha256  # costs 2 ms, and few rows are asked for it

    text = json.dumps(assets, ensure_ascii=False, sort_keys=True)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class FallbackWarning(UserWarning):
    """The database does not answer; a reader answers from the files until it does."""
