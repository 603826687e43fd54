"""Prompts with values that make them render: of the shape that the template wants and of the declared kind."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from jinja2 import Environment, TemplateError

from docsync.render.message import Message
from docsync.render.render import render
from docsync.render.text import Loader
from tests.render.shape import Shape, shape_of, wanted

_PLAIN = Environment(autoescape=False)
_ROLE = re.compile(
    r"^[^\S\n]*#?[^\S\n]*(system|user|assistant|developer)[^\S\n]*:[^\S\n]*$", re.MULTILINE | re.IGNORECASE
)


class Case:
    """A prompt, with values that make it render and what it gives with them."""

    def __init__(self, name: str, document: dict[str, Any], load: Loader) -> None:
        self.name, self._document, self._load = name, document, load
        self.shape = shape_of(document)
        if document["variables"] and "qs" in document["variables"]:
            self.shape.member("qs").items()
        self.names = wanted(document)

    def values(self, text: Callable[[str], object]) -> dict[str, Any]:
        given = {}
        for name in sorted(self.names):
            shape = self.shape.members.get(name, Shape(name))
            declared: dict[str, Any] = next(
                (item for item in self._document["inputs"] if item.get("name") == name), {}
            )
            given[name] = _of_kind(declared, shape, partial(text, f"{name}"), text)
        return given

    def messages(self, values: Mapping[str, object]) -> tuple[Message, ...]:
        return render(self._document, values, path=self.name, load=self._load)

    def split_naively(self, values: Mapping[str, object]) -> list[str]:
        """The roles that the natural code finds: it renders the whole, then splits what it got at lines with a role."""
        if self._document["template"]["format"]["kind"] == "mustache":
            return []
        try:
            text = _PLAIN.from_string(self._document["body"]).render(values)
        except (TemplateError, TypeError):
            return []
        return [found[1].lower() for found in _ROLE.finditer(text)]


FIXED = {
    "image": "https://example.com/a",
    "audio": "https://example.com/a",
    "integer": 3,
    "number": 3,
    "float": 3,
    "boolean": True,
}


def _of_kind(
    declared: dict[str, Any], shape: Shape, leaf: Callable[[], object], text: Callable[[str], object]
) -> Any:
    kind = str(declared.get("kind"))
    if declared.get("enumValues"):
        return declared["enumValues"][0]
    if kind == "thread":
        return [
            {"role": "user", "content": text("thread")},
            {"role": "assistant", "content": text("thread[1]")},
        ]
    if kind in FIXED or (kind == "string" and not (shape.members or shape.item)):
        return FIXED.get(kind) or leaf()
    made = shape.fill(text, shape.name)
    if kind in ("array", "list") and not isinstance(made, list):
        return [made]
    return {"made": made} if kind == "object" and isinstance(made, str) else made
