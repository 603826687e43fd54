"""The value of one YAML scalar, and warnings about it. Never turns text into dates, bytes or objects."""

import math
import re
from dataclasses import dataclass
from typing import cast

from yaml import SafeLoader, ScalarEvent, ScalarNode
from yaml.constructor import SafeConstructor

from docsync.model import Severity

Scalar = str | int | float | bool | None

TAG_PREFIX = "tag:yaml.org,2002:"
MERGE_TAG = TAG_PREFIX + "merge"
_MAX_MATCH_CHARACTERS = 10_000  # the looks of numbers with colons remember every colon; no date is so long
_BASE_60 = re.compile(r"(?>[-+0-9_:.]*)")
MAX_DIGITS = 4300  # beyond it Python refuses to write the number out again

_TEXT_TAGS = frozenset((TAG_PREFIX + "str", TAG_PREFIX + "value", TAG_PREFIX + "timestamp", MERGE_TAG))
_TIMESTAMP = SafeConstructor.timestamp_regexp
_RESOLVERS: dict[str, list[tuple[str, re.Pattern[str]]]] = SafeLoader.yaml_implicit_resolvers
FIRST_CHARACTERS = frozenset(_RESOLVERS)
"""The first characters of all plain scalars that may be no text; "" for the empty one."""

_CONSTRUCTOR = SafeConstructor()
_CONSTRUCTORS = {
    TAG_PREFIX + "null": _CONSTRUCTOR.construct_yaml_null,
    TAG_PREFIX + "bool": _CONSTRUCTOR.construct_yaml_bool,
    TAG_PREFIX + "int": _CONSTRUCTOR.construct_yaml_int,
    TAG_PREFIX + "float": _CONSTRUCTOR.construct_yaml_float,
}
_OCTAL = re.compile(r"[-+]?0[0-7_]+\Z")
_YAML_1_2_OCTAL = re.compile(r"0o[0-7]+\Z")
_QUOTE_IT = "quote it if you mean the text"


@dataclass(frozen=True, slots=True)
class ScalarIssue:
    """An error or warning about a scalar. `message` is put behind "<path>: "."""

    code: str
    message: str
    severity: Severity = Severity.WARNING
    hint: str | None = None


def tag_of(event: ScalarEvent) -> str | None:
    """The tag of a scalar, written or found from its looks; None for text."""
    if event.tag is not None and event.tag != "!":
        return event.tag
    if not event.implicit[0]:
        return None
    return find_tag(event.value)


def find_tag(value: str) -> str | None:
    """The tag of a plain scalar that has none, found from its looks; None for text."""
    if len(value) > _MAX_MATCH_CHARACTERS and ":" in value:
        return TAG_PREFIX + "int" if _BASE_60.fullmatch(value) else None
    for tag, looks in _RESOLVERS.get(value[:1], ()):
        if looks.match(value):
            return tag
    return None


def scalar_of(text: str, tag: str | None) -> tuple[Scalar, ScalarIssue | None]:
    """The value of a scalar with a tag from `tag_of`, and its issue. With an error the value is None."""
    if tag is None or tag in _TEXT_TAGS:
        return text, _check_text(text, tag)
    if tag not in _CONSTRUCTORS:
        return None, describe_unknown_tag(tag)
    kind = tag.removeprefix(TAG_PREFIX)
    if len(text) > MAX_DIGITS and kind in ("int", "float"):
        return None, ScalarIssue("yaml-number", f"a number of {len(text)} digits is too long", Severity.ERROR)
    try:
        value = cast(Scalar, _CONSTRUCTORS[tag](ScalarNode(tag, text)))
    except (ValueError, KeyError, IndexError, OverflowError):
        # PyYAML trusts its own looks: `!!bool abc` is a KeyError there, `!!int ""` an IndexError.
        return None, ScalarIssue("yaml-value", f"'{text}' is not a valid {kind}", Severity.ERROR)
    return _check_extremes(value, text)


def describe_unknown_tag(tag: str) -> ScalarIssue:
    """The error for a tag that has no JSON form."""
    shown = "!!" + tag.removeprefix(TAG_PREFIX) if tag.startswith(TAG_PREFIX) else tag
    return ScalarIssue("yaml-tag", f"unknown tag {shown}", Severity.ERROR, "remove the tag")


def _check_text(text: str, tag: str | None) -> ScalarIssue | None:
    # Only a tag that was written can be wrong: dates that merely look like one are text.
    if tag == TAG_PREFIX + "timestamp" and not _TIMESTAMP.match(text):
        return ScalarIssue("yaml-value", f"'{text}' is not a valid timestamp", Severity.ERROR)
    return None


def check_plain_text(text: str) -> ScalarIssue | None:
    """A warning for plain text that YAML 1.2 reads as a number."""
    if _YAML_1_2_OCTAL.match(text):
        return ScalarIssue("yaml-octal", f"{text} is read as text here and as octal by YAML 1.2; {_QUOTE_IT}")
    return None


def _check_extremes(value: Scalar, text: str) -> tuple[Scalar, ScalarIssue | None]:
    if isinstance(value, float) and not math.isfinite(value):
        message = f"{text} has no JSON form"
        return None, ScalarIssue("yaml-number", message, Severity.ERROR, "quote it, or use a finite number")
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        return _check_big_integer(value, text)
    return value, _check_looks(value, text)


def _check_big_integer(value: int, text: str) -> tuple[Scalar, ScalarIssue]:
    # 14 000 bits are 4 214 digits; a hexadecimal number of 4 300 would need more than Python writes.
    if value.bit_length() > 14_000:
        return None, ScalarIssue("yaml-number", f"a number of {len(text)} digits is too long", Severity.ERROR)
    return value, ScalarIssue("big-int", f"{text} does not fit in 64 bits; SQLite reads it as a float")


def _check_looks(value: Scalar, text: str) -> ScalarIssue | None:
    if isinstance(value, bool):
        if text.lower() in ("true", "false"):
            return None
        return ScalarIssue("yaml-bool", f"{text} is read as {str(value).lower()}; {_QUOTE_IT}")
    if value is not None and ":" in text:
        return ScalarIssue("yaml-sexagesimal", f"{text} is read as a base-60 number; {_QUOTE_IT}")
    if isinstance(value, int) and _OCTAL.match(text):
        return ScalarIssue("yaml-octal", f"{text} is read as octal; {_QUOTE_IT}")
    return None
