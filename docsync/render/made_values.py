"""Renders a prompt to see whether it renders, with its samples, else with values made of the declared types.

Makes nothing up where a type does not say what a value holds: then only what can be told without values is.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from docsync.names import to_printable
from docsync.render.declared import Declaration, Input, declare_inputs
from docsync.render.error import Mistake, RenderError
from docsync.render.render import render
from docsync.render.text import Loader

_PLAIN: Mapping[str, object] = {
    "string": "text",
    "integer": 3,
    "number": 3,
    "float": 3,
    "boolean": True,
    "image": "https://example.com/image.png",
    "file": "https://example.com/file.pdf",
    "audio": "https://example.com/sound.mp3",
    "thread": [{"role": "user", "content": "text"}],
}
_MAX_DEPTH = 10


def prove_rendering(document: Mapping[str, Any], path: str, load: Loader) -> None:
    """Raises RenderError where the prompt does not render. Its template was found to be one before."""
    declaration = declare_inputs(document, path, load, samples=True)
    known = {name for name, one in declaration.inputs.items() if _has_value(declaration, one)}
    made = {
        name: value
        for name, one in declaration.inputs.items()
        if name not in known and (value := _make(one.written, 0)) is not None
    }
    if made.keys() | known >= {*declaration.inputs, *(document.get("variables") or ())}:
        try:
            render(document, made, path=path, load=load, samples=True)
        except RenderError as error:
            raise RenderError(*(_explain(mistake, made) for mistake in error.mistakes)) from None


def _explain(mistake: Mistake, made: Mapping[str, object]) -> Mistake:
    if mistake.hint or not made:
        return mistake
    names = ", ".join(to_printable(name) for name in sorted(made)[:5])
    return replace(mistake, hint=f"tried with values made of the declared types: give samples of {names}")


def _has_value(declaration: Declaration, one: Input) -> bool:
    return any(declaration.value(one, role) is not None for role in ("example", "default"))


def _make(written: Mapping[str, Any], depth: int) -> object:
    """A value of the declared type, None where it does not say what one holds."""
    choices, kind = written.get("enumValues"), written.get("kind")
    if isinstance(choices, list) and choices:
        return choices[0]
    if depth == _MAX_DEPTH:
        return None
    if kind in ("array", "list"):
        items = written.get("items")
        item = _make(items, depth + 1) if isinstance(items, Mapping) else None
        return None if item is None else [item]
    if kind in ("object", "dict"):
        return _make_object(written.get("properties"), depth + 1)
    return _PLAIN.get(str(kind))


def _make_object(properties: object, depth: int) -> dict[str, object] | None:
    named = properties.items() if isinstance(properties, Mapping) else ()
    listed = properties if isinstance(properties, list) else ()
    members = [*named, *((item.get("name"), item) for item in listed if isinstance(item, Mapping))]
    made = {
        str(name): _make(item, depth) if isinstance(item, Mapping) else None
        for name, item in members
        if name is not None
    }
    return made if made and None not in made.values() else None
