"""Regular expressions that every supported Python reads alike.

Possessive quantifiers are broken before Python 3.11.5 (github.com/python/cpython/issues/106052), which Debian 12 has:
an atomic group says the same and is not.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import partial
from re import _constants, _parser  # there is no public way to read a pattern
from typing import Any

import docsync
from tests.helpers.cpu import least_cpu_seconds

AT_ONE_PLACE = {
    "docsync.cli.discovery.known_name._TOOL_FILE",
    "docsync.formats.json_place._ITEM",
    "docsync.formats.json_place._ITEM_RUN",
    "docsync.formats.json_wrapping._JAVASCRIPT",
    "docsync.formats.json_wrapping._TOML",
    "docsync.formats.json_wrapping._YAML",
    "docsync.formats.lost_fence._KEY",
    "docsync.formats.lost_fence._WORD",
    "docsync.formats.prompty.reference._HAS_SCHEME",
    "docsync.formats.prompty.role._ATTRIBUTE",  # what it is looked for in has a "=" after every word
    "docsync.formats.stand_in._API_ERROR",
    "docsync.formats.stand_in._DOCTYPE",
    "docsync.formats.stand_in._HTML_ROOT",
    "docsync.formats.stand_in._PATH",
    "docsync.formats.stand_in._XML_ERROR",
    "docsync.formats.yaml_closed_quote._LINE",
    "docsync.formats.yaml_comment._COMMENT",
    "docsync.formats.yaml_error._KEY_AND_VALUE",
    "docsync.formats.yaml_error._NO_MORE",
    "docsync.formats.yaml_front_matter._DASHES",
    "docsync.formats.yaml_front_matter._OPENING",
    "docsync.formats.yaml_quote._KEY",
    "docsync.formats.yaml_quote._NEXT_LINE",
    "docsync.formats.yaml_scalar._OCTAL",
    "docsync.lint.secret._REFERENCE",
    "docsync.reader.feed._FORM",
    "docsync.reader.query.where_syntax._COMPARISON",
    "docsync.reader.query.where_syntax._PRESENCE",
    "docsync.render.declared._HAS_SCHEME",
    "docsync.render.file_reference.WHOLE_REFERENCE",
    "docsync.render.role_line._AFTER",
}
"""Patterns that are compared with a text from one place on: to look for them in all of it would take its square."""


def patterns() -> Iterator[tuple[str, str]]:
    """The text of every pattern, with where it is."""
    yield from ((where, pattern.pattern) for where, pattern in compiled())


def compiled() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern that a module of the package has compiled for itself, with where it is."""
    for module in pkgutil.walk_packages(docsync.__path__, "docsync."):
        if module.name != "docsync.__main__":
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    yield f"{module.name}.{name}", value


def uses(parsed: Any, operation: Any) -> bool:
    if isinstance(parsed, _parser.SubPattern | list):
        return any(uses(item, operation) for item in parsed)
    return isinstance(parsed, tuple) and (
        parsed[0] is operation or any(uses(item, operation) for item in parsed[1:])
    )


def test_no_pattern_has_a_possessive_quantifier() -> None:
    found = dict(patterns())
    assert len(found) > 60
    assert uses(_parser.parse("(?:a|[b-c]x*+)"), _constants.POSSESSIVE_REPEAT)
    possessive = [
        where for where, text in found.items() if uses(_parser.parse(text), _constants.POSSESSIVE_REPEAT)
    ]
    assert possessive == [], "write (?>x*) for x*+"


UNITS = (
    *"aA0 \t\n\"'-_.[{<(/*,;]}é\\", "{{", "{%", "{#", "a.", "a ", "a-", "0_", "0.", '"a', "a[", "${", "${a:", "![", "](",
    "a=", 'a="', "--", "\r\n", " \n", "\\u", "\\uD8", "a,", ", ", "+++", "a: ", "- ", "/*", "_a", "aA0",
)  # fmt: skip
CHARACTERS = 6_000
MAX_CPU_SECONDS = 0.25
"""Twenty times what the slowest took; the square of so many characters takes longer."""


def test_no_pattern_takes_the_square_of_a_hostile_text() -> None:
    slow = []
    for pattern, where in {pattern: where for where, pattern in compiled()}.items():
        for unit in UNITS:
            for begin, end in (("", "\x01"), ('x\n"', "")):
                text = begin + unit * (CHARACTERS // len(unit)) + end
                look = partial(look_for, pattern, where, text)
                if least_cpu_seconds(look, MAX_CPU_SECONDS) > MAX_CPU_SECONDS:
                    slow.append((where, unit))
    assert slow == []


def look_for(pattern: re.Pattern[str], where: str, text: str) -> None:
    pattern.fullmatch(text)
    if where not in AT_ONE_PLACE:
        sum(1 for _ in pattern.finditer(text))
