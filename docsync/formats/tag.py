"""Tags as people write them: texts, numbers, a text with commas, #hashtags. Loses none without a word."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from docsync.formats.written import LeftOut, Spell, is_number, spell_items
from docsync.names.tag import name_tag

_LIST = "a list of texts or numbers, such as [calm, patient]"
_TAG = "a text, or a number"
_HASHTAGS = re.compile(r"(?>#[^\s#,]+)(?:(?>\s+)(?>#[^\s#,]+))*")


class Tags(NamedTuple):
    """The tags of one place, each once, and what stands there and is none."""

    tags: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


def read_tags(value: object, at: str, spell: Spell) -> Tags:
    """The tags that *value* at the dotted place *at* says; *spell* says how numbers are written.

    One text is split at its commas, and where it is nothing but #hashtags also at its spaces.
    """
    if isinstance(value, list):
        if set(map(type, value)) <= {str}:
            return Tags(_distinct(value))
        return Tags(_distinct(spell_items(value, at, spell)), tuple(_list_left_out(value, at)))
    if isinstance(value, str):
        return Tags(_distinct(value.split() if _HASHTAGS.fullmatch(value.strip()) else value.split(",")))
    if is_number(value):
        return Tags(_distinct(spell({at: value}).values()))
    return Tags((), (LeftOut("tags", at, value, _LIST, needs_comment=value is None),))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    # A tag named twice is one tag; the first place counts.
    return tuple(filter(None, dict.fromkeys(map(name_tag, texts))))


def _list_left_out(items: list[object], at: str) -> Iterator[LeftOut]:
    for index, item in enumerate(items):
        if type(item) is not str and not is_number(item):
            yield LeftOut("tags", f"{at}[{index}]", item, _TAG)
