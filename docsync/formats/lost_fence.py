"""Tells front matter whose fences an editor or a chat window spoiled. Never repairs it, never reads YAML."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from docsync.formats.character import DASHES, INVISIBLE, name_character

# Front matter is at the top: no more of a long text is looked at.
_MAX_LINES, _MAX_COLUMNS = 200, 1000
_LINE = re.compile(r"(?P<text>[^\r\n]*)(?:\r\n|\n|\r|\Z)")
_UNSEEN = re.compile(f"[{INVISIBLE}]")
_DASH = re.compile(f"[{DASHES}]")
_CODE_FENCE = re.compile(r"`{3,}|~{3,}")
_FENCE = re.compile(r"(?P<before>(?:\\|>\s*)?)(?P<dashes>-+(?: -+)*)(?P<rest>.*)")
_WORD = re.compile(r"\s*[A-Za-z][\w.-]*|\s+#.*|:")
_SIGNS = re.compile(r";{3,}|={3,}|\*{3,}|_{3,}|\+{4,}")
_KEY = re.compile(r"[\"']?[A-Za-z_][\w-]*[\"']?[ \t\u00a0]*[:\uff1a](?![/:])")
# What front matter begins with; a line such as `system:` is a role.
_KNOWN_KEY = re.compile(
    r"[\"']?(?:name|id|version|displayName|description|model|inputs|authors|tags|template|metadata|title)"
    r"[\"']?[ \t\u00a0]*[:\uff1a]"
)
_WITHIN_MAPPING = re.compile(r"\s|#|-\s|-\Z|[\]}]|\Z")
_NO_OPENING = "no line of exactly '---' opens it"
_OPEN_HINT = "begin the file with a line that holds '---' and nothing else"


class LostFence(NamedTuple):
    """A line that was meant to be a fence: where, what is wrong with it, and what to do.

    `is_odd`: nobody writes such a line for another reason. `closing` is the fence that belongs to it, if that
    is spoiled as well. `is_certain` tells that nothing but front matter can be meant by what follows.
    """

    at: int
    what: str
    hint: str
    is_odd: bool = False
    is_code: bool = False
    closing: "LostFence | None" = None
    is_certain: bool = False


class _TopLine(NamedTuple):
    at: int
    text: str


class _Block(NamedTuple):
    """What stands between two lines: keys, such as front matter begins with, and the line that closes it."""

    has_keys: bool
    has_known_keys: bool
    is_closed: bool
    closing: LostFence | None


def find_lost_fence(text: str) -> LostFence | None:
    """The line at the top of *text*, which has no front matter, that was meant to open it."""
    lines = [*islice(_lines(text, len(text) - len(text.lstrip())), _MAX_LINES)]
    opening = _judge_fence(lines[0]) if lines else None
    if opening is None:
        block = _read_block(lines, ends_in_code=False)
        is_missing = block.is_closed and _KNOWN_KEY.match(lines[0].text)
        return LostFence(lines[0].at, _NO_OPENING, _OPEN_HINT, closing=block.closing) if is_missing else None
    if opening.is_code and len(lines) > 1 and _is_fence(lines[1]):
        block = _read_block(lines[2:], ends_in_code=False)
        return (
            opening._replace(is_certain=block.has_known_keys and block.is_closed) if block.has_keys else None
        )
    block = _read_block(lines[1:], ends_in_code=opening.is_code)
    if opening.is_code:
        hint = f"write '---' in the place of the lines with {opening.hint.rpartition(' ')[2]}"
        return opening._replace(hint=hint) if block.has_known_keys and block.is_closed else None
    if not block.has_keys and not lines[0].text.startswith("----"):
        return None
    is_certain = opening.is_odd and block.has_known_keys and block.is_closed
    return opening._replace(closing=block.closing, is_certain=is_certain)


def find_spoiled_closing(text: str, at: int) -> LostFence | None:
    """The first line of *text* from the offset *at* that was meant to close front matter and cannot."""
    for line in islice(_lines(text, at), _MAX_LINES):
        fence = _judge_fence(line)
        if fence is not None and not fence.is_code:
            return fence
        if line.text.rstrip() == "...":
            return LostFence(line.at, "'...' closes no front matter", "write '---'")
    return None


def _lines(text: str, at: int) -> Iterator[_TopLine]:
    while at < len(text):
        line = _LINE.match(text, at)
        assert line is not None
        yield _TopLine(at, line["text"][:_MAX_COLUMNS])
        at = line.end()


def _is_fence(line: _TopLine) -> bool:
    return line.text.strip() in ("---", "+++") or _judge_fence(line) is not None


def _judge_fence(line: _TopLine) -> LostFence | None:
    """What is wrong with a line that looks like a fence; None for one that is right, and for all others."""
    seen = _UNSEEN.sub("", line.text).strip()
    plain = _DASH.sub("-", seen)
    if code := _CODE_FENCE.match(plain):
        hint = f"remove the lines with {code[0]}"
        return LostFence(line.at, "a code fence is around it", hint, is_odd=True, is_code=True)
    if seen in ("---", "+++"):
        return _judge_unseen(line, seen)
    if _SIGNS.fullmatch(plain):
        return LostFence(line.at, f"'{seen[:3]}' opens none", "write '---' in its place")
    fence = _FENCE.fullmatch(plain)
    return _judge_dashes(line, seen, fence) if fence else None


def _judge_unseen(line: _TopLine, fence: str) -> LostFence | None:
    """A fence that would be right, but for a character that nobody can see."""
    unseen = _UNSEEN.search(line.text)
    if unseen is None:
        return None
    name = name_character(unseen[0])
    side = "before" if unseen.start() < line.text.index(fence[0]) else "behind"
    return LostFence(line.at + unseen.start(), f"{name} is {side} '{fence}'", f"remove {name}", is_odd=True)


def _judge_dashes(line: _TopLine, seen: str, fence: re.Match[str]) -> LostFence | None:
    dashes, rest = fence["dashes"].replace(" ", ""), fence["rest"].strip()
    foreign = _DASH.search(line.text)
    if rest:
        return _judge_rest(line, fence, is_dashed=len(dashes) > 2 or bool(foreign))
    if foreign:
        name = name_character(foreign[0])
        hint = f"write '---' in the place of {name}"
        return LostFence(line.at + foreign.start(), f"{name} is no '-'", hint, is_odd=True)
    if fence["before"]:
        hint = f"remove '{fence['before'].strip()}'"
        return LostFence(line.at, f"'{seen}' is not '---'", hint, is_odd=True)
    if len(dashes) < 2:
        return None
    return LostFence(line.at + len(line.text) - len(line.text.lstrip()), _NO_OPENING, _OPEN_HINT)


def _judge_rest(line: _TopLine, fence: re.Match[str], *, is_dashed: bool) -> LostFence | None:
    """A line of dashes with something behind them."""
    rest = fence["rest"]
    if not is_dashed or fence["before"]:
        return None
    if _KEY.match(rest.strip()):
        hint = "begin a new line behind '---'"
        return LostFence(line.at, f"'{rest.strip()[:20]}' stands beside '---'", hint, is_odd=True)
    if not _WORD.fullmatch(rest):
        return None
    word = rest.strip()[:40]
    return LostFence(line.at, f"'{word}' stands behind '---'", f"write '---' without '{word}'", is_odd=True)


def _read_block(lines: Sequence[_TopLine], *, ends_in_code: bool) -> _Block:
    """What stands at the beginning of *lines*, up to a fence or to something that no front matter holds."""
    has_keys = has_known_keys = False
    for line in lines:
        text = line.text
        closing = _judge_fence(line)
        if _KEY.match(_UNSEEN.sub("", text)):
            has_keys = True
            has_known_keys = has_known_keys or _KNOWN_KEY.match(_UNSEEN.sub("", text)) is not None
        elif text.strip() in ("---", "+++") or (closing is not None and closing.is_code is ends_in_code):
            return _Block(has_keys, has_known_keys, is_closed=True, closing=closing)
        elif not _WITHIN_MAPPING.match(text):
            break
    return _Block(has_keys, has_known_keys, is_closed=False, closing=None)
