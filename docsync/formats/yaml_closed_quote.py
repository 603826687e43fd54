"""Finds text behind a quote that is closed already: YAML stops there, or lines later. Never repairs."""

import re
from typing import NamedTuple

from docsync.formats.yaml_character import count_unread
from docsync.formats.yaml_quote import quote_yaml

# A value in quotes that is alone in its line, behind a key or the sign of an item.
_LINE = re.compile(
    r"""(?P<before>[ ]*(?:[-?][ ]+)*(?:[^\s'"#\[\]{},&*!|>%@`-][^\r\n'":]{0,200}:[ \t]+)?)"""
    r"""(?P<value>"(?>(?:[^"\\\r\n]|\\[^\r\n])*)"|'(?>(?:[^'\r\n]|'')*)')"""
    r"""(?P<gap>[ \t]*)(?P<rest>[^\r\n]*)"""
)
_BREAK = re.compile(r"[\r\n]")
# What may follow a closed quote.
_RIGHT = (":", ",", "]", "}")
_MAX_LINES = 20
_HOW = {"'": "in '…' write ' twice", '"': 'in "…" write " as \\"'}


class TextBehindQuote(NamedTuple):
    """Where the text begins, and what to write."""

    at: int
    hint: str


def find_text_behind_quote(text: str, start: int, end: int, at: int) -> TextBehindQuote | None:
    """Text behind a closed quote that keeps the YAML between two offsets of *text* from being read.

    Reading stopped at the offset *at*. The line is the cause if the YAML gets further with another value.
    """
    begin = at
    for _ in range(_MAX_LINES):
        begin = _find_line(text, start, begin)
        line = _LINE.match(text, begin, end)
        if line is not None and _is_wrong(line):
            return _explain(text, start, end, at, line)
        if begin <= start:
            break
        begin -= 1
    return _explain_beside(text, start, at)


def _find_line(text: str, start: int, at: int) -> int:
    return max(text.rfind("\n", start, at), text.rfind("\r", start, at), start - 1) + 1


def _is_wrong(line: re.Match[str]) -> bool:
    rest = line["rest"]
    return bool(rest) and not rest.startswith(_RIGHT) and not (line["gap"] and rest.startswith("#"))


def _explain(text: str, start: int, end: int, at: int, line: re.Match[str]) -> TextBehindQuote | None:
    quote = line["value"][0]
    proposed = _propose(line)
    replaced = f"{text[start : line.start('value')]}{proposed or '0'}{text[line.end() : end]}"
    if count_unread(replaced) >= end - at:
        return None
    hint = f"quote the value: {proposed}" if proposed else _HOW[quote]
    return TextBehindQuote(line.start("rest"), hint)


def _propose(line: re.Match[str]) -> str | None:
    """What was meant: with a quote at its end, too, the text between; else all of it, with its quotes."""
    whole = (line["value"] + line["gap"] + line["rest"]).rstrip()
    if "\\" in whole or " #" in whole:
        return None
    is_around = line["rest"].rstrip().endswith(whole[0])
    return quote_yaml(whole[1:-1] if is_around else whole)


def _explain_beside(text: str, start: int, at: int) -> TextBehindQuote | None:
    """In brackets: reading stopped right behind a quote."""
    before = text[_find_line(text, start, at) : at].rstrip(" \t")
    if before[-1:] not in _HOW or _BREAK.match(text, at) or text.startswith(_RIGHT, at) or at >= len(text):
        return None
    return TextBehindQuote(at, _HOW[before[-1]])
