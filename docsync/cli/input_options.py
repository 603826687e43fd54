"""Inputs of a prompt as a command line gives them: texts, files, documents.

Opens what the user names, and nothing else.
"""

import json
import mimetypes
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docsync.errors import UsageError
from docsync.names import to_printable
from docsync.regular_file import read_regular

if TYPE_CHECKING:
    from docsync.reader import Reader

MAX_FILE_BYTES = 32 * 1024 * 1024

_MEDIA = ("image", "file", "audio")
_FILE, _DOCUMENT = "@", "doc:"


@dataclass(frozen=True, slots=True)
class GivenInputs:
    """`values` are JSON, `texts` are converted to the declared types where the prompt is rendered."""

    values: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def read_inputs(
    given: Iterable[str], file: Path | None, document: Mapping[str, Any], reader: "Reader", here: Path
) -> GivenInputs:
    """Those of *file*, a JSON object, and then each NAME=VALUE of *given*. Raises UsageError, NoSuchDocument.

    A value is a text, @FILE, @@ for a text that begins with @, or doc:ID.
    """
    inputs = GivenInputs({} if file is None else _read_object(file, here))
    kinds = {item.get("name"): item.get("kind") for item in document.get("inputs") or ()}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise UsageError(f"-i {to_printable(one)}: write NAME=TEXT, NAME=@FILE or NAME=doc:ID")
        inputs.values.pop(name, None)
        inputs.texts.pop(name, None)
        if value.startswith(_DOCUMENT):
            inputs.values[name] = _read_document(value.removeprefix(_DOCUMENT), reader)
        elif value.startswith(_FILE) and not value.startswith(_FILE * 2):
            path = Path(value[1:])
            octets = _read(path, here)
            if kinds.get(name) in _MEDIA:
                inputs.values[name] = _make_media(octets, path)
            else:
                inputs.texts[name] = _decode(octets, path)
        else:
            inputs.texts[name] = value[1:] if value.startswith(_FILE) else value
    return inputs


def _read_document(id_: str, reader: "Reader") -> object:
    from docsync.reader.prompt import make_no_such_document

    row = reader.get(id_)
    if row is None:
        raise make_no_such_document(id_, reader.similar_ids(id_))
    return row.document


def _read_object(path: Path, here: Path) -> dict[str, Any]:
    try:
        value = json.loads(_decode(_read(path, here), path))
    except ValueError as error:
        raise UsageError(f"{to_printable(str(path))}: no JSON: {error}") from None
    if not isinstance(value, dict):
        raise UsageError(f"{to_printable(str(path))}: must be an object of inputs by their names")
    return value


def _make_media(octets: bytes, path: Path) -> dict[str, str]:
    guessed, _ = mimetypes.guess_type(path.name)
    url = f"data:{guessed or ''};base64,{b64encode(octets).decode('ascii')}"
    return {"url": url, "name": path.name}


def _read(path: Path, here: Path) -> bytes:
    try:
        return read_regular(here / path, MAX_FILE_BYTES).octets
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{to_printable(str(path))}: cannot be read: {reason}") from None


def _decode(octets: bytes, path: Path) -> str:
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{to_printable(str(path))}: is no text in UTF-8") from None
