"""Groups the files of a project by what they could be: a type, a format, and the folder that they live in."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from posixpath import dirname, join

from docsync.cli.discovery.known_name import (
    FORMATS,
    PERSONA,
    PROMPT,
    find_foreign,
    find_home,
    is_tool_file,
)
from docsync.cli.discovery.look import Looker
from docsync.names import is_hidden, is_presentable

_MAX_LEVELS = 8
_MAX_FOLDERS = 10_000
_PROMPTY = ".prompty"
_LOOKED_INTO = (".json", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Files in *home* (relative to the project, "." for itself) that could be documents of one type.

    `misfits` are files beside them with the same suffix that are none. `is_named`: names tell, not contents.
    """

    type: str
    suffix: str
    home: str
    is_named: bool
    paths: list[str] = field(default_factory=list)
    misfits: list[str] = field(default_factory=list)

    @property
    def format(self) -> str:
        """The format of these files."""
        return FORMATS[self.suffix]

    @property
    def is_likely(self) -> bool:
        """False where too little speaks for it: few of the files there are what the others seem to be."""
        return bool(self.paths) and (self.is_named or len(self.paths) >= len(self.misfits))


def find_candidates(root: str) -> list[Candidate]:
    """What is in *root*, the nearest folders first."""
    looker = Looker(root)
    found: dict[tuple[str, str, str], Candidate] = {}
    for path in _list_files(root):
        suffix = PurePosixPath(path).suffix
        if suffix not in FORMATS or is_tool_file(path):
            continue
        for type_, home, is_named in _guess(path, suffix):
            key = (type_, suffix, home)
            candidate = found.setdefault(key, Candidate(type_, suffix, home, is_named))
            fits = _fits(looker, path, type_, suffix, is_named=is_named)
            (candidate.paths if fits else candidate.misfits).append(path)
    return [candidate for candidate in found.values() if candidate.paths]


def _guess(path: str, suffix: str) -> Iterator[tuple[str, str, bool]]:
    """What *path* could be by its name: the type, the folder, and whether the folder's name says so."""
    named = find_home(path)
    parent = dirname(path) or "."
    if suffix == _PROMPTY:
        yield PROMPT, named[1] if named and named[0] == PROMPT else parent, True
    elif named:
        yield *named, True
    elif suffix in _LOOKED_INTO:
        yield PERSONA, parent, False


def _fits(looker: Looker, path: str, type_: str, suffix: str, *, is_named: bool) -> bool:
    if not is_named:
        return looker.describes_person(path, FORMATS[suffix])
    # Beside prompts there are samples and schemas, too.
    return type_ == PERSONA or suffix not in _LOOKED_INTO or looker.holds_prompt(path, FORMATS[suffix])


def _list_files(root: str) -> Iterator[str]:
    """The files in *root* by folder, the nearest first."""
    folders = deque([""])
    looked = 0
    while folders and looked < _MAX_FOLDERS:
        folder = folders.popleft()
        looked += 1
        try:
            with os.scandir(join(root, folder)) as entries:
                named = sorted((join(folder, one.name), one) for one in entries if not is_hidden(one.name))
        except OSError:
            continue  # what cannot be read cannot be kept either
        folders.extend(path for path, entry in named if _is_worth_a_look(path, entry))
        yield from (
            path for path, entry in named if entry.is_file(follow_symlinks=False) and is_presentable(path)
        )


def _is_worth_a_look(path: str, entry: "os.DirEntry[str]") -> bool:
    named = find_foreign(f"{path}/") is None and is_presentable(entry.name)
    return named and path.count("/") < _MAX_LEVELS and entry.is_dir(follow_symlinks=False)


def drop_inner(homes: Iterable[str]) -> list[str]:
    """*homes* without those in another one, sorted."""
    kept: list[str] = []
    for home in sorted(set(homes), key=lambda path: (path.count("/"), path)):
        if not any(home == one or home.startswith(f"{one}/") for one in kept):
            kept.append(home)
    return sorted(kept)
