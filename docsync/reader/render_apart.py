"""Renders a stored prompt in a child: what it takes in is of one state, which is held no longer than that."""

from functools import partial
from typing import Any

from docsync.reader.prompt import StoredTexts, make_no_such_document
from docsync.reader.reader import Reader
from docsync.reader.row import StoredRow, hash_assets
from docsync.render.apart import Asked, ChildRenderer, StoredPrompt
from docsync.render.error import RenderError
from docsync.render.file_line import find_lines
from docsync.render.text import Text
from docsync.render.trace import Provenance


def render_apart(reader: Reader, renderer: ChildRenderer, id_: str, asked: Asked) -> dict[str, Any]:
    """The prompt with this id as *asked*: `messages`, `tools`, `request`, `unresolved`, `trace`.

    Raises NoSuchDocument, RenderError, NoDatabase.
    """

    with reader.snapshot():
        row = reader.get_stored(id_)
        if row is None:
            raise make_no_such_document(id_, reader.similar_ids(id_))
        prompt, texts = _describe(row), StoredTexts(row.convert("assets"))

        def load(path: str) -> Text | None:
            return reader._answer(partial(texts.read, path))  # noqa: SLF001 - of the same room

        renderer.begin(prompt, asked, load)
    try:
        return renderer.finish()
    except RenderError as error:
        root = reader._source.project  # noqa: SLF001 - of the same room
        raise find_lines(error, root, prompt.facts) from None


def _describe(row: StoredRow) -> StoredPrompt:
    assert row.document is not None
    path = row.convert("file_path")
    facts = Provenance(
        id=row.convert("id"),
        content_hash=row.convert("content_hash"),
        assets_hash=hash_assets(row.convert("assets")),
        revision=row.convert("revision"),
        epoch=row.epoch,
        file_path=path,
    )
    return StoredPrompt(row.document, path, facts)
