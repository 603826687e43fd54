"""Says which field of a condition no document has, and which one may be meant. Finds nothing else."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from docsync.names import find_closest
from docsync.reader.query.field import COLUMNS, SUBJECT, write_key

if TYPE_CHECKING:
    from docsync.reader import Reader

# Nobody waits for the perfect guess at what was meant.
_MAX_DOCUMENTS = 200
_MAX_FIELDS = 2_000


def find_unknown_fields(
    reader: "Reader", of_type: str | None, where: Iterable[Mapping[str, object]]
) -> Iterator[str]:
    """A line for each field that is asked about and that no document of the type has.

    For what found nothing.
    """
    which = f"no {of_type}" if of_type else "no document"
    names = dict.fromkeys(name for condition in where for name in condition)
    for name in (one for one in names if not one.startswith("@")):
        if not reader.find(type=of_type, where={name: {"exists": True}}, limit=1):
            close = _suggest_fields(name, reader, of_type)
            guess = f"; did you mean {' or '.join(close)}?" if close else ""
            yield f"{which} has a field {name}{guess}"


def _suggest_fields(name: str, reader: "Reader", of_type: str | None) -> list[str]:
    """The column of that name, and the fields that end like it or are written like it."""
    known: dict[str, None] = {}
    for row in reader.find(type=of_type, limit=_MAX_DOCUMENTS):
        known |= dict.fromkeys(islice(_fields(row.document, ""), _MAX_FIELDS))
        if len(known) > _MAX_FIELDS:
            break
    askable = [one for one in known if re.fullmatch(SUBJECT, one)]
    last = name.rpartition(".")[2].casefold()
    same = [one for one in askable if one.rpartition(".")[2].casefold() == last]
    column = [f"@{name}"] if name in COLUMNS else []
    return [*column, *(same or find_closest(name, askable))][:3]


def _fields(value: object, path: str) -> Iterator[str]:
    match value:
        case dict():
            for key, inner in value.items():
                here = f"{path}.{write_key(key)}" if path else write_key(key)
                yield here
                yield from _fields(inner, here)
        case [first, *_]:
            yield from _fields(first, f"{path}[0]")
