"""Stored prompts for rendering: the row with the texts of what it takes in, of one state, made a Call.

Holds no state while a template runs: that may take its time.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from docsync.errors import NoSuchDocument
from docsync.names import to_printable
from docsync.reader.documents import find_similar_ids, read_document
from docsync.reader.row import Row
from docsync.reader.snapshot import Snapshot
from docsync.reader.source import AnswerSource
from docsync.render.call import Call
from docsync.render.environment import Environment
from docsync.render.error import Mistake, RenderError
from docsync.render.file_reference import find_files
from docsync.render.render import find_texts, load_nothing, render, takes_files
from docsync.render.text import Loader, Text, make_asset_text, make_text, resolve_name
from docsync.render.trace import Provenance


@dataclass(frozen=True, slots=True)
class ServicePlace:
    """Where a service renders: its environment, and the project's folder if it has one."""

    environment: Environment = None
    root: Path | None = None


def render_stored(
    source: AnswerSource, id_: str, inputs: Mapping[str, object], *, samples: bool, environment: Environment
) -> Call:
    """The prompt with this id, rendered. Raises NoSuchDocument, RenderError, NoDatabase."""
    row = source.answer(lambda snapshot: read_prompt(snapshot, id_), at_a_glance=True)
    texts: Mapping[str, Text] = {}
    if takes_files(row.document, row.file_path):
        row, texts = source.answer(lambda snapshot: read_prompt_with_texts(snapshot, id_))
    place = ServicePlace(environment, source.project)
    return render_row(row, inputs, texts.get, samples=samples, place=place)


def render_alone(row: Row, inputs: Mapping[str, object], *, samples: bool, environment: Environment) -> Call:
    """The prompt *row*, rendered with its assets alone. Raises RenderError, also where it needs more."""
    load: Loader = load_nothing
    if takes_files(row.document, row.file_path):
        load = find_texts(row.document, row.file_path, _only_assets(row)).get
    return render_row(row, inputs, load, samples=samples, place=ServicePlace(environment))


def _only_assets(row: Row) -> Loader:
    def load(path: str) -> Text | None:
        if path in row.assets:
            return make_asset_text(path, row.assets[path])
        message = f"takes in {to_printable(path)}, which its row does not have: render it with Reader.render"
        raise RenderError(Mistake(message, row.file_path))

    return load


def render_row(
    row: Row, inputs: Mapping[str, object], load: Loader, *, samples: bool, place: ServicePlace
) -> Call:
    """The prompt *row*, rendered; *load* gives the texts of files that it takes in. Raises RenderError."""
    messages = render(row.document, inputs, path=row.file_path, load=load, samples=samples)
    files = {name: text.content for name in find_files(row.document) if (text := _find(name, row, load))}
    return Call(messages, row.document, provenance_of(row), place.environment, files, place.root)


def provenance_of(row: Row) -> Provenance:
    """What is known of *row*, for a trace."""
    return Provenance(
        id=row.id,
        content_hash=row.content_hash,
        assets_hash=row.assets_hash,
        revision=row.revision,
        epoch=row.epoch,
        file_path=row.file_path,
    )


def read_prompt(snapshot: Snapshot, id_: str) -> Row:
    """The document with this id. Raises NoSuchDocument, which names those that may be meant."""
    row = read_document(snapshot, id_)
    if row is None:
        raise make_no_such_document(id_, find_similar_ids(snapshot, id_))
    return row


def make_no_such_document(id_: str, near: list[str]) -> NoSuchDocument:
    """The error that no document has this id; those of *near* may be meant."""
    advice = f"; did you mean {' or '.join(map(to_printable, near))}?" if near else ""
    return NoSuchDocument(f"no document has the id {to_printable(id_)}{advice}")


def read_prompt_with_texts(snapshot: Snapshot, id_: str) -> tuple[Row, dict[str, Text]]:
    """The document with this id, and by their paths the texts of all that it takes in.

    Raises NoSuchDocument, and RenderError where one of them is no template or not there.
    """
    row = read_prompt(snapshot, id_)
    texts = StoredTexts(dict(row.assets))
    return row, find_texts(row.document, row.file_path, partial(texts.read, snapshot=snapshot))


@dataclass(frozen=True, slots=True)
class StoredTexts:
    """Texts of one state: `assets` by their paths, and documents, whose own assets are known from then on."""

    assets: dict[str, Any]

    def read(self, path: str, snapshot: Snapshot) -> Text | None:
        """The text of the file at *path*, None if there is none, or a document without a body."""
        if path in self.assets:
            return make_asset_text(path, self.assets[path])
        statement = "SELECT document, assets FROM documents WHERE file_path = ?"
        for document, assets in snapshot.ask(statement, (path,)):
            for name, text in json.loads(assets).items():
                self.assets.setdefault(name, text)
            return make_text(path, json.loads(document))
        return None


def _find(name: str, row: Row, load: Loader) -> Text | None:
    try:
        return load(resolve_name(name, row.file_path))
    except ValueError:
        return None  # it leads out of the project: the request says that it is not there
