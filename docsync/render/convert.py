"""Inputs that came as texts, from a shell or a form, as values of the declared types. Opens nothing."""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from docsync.names import to_printable
from docsync.render.error import InputError, Mistake
from docsync.render.mistake_list import MistakeList

_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def convert_texts(document: Mapping[str, Any], texts: Mapping[str, str], path: str) -> dict[str, object]:
    """*texts* as the inputs of the prompt *document* at *path*; of an undeclared one the text itself.

    InputError with all that cannot be converted. Whether an input may be given at all, `render` decides.
    """
    kinds = {item.get("name"): item.get("kind") for item in document.get("inputs") or ()}
    values: dict[str, object] = {}
    mistakes = MistakeList(path)
    for name, text in texts.items():
        convert = _CONVERTERS.get(str(kinds.get(name)))
        try:
            values[name] = convert(text) if convert else text
        except ValueError as error:
            shown = text if len(text) <= 40 else f"{text[:40]}…"
            message = f"the input '{to_printable(name)}' must be {error}, got '{to_printable(shown)}'"
            mistakes.put(Mistake(message, path, input_name=name))
    mistakes.raise_all(InputError)
    return values


def _to_boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text.strip().lower()]
    except KeyError:
        raise ValueError("true or false") from None


def _to_integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError("an integer") from None


def _to_number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError("a number") from None
    if not math.isfinite(number):
        raise ValueError("a number")
    return int(text) if text.strip().lstrip("+-").isdecimal() else number


def _from_json(words: str, kind: type) -> Callable[[str], object]:
    def convert(text: str) -> object:
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if not isinstance(value, kind):
            raise ValueError(f"{words} as JSON")  # noqa: TRY004 - the texts of a call are one kind of mistake
        return value

    return convert


_to_array, _to_object = _from_json("an array", list), _from_json("an object", dict)
_CONVERTERS: dict[str, Callable[[str], object]] = {
    "boolean": _to_boolean,
    "integer": _to_integer,
    "number": _to_number,
    "float": _to_number,
    "array": _to_array,
    "list": _to_array,
    "thread": _to_array,
    "object": _to_object,
    "dict": _to_object,
}
