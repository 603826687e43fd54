"""Splits a file into YAML front matter and body, exactly. Never takes a value for a fence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import NoReturn, cast

import frontmatter
from frontmatter.default_handlers import YAMLHandler

from docsync.formats.limits import LIMITS
from docsync.formats.lost_fence import find_lost_fence, find_spoiled_closing
from docsync.formats.source import FileRefused, SourceText
from docsync.formats.yaml_error import explain_single_text
from docsync.formats.yaml_reader import read_yaml
from docsync.model import Note, Problem, Severity

# Blanks are all that is white but ends no line; `$` would also match before the last line end and not before
# a CR.
_BLANKS = r"(?>[^\S\r\n]*)"
_REST = _BLANKS + r"(?P<line_end>\r\n|\n|\r|\Z)"
_OPENING = re.compile(rf"(?P<indent>{_BLANKS})(?:---|\+\+\+){_REST}")
_CLOSING = re.compile(rf"(?<=[\r\n])(?:---|\+\+\+){_REST}")
_INDENTED_CLOSING = re.compile(rf"(?<=[\r\n]){_BLANKS}(?:---|\+\+\+){_REST}")
_KINDS = {list: "a list", type(None): "nothing"}


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A file in two parts: `values` as written, and the body with the offset and the line it starts at.

    `body` is exact, `stripped` without the white space around it; `problems` are warnings; `is_plain` says
    that `values` are plain ones.
    """

    values: dict[str, object]
    body: str
    stripped: str
    body_at: int
    body_line: int
    problems: tuple[Problem, ...] = ()
    is_plain: bool = False


def split_front_matter(source: SourceText) -> FrontMatter:
    """The parts of *source*; all is body without an opening fence. Raises FileRefused for bad values."""
    opening = _find_opening(source.text)
    if opening is None:
        _refuse_escapes(source, 0)
        lost = tuple(_judge_lost_fence(source))
        return FrontMatter({}, source.text, source.text.strip(), 0, 1, lost, is_plain=True)
    handler = _Handler(source, opening)
    values, stripped = frontmatter.parse(source.text, handler=handler)
    closing = handler.closing
    _refuse_escapes(source, closing.end())
    body_line = source.place(closing.start())[0] + 1
    body_at = closing.end()
    body = source.text[body_at:]
    return FrontMatter(values, body, stripped, body_at, body_line, handler.problems, handler.is_plain)


def blank_fences(text: str) -> str:
    """The front matter of *text* with its fences blanked, so that offsets stay; "" where there is none."""
    opening = _find_opening(text)
    closing = _find_closing(text, opening) if opening else None
    if opening is None or closing is None:
        return ""
    # With all that stands in its line: a tab there is none that YAML would take.
    blanked = re.sub(r"[^\r\n]", " ", text[: opening.end()])
    return f"{blanked}{text[opening.end() : closing.start()]}"


def _refuse_escapes(source: SourceText, body_at: int) -> None:
    """A body is stored several times over, and a control character takes six characters there."""
    if (len(source.text) - body_at) * 5 <= LIMITS.body_escapes:
        return
    body = source.text[body_at:]
    if len(encode_basestring(body)) - len(body) > LIMITS.body_escapes:
        message = f"control characters, line breaks and quotes make the body {LIMITS.body_escapes} characters longer as JSON"
        raise FileRefused(source.problem("too-large", message, body_at))


def _find_opening(text: str) -> re.Match[str] | None:
    # Looked for from the first character that is not white, so that a file of blanks is passed once.
    first = len(text) - len(text.lstrip())
    line = max(text.rfind("\n", 0, first), text.rfind("\r", 0, first)) + 1
    return _OPENING.match(text, line)


def _find_closing(text: str, opening: re.Match[str]) -> re.Match[str] | None:
    # A closing fence may be indented where the opening one is.
    if opening["indent"]:
        return _INDENTED_CLOSING.search(text, opening.end())
    # Nearly always the first "---" that begins a line is it: that is found sooner than by a pattern.
    before = opening.end() - 1
    at = text.find("\n---", before)
    is_first = at >= 0 and text.find("+++", before, at) < 0 and text.find("\r---", before, at) < 0
    return (_CLOSING.match(text, at + 1) if is_first else None) or _CLOSING.search(text, opening.end())


def _judge_lost_fence(source: SourceText) -> Iterator[Problem]:
    """A warning where the text begins as front matter does, without the fence that would make it so.

    Raises FileRefused where nothing else can be meant: the last good version stays.
    """
    lost = find_lost_fence(source.text)
    if lost is None:
        return
    message = f"this looks like front matter, but {lost.what}; all of it is taken for the body"
    notes = (source.note(lost.closing.what, lost.closing.at),) if lost.closing else ()
    if lost.is_certain:
        message = f"this is front matter, but {lost.what}"
        raise FileRefused(source.problem("fm-lost", message, lost.at, hint=lost.hint, notes=notes))
    yield source.problem("fm-lost", message, lost.at, hint=lost.hint, severity=Severity.WARNING, notes=notes)


class _Handler(YAMLHandler):
    """Fences and YAML of docsync for python-frontmatter. Never raises a ValueError: those are swallowed."""

    def __init__(self, source: SourceText, opening: re.Match[str]) -> None:
        super().__init__()
        self._source, self._opening = source, opening
        self.closing = _find_closing(source.text, opening) or self._refuse_unclosed()
        self.problems: tuple[Problem, ...] = ()
        self.is_plain = False

    def split(self, text: str) -> tuple[str, str]:  # noqa: ARG002 - the signature of python-frontmatter
        """Front matter and body of the source itself: *text* has been stripped and its line ends changed."""
        whole = self._source.text
        return whole[self._opening.end() : self.closing.start()], whole[self.closing.end() :]

    def load(self, fm: str, **kwargs: object) -> dict[str, object]:  # noqa: ARG002 - their signature
        start, end = self._opening.end(), self.closing.start()
        if len(fm) > LIMITS.front_matter_bytes or len(fm.encode()) > LIMITS.front_matter_bytes:
            message = f"front matter is longer than {LIMITS.front_matter_bytes} bytes"
            raise FileRefused(self._source.problem("too-large", message, self._fence))
        read = read_yaml(self._source, start, end)
        self.problems, self.is_plain = read.problems, read.is_plain
        if isinstance(read.value, dict):
            return cast("dict[str, object]", read.value)
        if read.is_absent:
            return {}
        if isinstance(read.value, str) and (cause := explain_single_text(self._source, start, end)):
            raise FileRefused(cause)
        kind = _KINDS.get(type(read.value), "a single value")
        message = f"front matter must be a mapping of keys to values, got {kind}"
        raise FileRefused(self._source.problem("fm-not-mapping", message, read.at), *read.problems)

    @property
    def _fence(self) -> int:
        return self._opening.end("indent")

    def _refuse_unclosed(self) -> NoReturn:
        source, behind = self._source, self._opening.end()
        indented = _INDENTED_CLOSING.search(source.text, behind)
        notes: tuple[Note, ...] = ()
        hint = "add a line with only '---' after the last key"
        if indented:
            dashes = indented.group().strip()
            message = f"this '{dashes}' is indented; the closing fence must start at column 1"
            notes = (source.note(message, indented.start()),)
        elif spoiled := find_spoiled_closing(source.text, behind):
            notes = (source.note(f"{spoiled.what}: {spoiled.hint}", spoiled.at),)
            hint = f"{spoiled.hint} in line {notes[0].line}" if spoiled.is_odd else hint
        message = "front matter opened here is never closed"
        raise FileRefused(source.problem("fm-unclosed", message, self._fence, hint=hint, notes=notes))
