"""Finds name, description, tags and search text. Never fails: the file stem is always a name."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeGuard

from docsync.formats.limits import LIMITS
from docsync.formats.nested_name import find_nested_name
from docsync.model import Content

_NAMES = (
    "name", "displayName", "display_name", "char_name", "persona.name", "character.name", "profile.name",
    "data.name", "title",
)  # fmt: skip
_DESCRIPTIONS = (
    "description", "summary", "bio", "char_persona", "persona.description", "persona.occupation.description",
    "scenario.description", "behavior",
)  # fmt: skip
_TAGS = ("tags", "metadata.tags", "topics", "style_tags", "tone_tags")
# Inside a card `data` comes first, whatever else the card repeats outside.
_CARD_NAMES, _CARD_DESCRIPTIONS, _CARD_TAGS = (
    (*(f"data.{place}" for place in places), *places) for places in (_NAMES, _DESCRIPTIONS, _TAGS)
)
_STEM_SUFFIXES = (".agent", ".character", ".persona", ".char", ".card", ".fragment")
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False)


@dataclass(frozen=True, slots=True)
class Naming:
    """What a document says of itself. `name_from` is the dotted place of the name, or "file stem"."""

    name: str
    name_from: str
    description: str | None
    tags: tuple[str, ...]


def find_naming(value: Mapping[str, object], stem: str) -> Naming:
    """Name, description and tags of a document: known places first, then a search, then *stem*."""
    card = is_card(value)
    name, name_from = _name(value, stem, card=card)
    return Naming(name, name_from, _description(value, card=card), _tags(value, card=card))


def build_content(
    value: dict[str, object], path: str, document: str | None = None, texts: list[str] | None = None
) -> Content:
    """The content of the file at *path* that holds *value*.

    *document* is its canonical JSON and *texts* are all strings in it, if they are known.
    """
    naming = find_naming(value, stem_of(path))
    text = search_text(value) if texts is None else join_texts(texts)
    document = document or encode_canonical(value)
    return Content(
        naming.name, naming.name_from, document, text, naming.description, naming.tags, value=value
    )


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


def _name(value: Mapping[str, object], stem: str, *, card: bool) -> tuple[str, str]:
    for place in _CARD_NAMES if card else _NAMES:
        found = _text(_get_at(value, place))
        if found:
            return found, place
    # An id is known to be one, but often no name; it stands back behind a name that plainly belongs to a
    # person.
    nested = find_nested_name(value, anywhere=False)
    if nested:
        return nested
    identifier = _text(value.get("id"))
    if identifier:
        return identifier, "id"
    return find_nested_name(value, anywhere=True) or (_strip_suffix(stem), "file stem")


def _description(value: Mapping[str, object], *, card: bool) -> str | None:
    for place in _CARD_DESCRIPTIONS if card else _DESCRIPTIONS:
        found = _get_at(value, place)
        text = _text(" ".join(found) if _is_texts(found) else found)
        if text:
            return text
    return None


def _tags(value: Mapping[str, object], *, card: bool) -> tuple[str, ...]:
    for place in _CARD_TAGS if card else _TAGS:
        found = _get_at(value, place)
        if _is_texts(found):
            # A tag named twice is one tag; the first place counts.
            return tuple(filter(None, dict.fromkeys(map(str.strip, found))))
    category = _text(value.get("scenario_type"))
    return (category,) if category else ()


def _get_at(value: Mapping[str, object], place: str) -> object:
    if "." not in place:
        return value.get(place)
    found: object = value
    for key in place.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(key)
    return found


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _is_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and set(map(type, value)) == {str}


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
