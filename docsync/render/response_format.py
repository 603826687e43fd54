"""The form that an answer must have, by `response_format` or `outputs`. Knows no provider."""

from dataclasses import dataclass
from typing import Any

from docsync.formats.prompty.dialect import Dialect
from docsync.formats.prompty.shape import JsonObject, mapping
from docsync.render.file_reference import file_path
from docsync.render.mistake_list import MistakeList
from docsync.render.options import Options
from docsync.render.parts import PromptParts
from docsync.render.schema import is_open, to_schema

TEXT, JSON, SCHEMA = "text", "json_object", "json_schema"
OPTION = "response_format"
# As the official runtime calls it.
_NAME = "structured_output"


@dataclass(frozen=True, slots=True)
class ResponseFormat:
    """What an answer is.

    Text, JSON of any shape, or JSON of a schema. `kind` is one of TEXT, JSON, SCHEMA. `schema` is as its
    author wrote it if `is_written`; else it is made of outputs, and may be closed as a provider needs it.
    `strict` asks for it to be enforced.
    """

    kind: str
    name: str = _NAME
    schema: JsonObject | None = None
    description: str | None = None
    strict: bool | None = None
    is_written: bool = True


def read_response_format(
    parts: PromptParts, options: Options, mistakes: MistakeList
) -> ResponseFormat | None:
    """The form that the prompt asks for, None if it asks for none.

    An option says it in OpenAI's words. Outputs say it in the generations whose runtimes send them; those
    of v1 only describe.
    """
    written = options.find(OPTION)
    is_sent = bool(parts.outputs) and parts.dialect != Dialect.V1
    if written is not None:
        if is_sent:
            both = f"outputs and the option {OPTION} both say what an answer is: keep one of them"
            mistakes.add(both, options.place(OPTION))
        return _read(written, options.place(OPTION), mistakes)
    if not is_sent:
        return None
    schema = to_schema(parts.outputs, "outputs", mistakes)
    return ResponseFormat(SCHEMA, schema=schema, strict=not is_open(schema), is_written=False)


def _read(written: Any, at: str, mistakes: MistakeList) -> ResponseFormat | None:
    if file_path(written) is not None:
        return None  # a file that is not there was told of already
    kind = mapping(written).get("type")
    if kind in (TEXT, JSON):
        return ResponseFormat(str(kind))
    if kind != SCHEMA:
        mistakes.add(f"must be a mapping whose type is {TEXT}, {JSON} or {SCHEMA}", at)
        return None
    # OpenAI's chat API puts it below `json_schema`, its responses API beside the type.
    inner = mapping(written.get(SCHEMA)) or {key: value for key, value in written.items() if key != "type"}
    schema, name = inner.get("schema"), inner.get("name", _NAME)
    unknown = inner.keys() - {"name", "schema", "description", "strict"}
    if not isinstance(schema, dict) or not isinstance(name, str):
        mistakes.add(f"{SCHEMA} needs a name and a schema", at)
        return None
    if unknown:
        mistakes.add(f"nobody knows {', '.join(sorted(unknown))} in {SCHEMA}", at)
    description, strict = inner.get("description"), inner.get("strict")
    return ResponseFormat(
        SCHEMA,
        name,
        schema,
        description if isinstance(description, str) else None,
        strict if isinstance(strict, bool) else None,
    )
