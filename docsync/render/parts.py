"""The parts of a stored prompt that become a request, in v2's names. Opens no file: their texts are given."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from docsync.formats.prompty.model import normalize_model
from docsync.formats.prompty.properties import normalize_properties, normalize_tools
from docsync.formats.prompty.shape import JsonObject, mapping, text
from docsync.render.file_reference import file_path, fill_files, find_files
from docsync.render.mistake_list import MistakeList


@dataclass(frozen=True, slots=True)
class PromptParts:
    """Model, tools and outputs of a prompt. `written_model` is the model in the prompt's own words."""

    dialect: str | None
    model: JsonObject
    written_model: JsonObject
    tools: list[JsonObject]
    outputs: list[JsonObject]


def read_parts(document: Mapping[str, Any], files: Mapping[str, str], mistakes: MistakeList) -> PromptParts:
    """The parts of *document*, with the content of the *files* that they name in place of the names."""
    dialect = text(document.get("dialect"))
    front_matter = mapping(document.get("frontmatter"))
    if not any(find_files(document)):
        return PromptParts(
            dialect,
            mapping(document.get("model")),
            mapping(front_matter.get("model")),
            cast("list[JsonObject]", document.get("tools") or []),
            cast("list[JsonObject]", document.get("outputs") or []),
        )
    filled = fill_files(front_matter, files, mistakes)
    return PromptParts(
        dialect,
        normalize_model(filled.get("model")),
        mapping(filled.get("model")),
        normalize_tools(filled),
        normalize_properties(filled, "outputs"),
    )


def own_model(document: Mapping[str, Any], files: Mapping[str, str], mistakes: MistakeList) -> JsonObject:
    """The model in the prompt's own words. Of the files only one that holds all of it is filled in."""
    written = mapping(document.get("frontmatter")).get("model")
    if file_path(written) is None:
        return mapping(written)
    return mapping(fill_files({"model": written}, files, mistakes)["model"])
