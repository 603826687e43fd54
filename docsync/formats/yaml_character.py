"""Tells characters that YAML takes for text and a person for a space, a quote or a colon. Never repairs."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import yaml

from docsync.formats.character import BLANKS, DOUBLE_QUOTES, INVISIBLE, SINGLE_QUOTES, name_character
from docsync.formats.limits import LIMITS
from docsync.formats.yaml_scalar import ScalarIssue

CODE = "yaml-character"

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_COLON, _COMMA = "\uff1a", "\uff0c"
_QUOTES = DOUBLE_QUOTES + SINGLE_QUOTES
_ODD = re.compile(f"[{BLANKS}{INVISIBLE}{_QUOTES}{_COLON}{_COMMA}]")
_BLANK = re.compile(f"[{BLANKS}]")
_UNSEEN_EDGE = re.compile(f"[{BLANKS}{INVISIBLE}]")
# At the edge of a value, where Unicode gives the others a meaning: joiners in emoji, marks of direction.
_UNSEEN_VALUE_EDGE = re.compile("[\u00a0\u00ad\u2000-\u200b\u202f\u205f\u2060\ufeff]")
_MAY_BE_KEPT = re.compile(f"[{BLANKS}{INVISIBLE}{_QUOTES}]|\\[[^\\[\\]\r\n]*{_COMMA}")
_LINE_END = re.compile(r"[\r\n]")
_MAX_TRIES = 10


class OddCharacter(NamedTuple):
    """A character that is not what it looks like: where it stands, what it is, and what to write."""

    at: int
    message: str
    hint: str


def may_hold_odd(text: str) -> bool:
    """True for a text of which `check_plain` may have something to say; it costs next to nothing."""
    return not text.isascii() and _MAY_BE_KEPT.search(text) is not None


def find_odd_cause(text: str, start: int, end: int, at: int | None = None) -> OddCharacter | None:
    """The odd character that keeps *text*, between two offsets, from being a mapping in YAML.

    Reading stopped at the offset *at*, if it did. A character is the cause if the YAML gets further without
    those of its line, or else without any that come before.
    """
    last = end if at is None else _end_of_line(text, at, end)
    odd = [*_ODD.finditer(text, start, last)]
    lines: dict[int, list[re.Match[str]]] = {}
    for one in odd:
        lines.setdefault(_end_of_line(text, one.start(), end), []).append(one)
    tries = [*islice(reversed(lines.values()), _MAX_TRIES), odd] if odd else []
    for tried in tries:
        if count_unread(_replace(text, start, end, tried)) < end - last:
            return describe_odd(tried[0].start(), tried[0][0])
    return None


def _replace(text: str, start: int, end: int, odd: Sequence[re.Match[str]]) -> str:
    """What stands between two offsets of *text*, with what each of *odd* looks like in its place."""
    pieces: list[str] = []
    at = start
    for one in odd:
        plain = _plain_for(one[0])
        # Of a key and its value nothing may be left that touches.
        is_between = not plain and text[one.start() - 1 : one.start()] in (":", ",", "-")
        pieces += (text[at : one.start()], " " if is_between else plain)
        at = one.end()
    return "".join((*pieces, text[at:end]))


def _end_of_line(text: str, at: int, end: int) -> int:
    found = _LINE_END.search(text, at, end)
    return found.start() if found else end


def describe_odd(at: int, character: str) -> OddCharacter:
    """What is said of *character* at the offset *at*."""
    name, plain = name_character(character), _plain_for(character).strip()
    if character in _QUOTES:
        return OddCharacter(at, f"{name} is no quotation mark of YAML", f"use {plain}")
    if character in (_COLON, _COMMA):
        return OddCharacter(at, f"{name} is no '{plain}'", f"write '{plain} ' in its place")
    if _BLANK.match(character):
        return OddCharacter(
            at, f"{name} is no space that YAML knows", "replace it with a plain space or remove it"
        )
    return OddCharacter(at, f"{name} stands here, which nobody can see", "remove it")


def check_plain(text: str, *, is_key: bool, is_in_brackets: bool) -> tuple[int, ScalarIssue] | None:
    """The offset in a plain scalar of what was meant for YAML and is kept, and the warning of it."""
    edge = _UNSEEN_EDGE if is_key else _UNSEEN_VALUE_EDGE
    if text[:1] in _QUOTES and len(text) > 1 and text[-1] in _QUOTES + "\"'" and not _is_spoken(text):
        return 0, _warn(text[0], "kept as part of the text")
    for at in (0, len(text) - 1):
        if edge.match(text, at):
            return at, _warn(text[at], "kept as part of the key" if is_key else "kept as part of the text")
    if is_in_brackets and _COMMA in text:
        return text.index(_COMMA), _warn(_COMMA, "kept as part of the text")
    return None


def _is_spoken(text: str) -> bool:
    """True for a text that quotes something more than once: its first and last quotes are no pair."""
    return any(quote in DOUBLE_QUOTES for quote in text[1:-1])


def _warn(character: str, kept: str) -> ScalarIssue:
    odd = describe_odd(0, character)
    return ScalarIssue(CODE, f"{odd.message}; it is {kept}", hint=odd.hint)


def _plain_for(character: str) -> str:
    if character in DOUBLE_QUOTES:
        return '"'
    if character in SINGLE_QUOTES:
        return "'"
    if character in (_COLON, _COMMA):
        return ": " if character == _COLON else ", "
    return " " if _BLANK.match(character) else ""


def count_unread(text: str) -> int:
    """How many characters are left of *text* where it stops being a mapping in YAML; -1 if it never does."""
    events: Iterator[yaml.Event] = islice(iter(_Loader(text).get_event, None), LIMITS.yaml_events)
    try:
        kinds = [type(event) for event in islice(events, 3)]
        for _ in events:
            pass
    except yaml.MarkedYAMLError as error:
        return len(text) - (error.problem_mark.index if error.problem_mark else 0)
    except yaml.YAMLError:
        return len(text)
    return -1 if kinds[-1] is yaml.MappingStartEvent else len(text)
