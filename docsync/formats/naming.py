"""Finds name, description, tags and search text. Never fails: the file stem is always a name."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import cast

from docsync.formats.limits import LIMITS
from docsync.formats.nested_name import FoundName, Way, find_nested_name
from docsync.formats.place import format_place
from docsync.formats.tag import read_tags
from docsync.formats.written import LeftOut, Spell, Written, is_number, spell_items, spell_shortest
from docsync.model import Content, ParsedFile

_Places = dict[str, str]
"""Dotted places, in the order in which they count, and the first step of each."""


def _in_order(*places: str) -> _Places:
    return {place: place.partition(".")[0] for place in places}


_NAMES = _in_order(
    "name", "displayName", "display_name", "char_name", "persona.name", "character.name", "profile.name",
    "data.name", "title", "gizmo.display.name",
)  # fmt: skip
_DESCRIPTIONS = _in_order(
    "description", "summary", "bio", "char_persona", "persona.description", "persona.occupation.description",
    "scenario.description", "meta.description", "metadata.description", "behavior",
)  # fmt: skip
_TAGS = _in_order(
    "tags", "metadata.tags", "topics", "style_tags", "tone_tags", "meta.tags", "tag", "keywords", "labels",
)  # fmt: skip
# Beside a name that lies deeper these count before all others, in its mapping and then in those around it.
_DESCRIPTIONS_BESIDE = _in_order("description", "summary", "bio", "char_persona", "occupation.description")
_TAGS_BESIDE = _in_order(
    "tags", "metadata.tags", "topics", "style_tags", "tone_tags", "tag", "keywords", "labels"
)
# A title is a name only where nothing but a document can have one: a person's is "Dr." or an occupation.
_TITLES = ("meta.title", "metadata.title")
# Settings have names of their own, unless all that there is stands in them.
_LAST_NAMES = ("config.name",)
# Inside a card `data` comes first, whatever else the card repeats outside.
_CARD_NAMES, _CARD_DESCRIPTIONS, _CARD_TAGS = (
    _in_order(*(f"data.{place}" for place in places), *places) for places in (_NAMES, _DESCRIPTIONS, _TAGS)
)
_MISSING = object()
_LINE_BREAKS = re.compile(r"(?>[^\S\r\n]*)[\r\n](?>\s*)")
_STEM_SUFFIXES = (".agent", ".character", ".persona", ".char", ".card", ".fragment")
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False)


@dataclass(frozen=True, slots=True)
class Naming:
    """What a document says of itself. `name_from` is the dotted place of the name, or "file stem".

    `left_out` is what stands where one of them should, and is none.
    """

    name: str
    name_from: str
    description: str | None
    tags: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


def find_naming(value: Mapping[str, object], stem: str, spell: Spell = spell_shortest) -> Naming:
    """Name, description and tags of a document: known places first, then a search, then *stem*.

    Beside a name that is found deeper, description and tags are looked for first. *spell* says how numbers
    are written.
    """
    card = is_card(value)
    found = _find_name(value, spell, card=card)
    name, name_from, way = (
        (_to_line(found.name), found.place, found.way) if found else (_strip_suffix(stem), "file stem", None)
    )
    description, lost_text = find_description(
        _places(value, way, _DESCRIPTIONS_BESIDE, _CARD_DESCRIPTIONS if card else _DESCRIPTIONS), spell
    )
    tags, lost_tags = find_tags(_places(value, way, _TAGS_BESIDE, _CARD_TAGS if card else _TAGS), spell)
    if not tags and (category := _text(value.get("scenario_type"))):
        tags = (category,)
    lost_name = leave_out_name(value.get("name"), "name") if name_from != "name" and "name" in value else ()
    return Naming(name, name_from, description, tags, (*lost_name, *lost_text, *lost_tags))


def read_object(
    written: Written, value: dict[str, object], document: str | None = None, texts: list[str] | None = None
) -> ParsedFile:
    """The file of *written* that holds *value*, with a warning for what can be no name, description or tag.

    *document* is its canonical JSON and *texts* are all strings in it, if they are known.
    """
    path = written.source.path
    naming = find_naming(value, stem_of(path), written.spell)
    text = search_text(value) if texts is None else join_texts(texts)
    document = document or encode_canonical(value)
    content = Content(
        naming.name, naming.name_from, document, text, naming.description, naming.tags, value=value
    )
    return ParsedFile(content, written.warn(naming.left_out) if naming.left_out else ())


def is_card(value: Mapping[str, object]) -> bool:
    """True for a character card (V2, V3), which keeps everything that counts under `data`."""
    spec = value.get("spec")
    return isinstance(spec, str) and spec.startswith("chara_card")


def stem_of(path: str) -> str:
    """The last component of a POSIX path without its final suffix."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def search_text(value: object) -> str:
    """Every string value in document order, joined by newlines, cut at the limit in bytes.

    A value that nests deeper than the limit raises RecursionError: this is the one place that visits all of
    it.
    """
    texts: list[str] = []
    _collect((value,), texts, LIMITS.max_depth)
    return join_texts(texts)


def join_texts(texts: list[str]) -> str:
    """*texts* joined by newlines, cut at the limit in bytes."""
    if len(texts) + sum(map(len, texts)) > LIMITS.search_bytes:
        # A value may hold far more than the limit (YAML aliases): what lies beyond it is not even joined.
        ends = accumulate(texts, lambda end, text: end + 1 + len(text), initial=-1)
        texts = [text for text, start in zip(texts, ends, strict=False) if start < LIMITS.search_bytes]
    return cut_search_text("\n".join(texts))


def cut_search_text(text: str) -> str:
    """*text* up to the limit in bytes of what search sees, cut between characters."""
    if len(text) * 4 <= LIMITS.search_bytes:  # no character has more than four bytes
        return text
    return text[: LIMITS.search_bytes].encode("utf-8")[: LIMITS.search_bytes].decode("utf-8", "ignore")


def encode_canonical(value: object) -> str:
    """The JSON text that is stored: compact, keys in the order as written, characters as they are, no NaN."""
    return _ENCODER.encode(value)


def read_name(value: object, at: str, spell: Spell) -> str | None:
    """The text or the number *value* at the dotted place *at* as a name, which is one line."""
    if is_number(value):
        return spell({at: value})[at]
    text = _text(value)
    return _to_line(text) if text else None


def leave_out_name(value: object, at: str) -> tuple[LeftOut, ...]:
    """What is to be said of a *value* that can be no name."""
    if isinstance(value, str) or is_number(value):
        return ()
    return (LeftOut("unusable-name", at, value, "a text", needs_comment=value is None),)


def read_description(value: object, at: str, spell: Spell) -> tuple[str | None, tuple[LeftOut, ...]]:
    """The text that *value* at the dotted place *at* says, a list as its texts, and what of it is none."""
    if isinstance(value, list):
        left_out = tuple(
            LeftOut("unusable-description", f"{at}[{index}]", item, "a text")
            for index, item in enumerate(value)
            if not isinstance(item, str) and not is_number(item)
        )
        return _text(" ".join(spell_items(value, at, spell))), left_out
    if is_number(value):
        return spell({at: value})[at], ()
    if isinstance(value, str):
        return _text(value), ()
    return None, (LeftOut("unusable-description", at, value, "a text", needs_comment=value is None),)


def find_description(
    places: Iterable[tuple[str, object]], spell: Spell
) -> tuple[str | None, tuple[LeftOut, ...]]:
    """The first text among *places*, and what stands there and can be no description."""
    left_out: dict[str, LeftOut] = {}
    for place, found in places:
        text, lost = read_description(found, place, spell)
        if text or place.endswith("description"):  # elsewhere something else may be meant
            left_out |= {one.at: one for one in lost}
        if text:
            return text, tuple(left_out.values())
    return None, tuple(left_out.values())


def find_tags(
    places: Iterable[tuple[str, object]], spell: Spell
) -> tuple[tuple[str, ...], tuple[LeftOut, ...]]:
    """The first tags among *places*, and what stands there and can be none."""
    left_out: dict[str, LeftOut] = {}
    for place, found in places:
        tags, lost = read_tags(found, place, spell)
        if tags or place.endswith("tags"):
            left_out |= {one.at: one for one in lost}
        if tags:
            return tags, tuple(left_out.values())
    return (), tuple(left_out.values())


def _find_name(value: Mapping[str, object], spell: Spell, *, card: bool) -> FoundName | None:
    for place in _list_possible(value, _CARD_NAMES if card else _NAMES):
        if found := _name_at(value, place, spell):
            return found
    # An id is known to be one, but often no name; it stands back behind a name that plainly belongs to a
    # person.
    nested = find_nested_name(value, anywhere=False)
    if nested:
        return nested
    for place in (*_TITLES, "id"):
        if isinstance(_get_at(value, place), str) and (found := _name_at(value, place, spell)):
            return found
    nested = find_nested_name(value, anywhere=True)
    return nested or next(filter(None, (_name_at(value, place, spell) for place in _LAST_NAMES)), None)


def _name_at(value: Mapping[str, object], place: str, spell: Spell) -> FoundName | None:
    found = _get_at(value, place)
    name = None if found is None else read_name(found, place, spell)
    if name is None:
        return None
    way = Way(value)
    *outer, last = place.split(".")
    for key in outer:
        way = Way(cast("Mapping[str, object]", way.mapping[key]), (*way.steps, key), way)
    return FoundName(name, last, way)


def _places(
    value: Mapping[str, object], way: Way | None, beside: _Places, known: _Places
) -> Iterator[tuple[str, object]]:
    """What stands beside the name and around it, and at known places, each with its place."""
    while way is not None and way.outer is not None:
        for place in _list_possible(way.mapping, beside):
            if (found := _get_at(way.mapping, place, _MISSING)) is not _MISSING:
                yield f"{format_place(way.steps)}.{place}", found
        way = way.outer
    for place in _list_possible(value, known):
        if (found := _get_at(value, place, _MISSING)) is not _MISSING:
            yield place, found


def _list_possible(value: Mapping[str, object], places: _Places) -> list[str]:
    """Those of *places* whose first step can be taken: it is asked of every file, and few can."""
    return [place for place, first in places.items() if first in value]


def _get_at(value: Mapping[str, object], place: str, missing: object = None) -> object:
    if "." not in place:
        return value.get(place, missing)
    found: object = value
    for key in place.split("."):
        if not isinstance(found, Mapping):
            return missing
        found = found.get(key, missing)
    return found


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _to_line(text: str) -> str:
    """*text* in one line: a name is shown in lists."""
    text = text.strip()
    return text if text.isprintable() else _LINE_BREAKS.sub(" ", text)


def _strip_suffix(stem: str) -> str:
    for suffix in _STEM_SUFFIXES:
        if stem.lower().endswith(suffix) and len(stem) > len(suffix):
            return stem[: -len(suffix)]
    return stem


def _collect(values: Iterable[object], texts: list[str], levels: int) -> None:
    # Asked of every value there is: a type is compared sooner than isinstance answers, and an empty value
    # needs no call.
    for value in values:
        if type(value) is str:
            texts.append(value)
        elif type(value) is dict or type(value) is list:
            if not levels:
                raise RecursionError
            if value:
                _collect(value.values() if type(value) is dict else value, texts, levels - 1)
