"""Detects which generation of Prompty a file is written in. Never refuses one: there is always an answer."""

from enum import StrEnum

from docsync.formats.prompty.shape import JsonObject, mapping


class Dialect(StrEnum):
    """The generations in the wild; NONE is a file without front matter."""

    V1 = "v1"
    BETA = "beta"
    V2 = "v2"
    NONE = "none"


def dialect_of(front_matter: JsonObject) -> Dialect:
    """The dialect by the first sign that is found, the most telling first."""
    if not front_matter:
        return Dialect.NONE
    return (
        _detect_by_model(front_matter) or _detect_by_root(front_matter) or _detect_by_properties(front_matter)
    )


def _detect_by_model(front_matter: JsonObject) -> Dialect | None:
    model = mapping(front_matter.get("model"))
    if model.keys() & {"configuration", "parameters", "response"}:
        return Dialect.V1
    connection = mapping(model.get("connection"))
    if model.keys() & {"apiType", "provider"} or "kind" in connection:
        return Dialect.V2
    if "type" in connection:
        return Dialect.BETA
    if "api" in model:
        is_beta = model.keys() & {"connection", "options"} or front_matter.keys() & {"tools", "metadata"}
        return Dialect.BETA if is_beta else Dialect.V1
    return None


def _detect_by_root(front_matter: JsonObject) -> Dialect | None:
    signs = {"sample", "authors", "tags", "base"}
    return (
        Dialect.V1 if front_matter.keys() & signs or isinstance(front_matter.get("template"), str) else None
    )


def _detect_by_properties(front_matter: JsonObject) -> Dialect:
    properties = [
        mapping(item) for place in ("inputs", "outputs", "tools") for item in _items(front_matter.get(place))
    ]
    if any("kind" in item for item in properties):
        return Dialect.V2
    return Dialect.BETA if any("type" in item for item in properties) else Dialect.V2


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else list(mapping(value).values())
