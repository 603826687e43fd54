"""Finds the files that a template takes in. Never opens one; a template that cannot be parsed names none."""

import re
from dataclasses import dataclass

from docsync.formats.prompty.mustache_variable import mustache_partials
from docsync.formats.prompty.template import MUSTACHE, is_jinja
from docsync.formats.prompty.template_error import TemplateError

MAX_INCLUDES = 100
_JINJA_TAG = re.compile(r"\{%[-+]?\s*(?:include|import|extends|from)\b")
_MUSTACHE_TAG = re.compile(r">\s*[^\s}]")


@dataclass(frozen=True, slots=True)
class Included:
    """A file as a template names it; `is_optional` says that it may be missing (`ignore missing`)."""

    name: str
    is_optional: bool = False


def includes_of(template: str, kind: object) -> list[Included]:
    """What *template*, written in the language *kind*, takes in: each name once, in its order."""
    if kind == MUSTACHE:
        return _mustache(template) if _MUSTACHE_TAG.search(template) else []
    return _jinja(template) if is_jinja(kind) and _JINJA_TAG.search(template) else []


def _mustache(template: str) -> list[Included]:
    try:
        names = mustache_partials(template)
    except TemplateError:
        return []
    return [Included(name) for name in list(dict.fromkeys(names))[:MAX_INCLUDES]]


def _jinja(template: str) -> list[Included]:
    # Imported here: Jinja takes longer to load than most prompts to read.
    from docsync.formats.prompty.jinja_include import find_includes
    from docsync.formats.prompty.jinja_parser import parse_jinja

    try:
        tree = parse_jinja(template)
    except TemplateError:
        return []
    found: dict[str, bool] = {}
    for name, _, is_optional in find_includes(tree):
        found[name] = is_optional and found.get(name, True)
    return [Included(name, is_optional) for name, is_optional in list(found.items())[:MAX_INCLUDES]]
