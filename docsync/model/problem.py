"""What is wrong with a file, and where. No I/O."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error keeps the file out of the database; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Note:
    """A second place in the file that explains a problem. Line and column start at 1 and count characters."""

    message: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that could not be taken, or a warning about one.

    `path` is POSIX and relative to the project root. `line` and `column` start at 1, count characters of the
    whole file (byte order mark, front matter fence and CRLF included) and are None for a trouble that has no
    place in the text.
    """

    path: str
    code: str
    message: str
    severity: Severity = Severity.ERROR
    line: int | None = None
    column: int | None = None
    hint: str | None = None
    json_path: str | None = None
    notes: tuple[Note, ...] = ()
