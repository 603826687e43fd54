"""The text of one file and where things are in it. Never parses: a format does that on a Source."""

import re
from dataclasses import dataclass, field
from typing import TypedDict, Unpack

from docsync.formats.file_signature import FileKind, identify_file, identify_undecodable
from docsync.model import Note, Problem, Severity
from docsync.names import to_printable

MESSAGE_CHARACTERS = 300
BLOCK = 4096

_BOM = b"\xef\xbb\xbf"
# UTF-32 first: its little-endian mark begins with the one of UTF-16.
_FOREIGN_MARKS = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
# Where the NULs are in the first four bytes tells the encoding of a text that starts with ASCII (RFC 4627,
# section 3).
_FOREIGN_NULS = (
    (re.compile(rb"\0\0\0[^\0]|[^\0]\0\0\0"), "UTF-32"),
    (re.compile(rb"\0[^\0]\0[^\0]|[^\0]\0[^\0]\0"), "UTF-16"),
)
_LINE = r"(?:\A|(?<=[\r\n]))"
_CONFLICT = tuple(
    re.compile(_LINE + marker)
    for marker in (r"<{7}(?=[ \r\n]|\Z)", r"={7}(?=[ \r\n]|\Z)", r">{7}(?=[ \r\n]|\Z)")
)


class FileRefused(Exception):
    """A file that cannot be stored, and why. Not a ValueError: python-frontmatter swallows those."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*(problem.message for problem in problems))
        self.problems = problems


class ProblemDetails(TypedDict, total=False):
    """What a problem may say beyond its place and message."""

    hint: str | None
    severity: Severity
    json_path: str | None
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class SourceText:
    """A file as text: without its byte order mark, line ends as they are in the file.

    Offsets count characters of `text` from 0; places are (line, column) from 1 and count the mark, if there
    was one.
    """

    path: str
    text: str
    marked: bool = False
    _lines: list[tuple[int, int]] = field(default_factory=list, init=False, repr=False, compare=False)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a character. Lines end in CRLF, LF or CR and in nothing else."""
        # What is known at the start of every block makes a place cheap, however long the text and however
        # many places.
        if not self._lines:
            self._lines.append((1, -1 if self.marked else 0))
            for at in range(BLOCK, len(self.text) + 1, BLOCK):
                self._lines.append(self._advance(at - BLOCK, at))
        line, start = self._advance(offset - offset % BLOCK, offset)
        return line, offset - start + 1

    def _advance(self, block: int, offset: int) -> tuple[int, int]:
        """The line number of *offset* and the offset of that line, counted from the start of *block*."""
        line, start = self._lines[block // BLOCK]
        text = self.text
        # A CR that an LF follows ends no line: the LF does.
        line += (
            text.count("\n", block, offset)
            + text.count("\r", block, offset)
            - text.count("\r\n", block, offset + 1)
        )
        if line == self._lines[block // BLOCK][0]:
            return line, start
        last = text.rfind("\r", block, offset)
        if text.startswith("\r\n", last):
            last = text.rfind("\r", block, last)
        return line, max(text.rfind("\n", block, offset), last) + 1

    def problem(self, code: str, message: str, offset: int, **details: Unpack[ProblemDetails]) -> Problem:
        """A problem at a character of this file; an error unless `severity` says otherwise."""
        line, column = self.place(offset)
        if hint := details.get("hint"):
            details["hint"] = _trim_message(hint)
        return Problem(self.path, code, _trim_message(message), line=line, column=column, **details)

    def note(self, message: str, offset: int) -> Note:
        """A second place that explains a problem."""
        return Note(_trim_message(message), *self.place(offset))


def _trim_message(message: str) -> str:
    # A message may quote the file: neither a terminal nor a table shall suffer from what a hostile one holds.
    return to_printable(message if len(message) <= MESSAGE_CHARACTERS else message[:MESSAGE_CHARACTERS] + "…")


def decode_source(
    path: str, octets: bytes, *, allow_conflicts: bool = False, allow_blank: bool = False
) -> SourceText:
    """The text of a file, or Refused: not UTF-8, empty, blank, with a NUL, or an unfinished merge."""
    if kind := identify_file(octets):
        raise FileRefused(describe_stand_in(path, kind))
    marked = octets.startswith(_BOM)
    try:
        text = (octets[len(_BOM) :] if marked else octets).decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileRefused(
            _describe_foreign(path, octets) or _describe_undecodable(path, error, marked=marked)
        ) from None
    source = SourceText(path, text, marked)
    if not allow_blank and (not text or text.isspace()):
        raise FileRefused(source.problem("empty", "the file is blank" if text else "the file is empty", 0))
    if 0 in octets:
        nul = source.problem("nul", "NUL character", text.index("\0"), hint="remove it")
        raise FileRefused(_describe_foreign(path, octets) or nul)
    if b"<<<<<<<" in octets and not allow_conflicts:
        _refuse_conflict(source)
    return source


def _describe_foreign(path: str, octets: bytes) -> Problem | None:
    """The problem of a file in UTF-16 or UTF-32: those are never valid UTF-8, or full of NULs."""
    start = octets[:4]
    names = (
        *(name for mark, name in _FOREIGN_MARKS if start.startswith(mark)),
        *(name for nuls, name in _FOREIGN_NULS if nuls.match(start)),
    )
    if not names:
        return None
    message = f"file is {names[0]}, expected UTF-8"
    return Problem(path, "encoding", message, line=1, column=1, hint="save the file as UTF-8")


def describe_stand_in(path: str, kind: FileKind, severity: Severity = Severity.ERROR) -> Problem:
    """The problem of a file that is *kind* in the place of another."""
    return Problem(path, "stand-in", kind.message, severity, line=1, column=1, hint=kind.hint)


def _describe_undecodable(path: str, error: UnicodeDecodeError, *, marked: bool) -> Problem:
    octets = error.object
    if kind := identify_undecodable(octets):
        return describe_stand_in(path, kind)
    before = SourceText(path, octets[: error.start].decode("utf-8"), marked=marked)
    hint = "the file may be Latin-1 or Windows-1252; save it as UTF-8"
    if error.reason == "unexpected end of data":
        hint = "the file may be half-written, or not be UTF-8"
    message = f"byte 0x{octets[error.start]:02x} is not valid UTF-8"
    return before.problem("encoding", message, len(before.text), hint=hint)


def _refuse_conflict(source: SourceText) -> None:
    at = 0
    found = []
    for marker in _CONFLICT:
        match = marker.search(source.text, at)
        if match is None:
            return
        found.append(match.start())
        at = match.end()
    last, _ = source.place(found[-1])
    message = f"unresolved merge conflict, up to line {last}"
    raise FileRefused(source.problem("merge-conflict", message, found[0], hint="finish the merge"))
