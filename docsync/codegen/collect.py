"""Collects what is known of documents, one after the other, into what is written as source. Reads no file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from docsync.codegen.prompt_input import inputs_of
from docsync.codegen.shape import NOTHING, Members, Shape, merge, shape_of
from docsync.codegen.source_model import CollectionTypes, Prompt


@dataclass(frozen=True, slots=True)
class CollectionSource:
    """What is known of a collection before its documents are seen.

    `known` is the shape of its documents, None if they tell it; `front_matter` that of their front matter, if
    a schema says so.
    """

    type: str
    known: Shape | None = None
    front_matter: Shape | None = None
    has_prompts: bool = False


class DocumentRow(Protocol):
    """What is asked of a document: a row of a reader has it."""

    @property
    def type(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str | None: ...
    @property
    def document(self) -> Mapping[str, object]: ...


class _Collected:
    def __init__(self, source: CollectionSource) -> None:
        self._source = source
        self._shape = NOTHING
        self._ids: list[str] = []
        self._prompts: list[Prompt] = []

    def add(self, one: DocumentRow) -> None:
        self._ids.append(one.id)
        if self._source.known is None:
            self._shape = merge(self._shape, shape_of(one.document))
        if self._source.has_prompts:
            self._prompts.append(Prompt(one.id, one.name, one.description or "", inputs_of(one.document)))

    def build(self) -> CollectionTypes:
        shape = self._shape if self._source.known is None else self._source.known
        prompts = sorted(self._prompts, key=lambda prompt: prompt.id)
        return CollectionTypes(
            self._source.type,
            tuple(sorted(self._ids)),
            _put_front_matter(shape, self._source.front_matter),
            tuple(prompts),
        )


class Collector:
    """Takes documents in any order. Those of a type that no source names are a collection, too."""

    def __init__(self, sources: Iterable[CollectionSource]) -> None:
        self._collected = {source.type: _Collected(source) for source in sources}

    def add(self, one: DocumentRow) -> None:
        """Take one document in."""
        if one.type not in self._collected:
            self._collected[one.type] = _Collected(CollectionSource(one.type))
        self._collected[one.type].add(one)

    def build(self) -> list[CollectionTypes]:
        """What is known of each collection by now."""
        return [collected.build() for collected in self._collected.values()]


def _put_front_matter(shape: Shape, front_matter: Shape | None) -> Shape:
    members = shape.members
    if front_matter is None or members is None or "frontmatter" not in members.fields:
        return shape
    fields = {**members.fields, "frontmatter": front_matter}
    return replace(shape, members=Members(fields, members.required))
