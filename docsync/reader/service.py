"""What a service asks of personas and of prompt templates, by name. Knows only the reader; keeps nothing.

with open_reader() as reader:
    elders = PersonaService(reader).by_age_group("60+")
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Unpack

from docsync.reader.answer import Hits, Page
from docsync.reader.query.find import FindArguments
from docsync.reader.reader import Reader
from docsync.reader.row import Row

if TYPE_CHECKING:
    from docsync.render.call import Call


class DocumentService:
    """The documents of one type. Each answer is one state; every method may raise NoDatabase."""

    type = ""
    written_id = "id"
    """Where in a document its author may have written an id of his own."""

    def __init__(self, reader: Reader, type: str | None = None) -> None:  # noqa: A002  # the column's name
        """*type* is for a project that calls its collection otherwise."""
        self._reader = reader
        self.type = type or self.type

    def all(self, *, order: str = "id", limit: int | None = None, cursor: str | None = None) -> Page:
        """All of them, or a page of *limit*."""
        return self.find(order=order, limit=limit, cursor=cursor)

    def find(self, **asked: Unpack[FindArguments]) -> Page:
        """Those with these values, as `Reader.find`."""
        asked["type"] = self.type
        return self._reader.find(**asked)

    def by_id(self, id_: str) -> Row | None:
        """The one with this id: persona/team/ana, team/ana, or the id that is written in the document itself.

        Of several that have the same one written, the first in the order of their own ids.
        """
        return self._reader.in_one_state(lambda: self._by_id(id_))

    def _by_id(self, id_: str) -> Row | None:
        for candidate in (id_, f"{self.type}/{id_}"):
            row = self._reader.get(candidate)
            if row is not None and row.type == self.type:
                return row
        same: list[object] = [id_, int(id_)] if re.fullmatch(r"-?\d{1,18}", id_) else [id_]
        return next(iter(self.find(where={self.written_id: {"in": same}}, limit=1)), None)

    def by_name(self, name: str) -> Page:
        """Those with this display name; a name is nobody's alone."""
        return self.find(name=name)

    def by_tag(self, tag: str) -> Page:
        """Those with this tag."""
        return self.find(tag=tag)

    def search(self, text: str, *, limit: int = 20, cursor: str | None = None) -> Hits:
        """Those with these words, best first, as `Reader.search`."""
        return self._reader.search(text, type=self.type, limit=limit, cursor=cursor)


class PersonaService(DocumentService):
    """Personas."""

    type = "persona"

    def by_age_group(self, group: str) -> Page:
        """Those of an age group such as 30-44 or 60+, as they write it or by their age in years.

        "Adults, 30-44" is of the group 30-44. Reads every persona; where all write demographics.ageGroup the
        same way, `find(where={"demographics.ageGroup": group})` with an index is faster.
        """
        return self._reader.in_one_state(lambda: self._by_age_group(group))

    def _by_age_group(self, group: str) -> Page:
        span = _span(group)
        found: dict[str, Row] = {}
        for path in _GROUP_PATHS:
            for row in self.find(where={path: {"contains": str(span[0]) if span else group}}):
                text = _value(row, path)
                if text.casefold() == group.casefold() or (span and _span(text) == span):
                    found[row.id] = row
        for path in _AGE_PATHS:
            years = {">=": span[0], "<=": span[1]} if span else {"=": group}
            found |= {row.id: row for row in self.find(where={path: years})}
        now = self._reader.version()
        rows = tuple(row for _, row in sorted(found.items()))
        return Page(rows, None, now.source, now.epoch, now.revision)


class PromptTemplateService(DocumentService):
    """Prompt templates."""

    type = "prompt_template"
    written_id = "frontmatter.id"

    def render(
        self, id_: str, inputs: Mapping[str, object] | None = None, *, samples: bool = False
    ) -> "Call":
        """The prompt with this id, as `by_id` knows it, for these inputs: see `Reader.render`."""
        row, begin = self.by_id(id_), f"{self.type}/"
        known = row.id if row else f"{begin}{id_.removeprefix(begin)}"
        return self._reader.render(known, inputs, samples=samples)

    def by_model(self, model_id: str) -> Page:
        """Those that are written for this model."""
        return self.find(where={"model.id": model_id})

    def by_variable(self, variable: str) -> Page:
        """Those whose template has this variable."""
        return self.find(where={"variables": {"contains": variable}})

    def by_env(self, variable: str) -> Page:
        """Those that need this environment variable."""
        return self.find(env=variable)


_GROUP_PATHS = (
    "demographics.ageGroup",
    "demographics.age_group",
    "ageGroup",
    "age_group",
    "persona.demographics.ageGroup",
    "data.extensions.demographics.ageGroup",
)
_AGE_PATHS = ("age", "demographics.age", "persona.age")
_SPAN = re.compile(r"(?<!\d)(\d{1,3})\s*(?:(?:-|\u2013|to)\s*(\d{1,3})(?!\d)|\+)")
_MAX_AGE = 999


def _span(text: str) -> tuple[int, int] | None:
    """The first and the last year of an age group, None where none are named."""
    found = _SPAN.search(text)
    return (int(found[1]), int(found[2] or _MAX_AGE)) if found else None


def _value(row: Row, path: str) -> str:
    """What the document says at *path*, as text."""
    value: object = row.document
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return str(value)
