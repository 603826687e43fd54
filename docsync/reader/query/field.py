"""What a condition is about, as SQL: a place in the JSON document, or a column, which has @ in front.

Asks nothing. `name` is the field of that name in the document, `@name` the column: a document may have a
field like any column.
"""

import re
from typing import NamedTuple

from docsync.errors import NoDatabase, UsageError
from docsync.reader.row import FILES
from docsync.store.columns import READING_ORDER, Use, columns_for

_PLAIN = r"[^\W\d][\w-]*"
_WORD = rf'(?:{_PLAIN}|"[^"\\\x00-\x1f]+")'
_PLACE = r"\[[0-9]{1,9}\]"
_PATH = rf"{_WORD}(?:\.{_WORD}|{_PLACE})*"
SUBJECT = rf"(?:@[a-z_]+|{_PATH})"
"""The regular expression of a column, or of a path: words (quoted if need be), dots, places in arrays."""

_STATE = "(SELECT s.state FROM document_status AS s WHERE s.id = d.id)"
_LISTS = columns_for(Use.LIST)
_ASKED = columns_for(Use.ASKED)
_TEXTS = {name: f"d.{name}" for name in READING_ORDER if name in _ASKED and name not in _LISTS} | {
    "state": _STATE
}
_ONLY_IN_DATABASE = ("created_at", "updated_at")
COLUMNS = (*_LISTS, *_TEXTS)
"""What can be asked of as `@name`. The revision is not among it: `changes` tells what came after one."""


class Field(NamedTuple):
    """SQL for documents AS d: the value, its kind of JSON, whether it is there, and what lists its elements.

    A column holds texts, or is a list of texts; only of a place in the document it is not known what it
    holds.
    """

    name: str
    value: str
    kind: str
    present: str
    elements: str | None = None
    is_column: bool = False

    @property
    def is_list(self) -> bool:
        """True when it always is one."""
        return self.is_column and self.elements is not None


def field_of(name: str, source: str) -> Field:
    """The field called *name*.

    Raises UsageError if it is neither path nor column, NoDatabase if *source* has it not.
    """
    if name.startswith("@"):
        return _column(name, source)
    _prove_path(name)
    # It is written out and not bound: only then is the index for it used.
    arguments = "d.document, '$." + name.replace("'", "''") + "'"
    kind = f"json_type({arguments})"
    return Field(name, f"json_extract({arguments})", kind, f"{kind} IS NOT NULL", f"json_each({arguments})")


def steps_of(path: str) -> list[str | int]:
    """The keys, and the places in arrays, that *path* leads through. Raises UsageError if it is no path."""
    _prove_path(path)
    steps = re.findall(rf"{_WORD}|{_PLACE}", path)
    return [int(step[1:-1]) if step.startswith("[") else step.strip('"') for step in steps]


def write_key(key: str) -> str:
    """*key* as a step of a path: in quotes where it is no plain word."""
    return key if re.fullmatch(_PLAIN, key) else f'"{key}"'


def is_path(name: str) -> bool:
    """True for a path into a document."""
    return re.fullmatch(_PATH, name) is not None


def _prove_path(name: str) -> None:
    if not is_path(name):
        raise UsageError(
            f"{name!r} is not a path into a document; write words with dots, like demographics.ageGroup"
        )


def _column(name: str, source: str) -> Field:
    column = name[1:]
    if column in _LISTS:
        value = f"d.{column}"
        return Field(name, value, "'array'", f"{value} <> '[]'", f"json_each({value})", is_column=True)
    if column not in _TEXTS:
        raise UsageError(
            f"{name}: there is no such column; there are {', '.join(f'@{one}' for one in COLUMNS)}"
        )
    if source == FILES and column in _ONLY_IN_DATABASE:
        raise NoDatabase(f"{name}: only the database knows, and the files answer; they know @file_modified")
    value = _TEXTS[column]
    return Field(name, value, f"typeof({value})", f"{value} IS NOT NULL", is_column=True)
