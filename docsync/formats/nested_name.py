"""Finds a person's name in a document of unknown shape. Never guesses between two: then there is none."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

Found = tuple[str, str]
Level = list[tuple[str, Mapping[str, object]]]

MAX_LEVELS = 5
MAX_MAPPINGS = 500
MAX_KEYS = 5000  # of all mappings that are looked at: who has more is a table, and no person
MAX_KEY_CHARACTERS = 40

# Keys are compared without case and separators: `Full Name`, `full_name` and `fullName` are one.
_SEPARATORS = re.compile(r"[\W_]+")
_NAMES = (
    "name",
    "displayname",
    "fullname",
    "charname",
    "charactername",
    "personaname",
    "agentname",
    "nickname",
)
_PAIRS = (("firstname", "lastname"), ("givenname", "familyname"), ("firstname", "surname"))
_PERSON_KEYS = re.compile(
    "personas?|characters?|profile|agents?|identity|person|user|customer|about|basics?"
    "|basic(info|information)|personal(info|information|details)?|demographics|bio|biography|card"
    "|meta|metadata|data|info|information|details"
    "|general|overview|attributes|content|document|spec|value"
)
_OTHER_KEYS = re.compile(
    "model|voice|authors?|creators?|owner|organi[sz]ation|company|employer|location|city|country|school"
    "|settings|config|extensions|tools|provider|template|style|schema|pet"
)


def find_nested_name(value: Mapping[str, object], *, anywhere: bool) -> Found | None:
    """The name nearest to the top and its dotted place.

    Looks only into what plainly describes a person; with *anywhere* into everything that is not plainly
    something else, and then one level must hold exactly one name.
    """
    level: Level = [("", value)]
    seen = keys = 0
    for _ in range(MAX_LEVELS):
        keys += sum(len(mapping) for _, mapping in level)
        if keys > MAX_KEYS:
            break
        found = [name for place, mapping in level if (name := _own_name(place, mapping))]
        if found:
            return found[0] if not anywhere or len(found) == 1 else None
        level = [child for place, mapping in level for child in _children(place, mapping, anywhere=anywhere)]
        seen += len(level)
        if not level or seen > MAX_MAPPINGS:
            break
    return None


def _own_name(place: str, mapping: Mapping[str, object]) -> Found | None:
    keys = {_normalize(key): key for key, text in mapping.items() if isinstance(text, str) and text.strip()}
    for name in _NAMES:
        if name in keys:
            return str(mapping[keys[name]]).strip(), place + keys[name]
    for first, last in _PAIRS:
        if first in keys and last in keys:
            both = f"{str(mapping[keys[first]]).strip()} {str(mapping[keys[last]]).strip()}"
            return both, f"{place}{keys[first]} + {keys[last]}"
    return None


def _children(
    place: str, mapping: Mapping[str, object], *, anywhere: bool
) -> Iterator[tuple[str, Mapping[str, object]]]:
    for key, below in mapping.items():
        if isinstance(below, list) and len(below) == 1:
            inner, at = below[0], f"{place}{key}.0."
        else:
            inner, at = below, f"{place}{key}."
        if isinstance(inner, Mapping) and (
            len(mapping) == 1 or _is_relevant(_normalize(key), anywhere=anywhere)
        ):
            yield at, inner


def _is_relevant(key: str, *, anywhere: bool) -> bool:
    if anywhere:
        return not _OTHER_KEYS.fullmatch(key)
    return _PERSON_KEYS.fullmatch(key) is not None


def _normalize(key: str) -> str:
    return _strip_separators(key) if len(key) <= MAX_KEY_CHARACTERS else ""


# The same few keys come back in every file.
@lru_cache(maxsize=4096)
def _strip_separators(key: str) -> str:
    return _SEPARATORS.sub("", key).lower()
