"""The reading side: documents by id, by any field and by words, and what changes.

Never writes to disk or database.

    with open_reader("path/to/project") as reader:
        ana = reader.get("persona/team/ana")

One Reader belongs to one thread, and is not to be used after a fork.
"""

from typing import TYPE_CHECKING

from docsync.reader.opening import open_configured, open_reader
from docsync.reader.reader import Reader
from docsync.reader.row import FallbackWarning, Row

if TYPE_CHECKING:
    from docsync.reader.answer import (
        Answer,
        Change,
        Changes,
        Counts,
        Hit,
        Hits,
        Page,
        ReferenceRow,
        TagCount,
        Version,
    )
else:  # to a type checker it would make an object of every name, also of a misspelt one

    def __getattr__(name: str) -> object:
        """The types of answers are loaded when they are first needed: `get` starts without them."""
        if name in __all__:
            import docsync.reader.answer

            return getattr(docsync.reader.answer, name)
        raise AttributeError(f"module 'docsync.reader' has no attribute {name!r}")


__all__ = [
    "Answer",
    "Change",
    "Changes",
    "Counts",
    "FallbackWarning",
    "Hit",
    "Hits",
    "Page",
    "Reader",
    "ReferenceRow",
    "Row",
    "TagCount",
    "Version",
    "open_configured",
    "open_reader",
]
