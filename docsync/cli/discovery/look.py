"""Looks into files whose folders say nothing: do they describe somebody? Never judges a prompt's text."""

import json
from collections.abc import Mapping
from pathlib import Path
from posixpath import join

from docsync.regular_file import read_regular

_MAX_BYTES = 256 << 10
_MAX_LOOKS = 2_000
# What descriptions of people have, in the words of several programs and by hand.
_PERSON_KEYS = frozenset(
    {
        "persona", "personality", "char_persona", "character", "bio", "lore", "backstory", "background",
        "role", "occupation", "demographics", "age", "agegroup", "traits", "quirks", "adjectives", "goals",
        "needs", "painpoints", "pain_points", "behavior", "voice", "tone", "style", "first_mes",
        "mes_example", "messageexamples", "systemrole", "systemprompt", "system_prompt", "system", "spec",
        "topics", "interests", "mental_faculties", "description",
    }
)  # fmt: skip
_INNER = ("persona", "character", "data", "meta", "config", "profile")
_TOOL_KEYS = frozenset(
    {
        "dependencies", "devDependencies", "scripts", "compilerOptions", "$schema", "openapi", "swagger",
        "properties", "definitions", "extends", "plugins_config", "lockfileVersion", "jobs", "services",
    }
)  # fmt: skip
_PROMPT_KEYS = frozenset({"messages", "template", "prompt", "prompts", "content", "instructions", "system"})


class Looker:
    """Looks into the files of one project, *root*, so many in all."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._left = _MAX_LOOKS

    def describes_person(self, path: str, format_: str) -> bool:
        """True when the file at *path* has a name in it and something that only people have."""
        from docsync.formats.naming import find_naming

        value = self._read(path, format_)
        if value is None or not _TOOL_KEYS.isdisjoint(value):
            return False
        inner = [one for key in _INNER if isinstance(one := value.get(key), Mapping)]
        keys = {key.lower() for one in (value, *inner) for key in one}
        named = find_naming(value, "").name_from != "file stem" or any(
            isinstance(one.get("title"), str) for one in inner
        )
        return (named or "persona" in keys) and not keys.isdisjoint(_PERSON_KEYS)

    def holds_prompt(self, path: str, format_: str) -> bool:
        """True when the file at *path* has a field in which prompts are kept."""
        value = self._read(path, format_)
        return value is not None and not _PROMPT_KEYS.isdisjoint(value)

    def _read(self, path: str, format_: str) -> Mapping[str, object] | None:
        from docsync.formats import parse

        if self._left <= 0:
            return None
        self._left -= 1
        try:
            octets = read_regular(Path(join(self._root, path)), _MAX_BYTES).octets
        except OSError:
            return None
        content = parse(format_, path, octets).content
        if content is None:
            return None
        value: dict[str, object] = content.value or json.loads(content.document)
        return value
