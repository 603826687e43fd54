"""Replaces `${env:NAME}` by values that the caller gives. Never asks the process for its environment.

Whose place it may be is decided by the callers: nothing but what is below `model.connection` and
`model.options` comes here, or a prompt's author could read every variable of a service.
"""

import re
from collections.abc import Iterator, Mapping

from docsync.render.mistake_list import MistakeList

Environment = Mapping[str, str] | None
"""Variables by name, or None: then nothing is resolved, and texts stay as they are written."""

_REFERENCE = re.compile(r"\$\{env:([^}]*)\}", re.IGNORECASE)


def resolve_variables(value: object, environment: Environment, at: str, mistakes: MistakeList) -> object:
    """*value*, in which every whole text `${env:NAME}` or `${env:NAME:default}` is what *environment* has.

    `at` is the dotted place that a mistake names. An empty default is none, as in Prompty. What a variable
    holds is never looked at again.
    """
    if environment is None:
        return value
    if isinstance(value, str):
        found = _REFERENCE.fullmatch(value)
        return _look_up(found, environment, at, mistakes) if found else value
    if isinstance(value, dict):
        return {
            key: resolve_variables(item, environment, f"{at}.{key}", mistakes) for key, item in value.items()
        }
    if isinstance(value, list):
        return [
            resolve_variables(item, environment, f"{at}[{place}]", mistakes)
            for place, item in enumerate(value)
        ]
    return value


def find_variables(value: object) -> Iterator[str]:
    """The names of the variables that *value* asks for, in order, each as often as it does."""
    if isinstance(value, str):
        found = _REFERENCE.fullmatch(value)
        if found:
            yield found[1].partition(":")[0]
    elif isinstance(value, dict):
        for item in value.values():
            yield from find_variables(item)
    elif isinstance(value, list):
        for item in value:
            yield from find_variables(item)


def _look_up(reference: re.Match[str], environment: Mapping[str, str], at: str, mistakes: MistakeList) -> str:
    name, _, default = reference[1].partition(":")
    value = environment.get(name)
    if value is not None or default:
        return default if value is None else value
    mistakes.add(
        f"the environment has no variable {name!r}; set it, or write a default as ${{env:{name}:…}}", at
    )
    return reference[0]
