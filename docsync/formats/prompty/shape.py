"""Looks at values of unknown shape, as front matter holds them. Never changes one."""

from typing import cast

JsonObject = dict[str, object]


def mapping(value: object) -> JsonObject:
    """*value* if it is a mapping, else an empty one."""
    return cast(JsonObject, value) if isinstance(value, dict) else {}


def text(value: object) -> str | None:
    """*value* if it is text that is not blank, without the white space around it."""
    return value.strip() or None if isinstance(value, str) else None


def scalar_text(value: object) -> str | None:
    """Text, or a number as text: an author who writes `version: 2` means a text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return text(value)


def texts(value: object) -> list[str]:
    """The texts of a list, each once, in order; one text stands for a list of one."""
    items = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(found for item in items if (found := text(item))))


def rename_keys(value: JsonObject, names: JsonObject | dict[str, str]) -> JsonObject:
    """A copy of *value* with keys renamed, in order; a key stays where its new name is written beside it."""
    return {
        new if isinstance(new := names.get(key), str) and new not in value else key: item
        for key, item in value.items()
    }
