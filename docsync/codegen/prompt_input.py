"""What a stored prompt wants as inputs: what it declares, and what it uses undeclared. Never renders."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from docsync.formats.prompty.properties import normalize_properties
from docsync.formats.prompty.shape import mapping, text
from docsync.formats.prompty.template import MUSTACHE

_MAX_CHOICES = 100
_PLAIN_TAG = re.compile(r"\{\{[{&]?\s*([^\s{}#^/!>&=.]+)")


class Kind(StrEnum):
    """The kinds of inputs. ANY is one that the prompt does not tell, or that no Prompty knows."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ARRAY = "array"
    OBJECT = "object"
    MEDIA = "media"
    THREAD = "thread"
    ANY = "any"


# Other words for them in the three generations and in promptflow.
_KINDS = {
    "float": Kind.NUMBER,
    "double": Kind.NUMBER,
    "int": Kind.INTEGER,
    "bool": Kind.BOOLEAN,
    "list": Kind.ARRAY,
    "dict": Kind.OBJECT,
    "image": Kind.MEDIA,
    "file": Kind.MEDIA,
    "audio": Kind.MEDIA,
    "secret": Kind.STRING,
}


@dataclass(frozen=True, slots=True)
class PromptInput:
    """One input. `item` is the kind of an array's items; `choices` are the only values, if it says so."""

    name: str
    kind: Kind = Kind.ANY
    item: Kind = Kind.ANY
    is_required: bool = True
    is_nullable: bool = False
    choices: tuple[str | int | bool, ...] = ()
    description: str = ""


def inputs_of(document: Mapping[str, object]) -> tuple[PromptInput, ...]:
    """The inputs of a stored prompt in the order of their names."""
    front_matter = mapping(document.get("frontmatter"))
    declared = {item.get("name") for item in normalize_properties(front_matter, "inputs")}
    variables = {name for name in _list(document.get("variables")) if isinstance(name, str)}
    used = _find_used(document, variables)
    found: dict[str, PromptInput] = {}
    for item in map(mapping, _list(document.get("inputs"))):
        name = item.get("name")
        if isinstance(name, str):
            found[name] = _read(name, item, is_wanted=name in declared | used)
    # What a file declares is not known here, nor whether it has a default.
    is_known = not isinstance(front_matter.get("inputs"), str) and not _is_mustache(document)
    for name in variables - found.keys():
        found[name] = PromptInput(name, is_required=is_known)
    return tuple(one for _, one in sorted(found.items()))


def _is_mustache(document: Mapping[str, object]) -> bool:
    """True where a name may be one of something in the items of a section, which nobody passes."""
    return mapping(mapping(document.get("template")).get("format")).get("kind") == MUSTACHE


def _find_used(document: Mapping[str, object], variables: set[str]) -> set[str]:
    """Those of *variables* without whose value there is no text: a section of Mustache needs none."""
    if not _is_mustache(document):
        return variables
    return variables & set(_PLAIN_TAG.findall(str(document.get("instructions"))))


def _read(name: str, item: Mapping[str, object], *, is_wanted: bool) -> PromptInput:
    has_default = item.get("default") is not None
    return PromptInput(
        name,
        _kind(item.get("kind")),
        _kind(mapping(item.get("items")).get("kind", mapping(item.get("items")).get("type"))),
        is_required=is_wanted and not has_default and item.get("required") is not False,
        is_nullable=item.get("nullable") is True,
        choices=_choices(item.get("enumValues")),
        description=text(item.get("description")) or "",
    )


def _kind(written: object) -> Kind:
    if not isinstance(written, str):
        return Kind.ANY
    known = _KINDS.get(written)
    return known or (Kind(written) if written in Kind._value2member_map_ and written != "media" else Kind.ANY)


def _choices(written: object) -> tuple[str | int | bool, ...]:
    """The values, each once; none where there are many, or one is of a kind that no literal has."""
    values = _list(written)
    plain = [value for value in values if isinstance(value, str | int)]
    distinct = tuple({(type(value), value): value for value in plain}.values())
    return distinct if len(plain) == len(values) and len(distinct) <= _MAX_CHOICES else ()


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
