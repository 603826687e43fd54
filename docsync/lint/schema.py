"""JSON Schemas: compiled once, then asked of every document. Never fetches anything: a schema is one file."""

import hashlib
import json
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn

from docsync.errors import ConfigError
from docsync.formats.json_place import json_places
from docsync.formats.place import format_place
from docsync.lint.finding import Finding
from docsync.lint.secret import is_secret
from docsync.model import Severity

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

CODE = "schema"
# Moves whenever the same schema would say something else of a document.
_VERSION = 1

_SHOWN_CHARACTERS = 60
_MESSAGE_CHARACTERS = 200
_MASK = "the value"


class Schema:
    """A compiled schema. `digest` differs for each schema, and when this module would say something else."""

    def __init__(self, validator: "Validator", digest: str) -> None:
        self._validator = validator
        self.digest = digest

    def violations(self, value: dict[str, object], maximum: int) -> list[Finding]:
        """The violations of *value*, *maximum* at most; with a maximum of 0 one finding without a place.

        No value is printed whole, and no secret at all.
        """
        if maximum == 1:
            return self._find_first(value)
        if self._validator.is_valid(value):
            return []
        if not maximum:
            message = "the document breaks its schema, and holds too many values to look for the place"
            return [Finding(CODE, message, "", severity=Severity.ERROR)]
        return [_finding(error, value) for error in islice(self._validator.iter_errors(value), maximum)]

    def _find_first(self, value: dict[str, object]) -> list[Finding]:
        """The first violation of *value*, an empty list if it is valid. Cheaper than a search for all."""
        import jsonschema_rs

        try:
            self._validator.validate(value)
        except jsonschema_rs.ValidationError as first:
            return [_finding(first, value)]
        return []


def compile_schema(shown: str, octets: bytes) -> Schema:
    """The schema in *octets*, from the file *shown*. Raises ConfigError with the place of an error."""
    import jsonschema_rs  # costs 25 ms and is needed only where a collection has a schema

    try:
        text = octets.decode("utf-8-sig")
        schema: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{shown}:{error.lineno}:{error.colno}: no JSON Schema: {error.msg}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{shown}: no JSON Schema: not UTF-8") from None
    except RecursionError:
        raise ConfigError(f"{shown}: no JSON Schema: nested too deeply") from None
    try:
        validator = jsonschema_rs.validator_for(schema, retriever=_refuse, mask=_MASK)
    except jsonschema_rs.ValidationError as error:
        raise ConfigError(_describe_invalid(shown, text, error)) from None
    return Schema(validator, f"{_VERSION}:{hashlib.sha256(octets).hexdigest()}")


def _refuse(uri: str) -> NoReturn:
    raise ValueError(f"a schema refers to itself only, not to {uri}")


def _describe_invalid(shown: str, text: str, error: "ValidationError") -> str:
    at = format_place(error.instance_path)
    place = json_places(text, [at]).get(at)
    offset = place.value if place else 0
    line, column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
    message = error.message.splitlines()[0]
    return f"{shown}:{line}:{column}: no valid JSON Schema: {f'{at}: ' if at else ''}{message}"


def _finding(error: "ValidationError", value: dict[str, object]) -> Finding:
    at, message = format_place(error.instance_path), _truncate(error.message, _MESSAGE_CHARACTERS)
    # A secret beneath it would be shown with the whole.
    if message.startswith(_MASK) and not is_secret(value, error.instance_path):
        message += f", got {_encode_beginning(error.instance)}"
    # Only some kinds of violations name keys.
    extra: str | None = next(iter(getattr(error.kind, "unexpected", ())), None)
    if extra is not None:
        at = format_place([*error.instance_path, extra])
    text = f"{at}: {message}" if at and extra is None else message
    return Finding(CODE, text, at, severity=Severity.ERROR, on_key=extra is not None)


def _encode_beginning(instance: object) -> str:
    """*instance* as JSON, of which no more is written out than is shown."""
    pieces = json.JSONEncoder(ensure_ascii=False).iterencode(instance)
    return _truncate("".join(islice(pieces, _SHOWN_CHARACTERS + 1)), _SHOWN_CHARACTERS)


def _truncate(text: str, characters: int) -> str:
    return text if len(text) <= characters else text[:characters] + "…"
