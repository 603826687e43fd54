"""Finds the personas and prompts that a project has already. Looks at names only and changes nothing."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import commonpath, join

from docsync.names import Collection, is_hidden, is_presentable

# Folders that people keep personas in, in several words for the same thing.
_PERSONA_FOLDERS = frozenset(
    {
        "persona",
        "personas",
        "character",
        "characters",
        "agent",
        "agents",
        "profile",
        "profiles",
        "people",
        "scenarios",
    }
)
# Folders of other people's files.
_FOREIGN = frozenset(
    {"node_modules", "venv", "env", "site-packages", "__pycache__", "vendor", "dist", "build", "target"}
)
_MAX_LEVELS = 8
_MAX_FOLDERS = 10_000


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found: the folders to keep, each with its files (paths relative to the project)."""

    personas: tuple[str, ...]
    prompts: tuple[str, ...]


def discover(root: str) -> Discovery:
    """The *.json below folders that are named like personas, and every *.prompty."""
    files = list(_files(root))
    personas = (path for path in files if path.endswith(".json") and _persona_folder(path))
    prompts = (path for path in files if path.endswith(".prompty"))
    return Discovery(tuple(sorted(personas)), tuple(sorted(prompts)))


def propose_collections(found: Discovery) -> tuple[Collection, Collection]:
    """Collections that hold what was found, in the usual folders where nothing was."""
    folders = sorted({folder for path in found.personas if (folder := _persona_folder(path))})
    personas = _find_common_folder(folders) if folders else "personas"
    inner = [str(PurePosixPath(folder).relative_to(personas)) for folder in folders]
    include = ["**/*.json" if folder == "." else f"{folder}/**/*.json" for folder in inner] or ["**/*.json"]
    parents = [str(PurePosixPath(path).parent) for path in found.prompts]
    prompts = _find_common_folder(parents) if parents else "prompts"
    foreign = tuple(f"**/{folder}/**" for folder in sorted(_FOREIGN)) if prompts == "." else ()
    return (
        Collection("persona", personas, tuple(include), "json"),
        Collection("prompt_template", prompts, ("**/*.prompty",), "prompty", foreign),
    )


def _find_common_folder(folders: Iterable[str]) -> str:
    return commonpath([folder if folder != "." else "" for folder in folders]) or "."


def _persona_folder(path: str) -> str | None:
    """The outermost folder of *path* that is named like one of personas."""
    parts = path.split("/")[:-1]
    for count, part in enumerate(parts, 1):
        if part.lower() in _PERSONA_FOLDERS:
            return "/".join(parts[:count])
    return None


def _files(root: str) -> Iterator[str]:
    folders = [""]
    looked = 0
    while folders and looked < _MAX_FOLDERS:
        folder = folders.pop()
        looked += 1
        try:
            with os.scandir(join(root, folder)) as entries:
                named = [(join(folder, entry.name), entry) for entry in entries if not is_hidden(entry.name)]
        except OSError:
            continue  # what cannot be read cannot be kept either
        folders += [path for path, entry in named if _is_worth_a_look(path, entry)]
        yield from (
            path for path, entry in named if entry.is_file(follow_symlinks=False) and is_presentable(path)
        )


def _is_worth_a_look(path: str, entry: "os.DirEntry[str]") -> bool:
    named = entry.name not in _FOREIGN and is_presentable(entry.name)
    return named and path.count("/") < _MAX_LEVELS and entry.is_dir(follow_symlinks=False)
