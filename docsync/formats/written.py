"""How a value is written in its file, and where: for what becomes a name, a description or a tag.

Never judges a value: `naming` and `tag` do.
"""

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TypeAlias, TypeGuard, cast

from docsync.formats.limits import LIMITS
from docsync.formats.place import Place
from docsync.formats.source import ProblemDetails, SourceText
from docsync.model import Problem, Severity
from docsync.names import truncate_place

Numbers: TypeAlias = Mapping[str, float]
"""Numbers by their dotted places."""

FindPlaces: TypeAlias = Callable[[SourceText, Set[str]], Mapping[str, Place]]
"""Finds the places of values in a text: `Format.places`."""

Spell: TypeAlias = Callable[[Numbers], dict[str, str]]
"""Says how numbers are written: `Written.spell`, or `spell_shortest`."""

_WORD = re.compile(r"(?>[A-Za-z]{1,5})")
_NUMBER = re.compile(r"(?>[-+0-9A-Za-z_.:]{1,100})")
_BLANKS = r"(?>[^\S\r\n]*)"
# A comment for YAML: who writes "# later" means one, who writes "#later" may mean a tag.
_COMMENT = re.compile(rf"{_BLANKS}(#[^\s#][^\r\n]*)")
_PLACES_PER_FILE = 2 * LIMITS.problems  # no more are shown; further ones are only counted


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A *value* at a dotted place that is not what is *wanted* there, and becomes nothing.

    One that `needs_comment` is worth no word without one: of nothing a comment may be the reason, as a YAML
    list of `- #vip` holds nothing.
    """

    code: str
    at: str
    value: object
    wanted: str
    needs_comment: bool = False


def _find_no_places(_source: SourceText, _wanted: Set[str]) -> Mapping[str, Place]:
    return {}


@dataclass(frozen=True, slots=True)
class Written:
    """A text, and what finds the places of its values."""

    source: SourceText
    find_places: FindPlaces = _find_no_places

    def spell(self, numbers: Numbers) -> dict[str, str]:
        """The *numbers* as they are written, such as 1.10; as Python does where that is not known."""
        places = self.find_places(self.source, numbers.keys()) if numbers else {}
        return {at: self._spell(places.get(at), number) for at, number in numbers.items()}

    def _spell(self, place: Place | None, number: float) -> str:
        found = _NUMBER.match(self.source.text, place.value) if place else None
        # Of two equal keys another one may have been found.
        return found[0] if found and _is_spelling(found[0], number) else str(number)

    def warn(self, left_out: Sequence[LeftOut]) -> tuple[Problem, ...]:
        """A warning for each of *left_out*, at its place."""
        wanted = {one.at for one in left_out[:_PLACES_PER_FILE]}
        places = self.find_places(self.source, wanted) if wanted else {}
        found = [self._warn(one, places.get(one.at)) for one in left_out[:_PLACES_PER_FILE]]
        warnings = tuple(warning for warning in found if warning)
        return warnings + warnings[-1:] * (len(left_out) - _PLACES_PER_FILE)

    def _warn(self, one: LeftOut, place: Place | None) -> Problem | None:
        path = truncate_place(one.at)
        if place is None:
            message, hint = f"{path} is {_describe_kind(one.value)}; it is left out", f"write {one.wanted}"
            return (
                None
                if one.needs_comment
                else Problem(self.source.path, one.code, message, Severity.WARNING, hint=hint, json_path=path)
            )
        text, at = self.source.text, place.value
        comment = _COMMENT.match(text, at) if one.value is None else None
        if comment:
            message = f"{path} is empty: everything after # is a comment"
            hint, at = f'quote it: "{comment[1].strip()}"', comment.start(1)
        elif one.needs_comment:
            return None
        else:
            message = f"{path} is {_describe_kind(one.value)}; it is left out"
            word = _WORD.match(text, at) if isinstance(one.value, bool) else None
            hint = f'write "{word[0]}"' if word else f"write {one.wanted}"
        details = ProblemDetails(severity=Severity.WARNING, hint=hint, json_path=path)
        return self.source.problem(one.code, message, at, **details)


def _is_spelling(text: str, number: float) -> bool:
    """True where *text* is read as *number*: by JSON, or by YAML, which has further forms."""
    try:
        return float(text) == number
    except ValueError:
        from docsync.formats.yaml_scalar import find_tag, scalar_of  # who has no YAML need not load it

        return scalar_of(text, find_tag(text))[0] == number


def spell_shortest(numbers: Numbers) -> dict[str, str]:
    """The *numbers* as Python writes them, where no text is at hand."""
    return {at: str(number) for at, number in numbers.items()}


def spell_items(items: Sequence[object], at: str, spell: Spell) -> list[str]:
    """The texts and numbers of the list at the dotted place *at*, in order, without what is neither."""
    places = {index: f"{at}[{index}]" for index, item in enumerate(items) if is_number(item)}
    spelled = spell({place: cast(float, items[index]) for index, place in places.items()}) if places else {}
    texts = (spelled[places[index]] if index in places else item for index, item in enumerate(items))
    return [text for text in texts if isinstance(text, str)]


def is_number(value: object) -> TypeGuard[int | float]:
    """True for a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _describe_kind(value: object) -> str:
    """What *value* is, in the words of people."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case list():
            return "a list"
        case _:
            return "an object"
