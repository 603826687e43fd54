"""The texts of the files that `docsync init` writes. Writes none of them."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

from docsync.cli.discovery.known_name import PERSONA, PROMPT
from docsync.cli.editor_files import editor_files
from docsync.cli.view.text import count_noun
from docsync.config.keys import DEFAULT_COLLECTIONS
from docsync.names import Collection, to_printable
from docsync.registry import FORMATS

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from docsync.cli.discovery import Discovery

CONFIGURATION = "docsync.toml"
GITIGNORE = ".gitignore"
IGNORED = ".docsync/"
_SAMPLES = ("personas/first-time-caller.json", "prompts/answer-politely.prompty")
_SCHEMA = '"schemas/persona.schema.json"'
_WORDS = {PERSONA: "personas", PROMPT: "prompts"}
# Beside the first table only: they hold for each.
_COMMENTS = {
    "path": "the folder, relative to this file",
    "include": "what belongs to it; ** is any number of folders",
    "ignore": "what Git ignores is no document; none: it is one all the same",
    "format": " | ".join(FORMATS),
}


def draft_files(found: "Discovery") -> dict[str, str]:
    """The files of a project in which *found* lies, by path: with samples where nothing does."""
    collections = found.collections or default_collections()
    drafts = {CONFIGURATION: _draft_configuration(found, collections), GITIGNORE: f"{IGNORED}\n"}
    if not found.collections:
        drafts |= {name: _read_sample(name) for name in _SAMPLES}
    return drafts | editor_files(collections)


def default_collections() -> tuple[Collection, ...]:
    """The collections of the samples."""
    return tuple(
        Collection(str(one["type"]), str(one["path"]), (str(pattern),), str(one["format"]), ignore="git")
        for one in DEFAULT_COLLECTIONS
        for pattern in _as_list(one["include"])
    )


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def format_table(collection: Collection) -> list[str]:
    """The lines of docsync.toml that make *collection*."""
    values = {"type": collection.type, "path": collection.path, "include": list(collection.include)}
    values |= {"exclude": list(collection.exclude)} if collection.exclude else {}
    values |= {"ignore": collection.ignore, "format": collection.format}
    lines = (f"{key} = {_to_toml(value)}" for key, value in values.items())
    return ["[[collections]]", *lines]


def _to_toml(value: object) -> str:
    # What can be presented is written alike in both languages.
    return json.dumps(value, ensure_ascii=False)


def _draft_configuration(found: "Discovery", collections: tuple[Collection, ...]) -> str:
    head = _read_sample(CONFIGURATION)
    tables = [
        "\n".join(_comment_table(one) if not place else format_table(one))
        for place, one in enumerate(collections)
    ]
    absent = [type_ for type_ in _WORDS if type_ not in {one.type for one in collections}]
    passed_over = {one.collection.type for one in found.passed_over}
    others = [_offer(one.collection, one.files) for one in found.passed_over]
    others += [_invite(type_) for type_ in absent if type_ not in passed_over]
    return head + "\n\n".join([*tables, *others]) + "\n"


def _comment_table(collection: Collection) -> Iterator[str]:
    lines = format_table(collection)
    width = max((len(line) for line in lines if len(line) < 40), default=0)
    for line in lines:
        comment = _COMMENTS.get(line.partition(" = ")[0])
        yield f"{line:<{width}}  # {comment}" if comment else line
    if collection.type == PERSONA:
        yield f"# schema = {_SCHEMA}  # refuse what breaks it: a JSON Schema, made your own"


def _offer(collection: Collection, number: int) -> str:
    said = f"Passed over, {describe_files(collection, number)}. To take what is there, remove the # in front:"
    return "\n".join(f"# {line}" for line in [said, *format_table(collection)])


def _invite(type_: str) -> str:
    said = f"No {_WORDS[type_]} were found. To keep some, make the folder and remove the # in front:"
    collection = next(one for one in default_collections() if one.type == type_)
    return "\n".join(f"# {line}" for line in [said, *format_table(collection)])


def describe_files(collection: Collection, number: int) -> str:
    """Which files those of *collection* are, and how many."""
    suffix = collection.include[0].rpartition(".")[2]
    folder = "this folder" if collection.path == "." else to_printable(collection.path)
    kind = _WORDS[PERSONA if collection.type.startswith(PERSONA) else PROMPT]
    return f"{count_noun(number, f'*.{suffix} file')} in {folder} that may be {kind}"


def _read_sample(name: str) -> str:
    sample: Traversable = files("docsync.cli").joinpath("sample", *name.split("/"))
    return sample.read_text("utf-8")
