"""Template texts and where they lie: a prompt's body and what it includes. Opens no file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from docsync.names import to_printable
from docsync.render.error import Mistake, RenderError


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a file at *path* (POSIX, relative to the project), from its line *line* on.

    Of a prompt it is the body. `content` has line ends of any kind.
    """

    path: str
    content: str
    line: int = 1

    def mistake(self, message: str, at: int, hint: str | None = None) -> Mistake:
        """What is wrong at the character *at* of `normalized`, with its line and column in the file."""
        before = self.normalized[:at]
        line, column = before.count("\n"), at - (before.rfind("\n") + 1) + 1
        return Mistake(message, self.path, self.line + line, column, hint)

    @property
    def normalized(self) -> str:
        """The content with every line end as one character, as Jinja counts."""
        text = self.content
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


@dataclass(frozen=True, slots=True)
class Include:
    """Another file that a template names: as it is written there, and the place, a character of the template.

    `is_optional` says that it may not be there (`ignore missing`).
    """

    name: str
    at: int
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class TextPlace:
    """A character of a text."""

    text: Text
    at: int

    def error(self, message: str, hint: str | None = None) -> RenderError:
        """The error that something is wrong here."""
        return RenderError(self.text.mistake(message, self.at, hint))


Loader = Callable[[str], Text | None]
"""Gives the text of the file at a path relative to the project, None if there is none to be had."""


def make_text(path: str, document: Mapping[str, Any]) -> Text | None:
    """The text that other files take in of the stored *document* at *path*, None if it has no body."""
    body, line = document.get("body"), document.get("body_line")
    return Text(path, body, line if isinstance(line, int) else 1) if isinstance(body, str) else None


def make_asset_text(path: str, stored: object) -> Text | None:
    """The text of the asset at *path* as it is *stored*: a text, or body and body_line of a document."""
    return make_text(path, stored) if isinstance(stored, Mapping) else Text(path, str(stored))


def resolve_name(name: str, including: str) -> str:
    """The path, relative to the project, of what the file *including* calls *name*.

    ValueError with the reason where that is no path within the project.
    """
    shown = to_printable(name)
    if not name or name.startswith("/") or "\\" in name or "\0" in name:
        raise ValueError(f"'{shown}' is no path relative to the file that names it")
    parts: list[str] = []
    for part in (*PurePosixPath(including).parent.parts, *name.split("/")):
        if part == "..":
            if not parts:
                raise ValueError(f"'{shown}' leads out of the project")
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
