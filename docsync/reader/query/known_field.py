"""The fields that documents have, and which of them one may be meant that none has. Judges no condition."""

import json
import re
from collections.abc import Iterator
from itertools import islice

from docsync.names import find_closest
from docsync.reader.query.field import COLUMNS, SUBJECT, field_of, write_key
from docsync.reader.row import DATABASE
from docsync.reader.snapshot import Snapshot

# Nobody waits for the perfect guess at what was meant.
_MAX_DOCUMENTS = 200
_MAX_FIELDS = 2_000


def has_field(snapshot: Snapshot, name: str, of_type: str | None) -> bool:
    """True if a document, of this type if one is given, has the field called *name*."""
    clause, values = type_clause(of_type)
    present = field_of(name, DATABASE).present
    ((found,),) = snapshot.ask(
        f"SELECT EXISTS (SELECT 1 FROM documents AS d WHERE {clause} AND {present})", values
    )
    return bool(found)


def describe_unknown(snapshot: Snapshot, name: str, of_type: str | None) -> str:
    """A sentence that no document has the field called *name*, with what may be meant."""
    which = f"no {of_type}" if of_type else "no document"
    close = _suggest_fields(snapshot, name, of_type)
    guess = f"; did you mean {' or '.join(close)}?" if close else ""
    return f"{which} has a field {name}{guess}"


def type_clause(of_type: str | None) -> tuple[str, list[str]]:
    """SQL that leaves out other types, for documents AS d, and what is bound to it."""
    return ("true", []) if of_type is None else ("d.type = ?", [of_type])


def _suggest_fields(snapshot: Snapshot, name: str, of_type: str | None) -> list[str]:
    """The column of that name, and the fields that end like it or are written like it."""
    clause, values = type_clause(of_type)
    known: dict[str, None] = {}
    statement = f"SELECT d.document FROM documents AS d WHERE {clause} ORDER BY d.id LIMIT {_MAX_DOCUMENTS}"
    for (document,) in snapshot.ask_each(statement, [values]):
        known |= dict.fromkeys(islice(_fields(json.loads(document), ""), _MAX_FIELDS))
        if len(known) > _MAX_FIELDS:
            break
    askable = [one for one in known if re.fullmatch(SUBJECT, one)]
    last = name.rpartition(".")[2].casefold()
    same = [one for one in askable if one.rpartition(".")[2].casefold() == last]
    column = [f"@{name}"] if name in COLUMNS else []
    meant = [*column, *(same or find_closest(name, askable))]
    return meant[:3] or find_closest(name, [f"@{one}" for one in COLUMNS], 1)


def _fields(value: object, path: str) -> Iterator[str]:
    match value:
        case dict():
            for key, inner in value.items():
                here = f"{path}.{write_key(key)}" if path else write_key(key)
                yield here
                yield from _fields(inner, here)
        case [first, *_]:
            yield from _fields(first, f"{path}[0]")
