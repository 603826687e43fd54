"""Prints answers of many rows, all of which belong to one state of the database.

They wait in a temporary file for their turn: in memory is never more than a page, and no transaction is open while
a person reads.
"""

from collections.abc import Callable, Iterable
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from docsync.cli.session import Session
    from docsync.reader import Reader

Render = Callable[[], Iterable[str]]
"""Asks anew, and gives the answer piece by piece."""


def print_one_state(session: "Session", reader: "Reader", render: Render) -> None:
    """Print what *render* gives: with --json the text of a document, otherwise lines without their ends.

    Raises NoDatabase before anything is printed.
    """
    end = "" if session.json else "\n"
    with TemporaryFile("w+", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        reader.in_one_state(lambda: _write((piece + end for piece in render()), file))
        if session.json:
            session.out.file(file)
        else:
            session.out.answer(None, (line.removesuffix("\n") for line in file))


def _write(pieces: Iterable[str], file: TextIO) -> None:
    file.seek(0)  # a database may fail in the middle: then all is asked for again
    file.truncate()
    file.writelines(pieces)
    file.seek(0)
