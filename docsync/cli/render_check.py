"""Proves for `docsync check` that prompts render, in one child for all of them. Opens no file."""

import json
from collections.abc import Callable, Collection, Iterator
from functools import partial
from types import TracebackType
from typing import Self

from docsync.change import Upsert
from docsync.model import Document, Problem, Severity
from docsync.render.apart import Asked, ChildRenderer, StoredPrompt
from docsync.render.error import RenderError
from docsync.render.text import Text, make_text

CODE = "does-not-render"

_REASONS = ("template-syntax", "template-too-large", "missing-reference")

_PROVE = Asked(prove=True)
_MAX_ANSWER_BYTES = 1_000  # nothing is given back

LoadDocument = Callable[[str], Document | None]
"""Gives the document whose file is at a path, None if there is none."""


class RenderCheck:
    """Renders prompts, with their samples, else with values made of the declared types.

    Use it in a with block.
    """

    def __init__(self, load: LoadDocument, prompt_types: Collection[str]) -> None:
        """*prompt_types* are the types whose documents are prompts."""
        self._load_document = load
        self._prompt_types = prompt_types
        self._renderer = ChildRenderer(_MAX_ANSWER_BYTES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._renderer.__exit__(kind, error, trace)

    def find_problems(self, taken: Upsert) -> Iterator[Problem]:
        """A warning for each reason for which *taken*, if it is a prompt, does not render."""
        if taken.document.type not in self._prompt_types:
            return
        if any(problem.code in _REASONS for problem in taken.problems):
            return  # why it does not was said already
        path, document = taken.document.path, taken.document.content.document
        texts = _read_assets(taken.document)
        try:
            self._renderer.begin(StoredPrompt(document, path), _PROVE, partial(self._load, texts))
            self._renderer.finish()
        except RenderError as error:
            for mistake in error.mistakes:
                yield Problem(
                    mistake.path or path,
                    CODE,
                    mistake.message,
                    Severity.WARNING,
                    mistake.line,
                    mistake.column,
                    mistake.hint,
                    json_path=mistake.json_path,
                )

    def _load(self, texts: dict[str, Text], path: str) -> Text | None:
        """The text of an asset in *texts*, or of a document, whose own assets are in *texts* from then on."""
        if path in texts:
            return texts[path]
        document = self._load_document(path)
        if document is None:
            return None
        texts.update(_read_assets(document))
        return make_text(path, json.loads(document.content.document))


def _read_assets(document: Document) -> dict[str, Text]:
    return {
        asset.path: Text(asset.path, asset.text, asset.body_line or 1)
        for asset in document.assets
        if asset.text is not None
    }
