"""Prompts for tests of rendering: written in a test, bundled with the project, or of a corpus beside it."""

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from docsync.formats import parse
from docsync.render.error import RenderError
from docsync.render.message import Message
from docsync.render.render import render
from docsync.render.text import Text
from tests.helpers.project import SHARED

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("DOCSYNC_CORPUS") or SHARED / "corpus")
"""Prompts of others; DOCSYNC_CORPUS names the folder."""

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="DOCSYNC_CORPUS names no folder of prompts")

HEAD = "---\nname: test\n{}\n---\n"
MUSTACHE = "template:\n  format: mustache"


def stored(text: str | bytes, path: str = "prompts/test.prompty") -> dict[str, Any]:
    """The document that docsync stores of a prompt's file."""
    content = parse("prompty", path, text.encode() if isinstance(text, str) else text).content
    assert content
    document: dict[str, Any] = json.loads(content.document)
    return document


class Prompt:
    """A prompt of a test: *body* below front matter that holds *settings*; *files* are what it can take in."""

    path = "prompts/test.prompty"

    def __init__(self, body: str, settings: str = "", files: Mapping[str, str] | None = None) -> None:
        self.document = stored(HEAD.format(settings) + body)
        self.files = files or {}

    def load(self, path: str) -> Text | None:
        return Text(path, self.files[path]) if path in self.files else None

    def render(self, /, *, samples: bool = False, **inputs: object) -> tuple[Message, ...]:
        return render(self.document, inputs, path=self.path, load=self.load, samples=samples)

    def pairs(self, /, **inputs: Any) -> list[tuple[str, object]]:
        """Role and content of each message."""
        return [(message.role, message.content) for message in self.render(**inputs)]

    def mistakes(self, /, **inputs: Any) -> list[str]:
        """What is wrong, as `line:column: text`, lines counted from the body's first."""
        with pytest.raises(RenderError) as caught:
            self.render(**inputs)
        return [self._shorten(str(mistake)) for mistake in caught.value.mistakes]

    def _shorten(self, mistake: str) -> str:
        path, line, rest = (*mistake.split(":", 2), "", "")[:3]
        if path != self.path or not line.isdigit():
            return mistake.removeprefix(f"{self.path}: ")
        return f"{int(line) - self.document['body_line'] + 1}:{rest}"


@cache
def bundled() -> dict[str, dict[str, Any]]:
    """The documents of the bundled prompts, by path."""
    paths = sorted((ROOT / "prompts").rglob("*.prompty"))
    return {path.relative_to(ROOT).as_posix(): stored(path.read_bytes()) for path in paths}


@cache
def corpus() -> dict[str, dict[str, Any]]:
    """The documents of the corpus, by path."""
    paths = sorted(CORPUS.rglob("*.prompty"))
    names = [path.relative_to(CORPUS).as_posix() for path in paths]
    return {name: stored(path.read_bytes(), name) for name, path in zip(names, paths, strict=True)}


def load_from(root: Path, path: str) -> Text | None:
    """The text of a file below *root*: of a prompt its body, of any other all of it."""
    file = root / path
    if not file.is_file():
        return None
    if file.suffix != ".prompty":
        return Text(path, file.read_text(encoding="utf-8"))
    document = stored(file.read_bytes(), path)
    return Text(path, document["body"], document["body_line"])
