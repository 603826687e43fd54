"""The options of a model in one set of names, whatever generation wrote them. Never drops one."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from docsync.formats.prompty.shape import JsonObject
from docsync.names import find_closest
from docsync.render.environment import find_variables
from docsync.render.file_reference import file_path
from docsync.render.mistake_list import MistakeList
from docsync.render.option_name import LIMIT, option_name

EXTRAS = "additionalProperties"
OPTIONS = "model.options"

_INTEGERS = frozenset({LIMIT, "top_k", "seed", "n", "top_logprobs"})
_NUMBERS = frozenset({"temperature", "top_p", "frequency_penalty", "presence_penalty"})
_BOOLEANS = frozenset({"parallel_tool_calls", "stream", "logprobs", "store"})
# What every API does unless it is told otherwise: where one has no such option, nothing is lost without it.
_NEUTRAL = {"frequency_penalty": 0, "presence_penalty": 0, "n": 1, "logprobs": False, "stream": False}
# Options that some API has: they are not misspelt.
_KNOWN = (
    _INTEGERS | _NUMBERS | _BOOLEANS | {"stop", "response_format", "tool_choice", "reasoning_effort", "user"}
)
# These are made of the prompt itself; an option of that name would replace what its author wrote elsewhere.
_RESERVED = frozenset({"model", "messages", "input", "instructions", "system", "prompt", "tools"})


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a prompt under docsync's names: as OpenAI's APIs spell theirs.

    `extras` are `additionalProperties`, under the names as written: an API's own, which docsync need not
    know. `limit_name` is the name that OpenAI's chat API has for `max_output_tokens`: the one that was
    written, else today's.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)
    limit_name: str = "max_completion_tokens"

    def find(self, name: str) -> Any:
        """The value of the option *name*, also where it is an extra; None if nobody gives it."""
        if name in self.values:
            return self.values[name]
        return next((value for key, value in self.extras.items() if option_name(key) == name), None)

    def place(self, name: str) -> str:
        """The place of the option *name*, for a mistake."""
        is_extra = name not in self.values and any(option_name(key) == name for key in self.extras)
        return f"{OPTIONS}.{EXTRAS}.{name}" if is_extra else f"{OPTIONS}.{name}"


def read_options(options: JsonObject, written: Mapping[str, object], mistakes: MistakeList) -> Options:
    """The *options* of a stored prompt. *written* are the same in its own words."""
    extras = options.get(EXTRAS)
    if extras is not None and not isinstance(extras, dict):
        mistakes.add("must be a mapping", f"{OPTIONS}.{EXTRAS}")
    own = {name: value for name, value in options.items() if name != EXTRAS}
    return Options(
        _read(own, OPTIONS, mistakes),
        _read_extras(extras, mistakes) if isinstance(extras, dict) else {},
        "max_tokens" if "max_tokens" in written else "max_completion_tokens",
    )


def put_options(
    request: dict[str, Any], options: Options, names: Mapping[str, str], api: str, mistakes: MistakeList
) -> dict[str, Any]:
    """Puts the options into *request* under the *names* of an API, and returns the extras without one.

    An option that the API does not have is a mistake, unless it says what is so anyway, as `n: 1` does. One
    whose name is empty is left to the caller.
    """
    for name, value in options.values.items():
        if name in names:
            _put(request, names[name], value)
        elif name not in _NEUTRAL or value != _NEUTRAL[name]:
            mistakes.add(f"{api} has no option {name!r}{_guess(name, names)}", f"{OPTIONS}.{name}")
    beyond: dict[str, Any] = {}
    for key, value in options.extras.items():
        name = option_name(key)
        if name in options.values:
            mistakes.add(f"{name} is an option of this prompt already", f"{OPTIONS}.{EXTRAS}.{key}")
        elif name in names:
            _put(request, names[name], value)
        else:
            beyond[key] = value
    return beyond


def _put(request: dict[str, Any], name: str, value: object) -> None:
    if name:
        request[name] = value


def _guess(name: str, names: Mapping[str, str]) -> str:
    near = [] if name in _KNOWN else find_closest(name, names, 1)
    return f"; did you mean {near[0]}?" if near else ""


def _read(written: JsonObject, at: str, mistakes: MistakeList) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for key, value in written.items():
        name = option_name(key)
        if name in options:
            mistakes.add(f"says again what {name} is", f"{at}.{key}")
        elif _is_reserved(key, at, mistakes) or value is None:
            continue
        # No stop sequence is what a provider does anyway; some refuse an empty list.
        elif not (name == "stop" and value == []):
            options[name] = _convert(name, value, f"{at}.{key}", mistakes)
    return options


def _read_extras(written: JsonObject, mistakes: MistakeList) -> dict[str, Any]:
    at = f"{OPTIONS}.{EXTRAS}"
    return {
        key: _convert(option_name(key), value, f"{at}.{key}", mistakes)
        for key, value in written.items()
        if not _is_reserved(key, at, mistakes)
    }


def _is_reserved(key: str, at: str, mistakes: MistakeList) -> bool:
    is_reserved = option_name(key) in _RESERVED
    if is_reserved:
        mistakes.add("this is no option; the prompt itself says it", f"{at}.{key}")
    return is_reserved


def _convert(name: str, value: object, at: str, mistakes: MistakeList) -> object:
    """*value*, or the number or truth that a text stands for: variables of the environment are texts.

    No mistake shows the value: it may be such a variable.
    """
    if value is None or file_path(value) is not None or any(find_variables(value)):
        return value  # what stays a reference was told of already, or nothing is resolved
    if name in _BOOLEANS:
        known = {"true": True, "false": False}
        converted = known.get(value.lower()) if isinstance(value, str) else value
        if not isinstance(converted, bool):
            mistakes.add("must be true or false", at)
        return converted
    if name in _INTEGERS | _NUMBERS:
        return _to_number(value, at, mistakes, whole=name in _INTEGERS)
    return value


def _to_number(value: object, at: str, mistakes: MistakeList, *, whole: bool) -> object:
    converted = value
    if isinstance(value, str):
        with suppress(ValueError):
            converted = float(value) if not whole else int(value)
    if isinstance(converted, float) and whole and converted.is_integer():
        converted = int(converted)
    if isinstance(converted, bool) or not isinstance(converted, int if whole else int | float):
        mistakes.add(f"must be {'a whole number' if whole else 'a number'}", at)
    return converted
