"""Regular expressions that every supported Python reads alike.

Possessive quantifiers are broken before Python 3.11.5 (github.com/python/cpython/issues/106052), which Debian 12 has:
an atomic group says the same and is not.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants, _parser  # there is no public way to read a pattern
from typing import Any

import docsync


def patterns() -> Iterator[tuple[str, str]]:
    """Every pattern that a module of the package has compiled for itself, with where it is."""
    for module in pkgutil.walk_packages(docsync.__path__, "docsync."):
        if module.name != "docsync.__main__":
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    yield f"{module.name}.{name}", value.pattern


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
