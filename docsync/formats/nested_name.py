"""Finds a person's name in a document of unknown shape. Never guesses between two: then there is none."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple


class Way(NamedTuple):
    """A mapping inside of a document, the steps that lead to it, and the one that it lies in."""

    mapping: Mapping[str, object]
    steps: tuple[str | int, ...] = ()
    outer: "Way | None" = None


class FoundName(NamedTuple):
    """A name, the key (or keys) that hold it, and the mapping that these are in."""

    name: str
    key: str
    way: Way

    @property
    def place(self) -> str:
        """Where the name was found, in one line: `personas.0.name`."""
        return ".".join(map(str, (*self.way.steps, self.key)))


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


def find_nested_name(value: Mapping[str, object], *, anywhere: bool) -> FoundName | None:
    """The name nearest to the top.

    Looks only into what plainly describes a person; with *anywhere* into everything that is not plainly
    something else, and then one level must hold exactly one name.
    """
    level = [Way(value)]
    seen = keys = 0
    for _ in range(MAX_LEVELS):
        keys += sum(len(way.mapping) for way in level)
        if keys > MAX_KEYS:
            break
        found = [name for way in level if (name := _own_name(way))]
        if found:
            return found[0] if not anywhere or len(found) == 1 else None
        level = [inner for way in level for inner in _ways_below(way, anywhere=anywhere)]
        seen += len(level)
        if not level or seen > MAX_MAPPINGS:
            break
    return None


def _own_name(way: Way) -> FoundName | None:
    mapping = way.mapping
    keys = {_normalize(key): key for key, text in mapping.items() if isinstance(text, str) and text.strip()}
    for name in _NAMES:
        if name in keys:
            return FoundName(str(mapping[keys[name]]), keys[name], way)
    for first, last in _PAIRS:
        if first in keys and last in keys:
            both = f"{str(mapping[keys[first]]).strip()} {str(mapping[keys[last]]).strip()}"
            return FoundName(both, f"{keys[first]} + {keys[last]}", way)
    return None


def _ways_below(way: Way, *, anywhere: bool) -> Iterator[Way]:
    for key, below in way.mapping.items():
        inner, steps = below, (*way.steps, key)
        if isinstance(below, list) and len(below) == 1:
            inner, steps = below[0], (*steps, 0)
        if isinstance(inner, Mapping) and (
            len(way.mapping) == 1 or _is_relevant(_normalize(key), anywhere=anywhere)
        ):
            yield Way(inner, steps, way)


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
