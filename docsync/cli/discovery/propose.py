"""Proposes collections for what a project has, and counts by the scan of a sync what they take."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import commonpath

from docsync.cli.discovery.candidate import Candidate, drop_inner, find_candidates
from docsync.cli.discovery.known_name import (
    PERSONA,
    PROMPT,
    find_foreign,
    is_tool_file,
)
from docsync.names import EVERYTHING, Collection, strip_folder
from docsync.scan import FileTree

_TYPES = (PERSONA, PROMPT)
_PREFERRED = {(PERSONA, ".json"): 1, (PROMPT, ".prompty"): 1}
# More files than that, and it is the others that are named.
_MAX_EXCLUDED = 10
_MAX_HOMES = 10
# Folders that come sooner or later where many things lie.
_EXPECTED = {"build", "dist"}


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Files that no proposed collection takes, and the collection that would take them."""

    collection: Collection
    files: int


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found in a project: collections, how many files each takes, and what they do not take.

    `passed_over` could be documents, too. `foreign` counts, by folder, files that are excluded as those of
    programs.
    """

    collections: tuple[Collection, ...]
    counts: dict[str, int]
    passed_over: tuple[PassedOver, ...]
    foreign: dict[str, int]


def discover(root: Path) -> Discovery:
    """What is in *root*. Every count is what the scan of a sync with those collections finds."""
    candidates = find_candidates(str(root))
    chosen = {type_: _choose([one for one in candidates if one.type == type_]) for type_ in _TYPES}
    collections: list[Collection] = []
    foreign: dict[str, int] = {}
    for type_, some in chosen.items():
        if some:
            wide = _gather(type_, some)
            collection = _exclude(root, wide, some)
            if not _scan_paths(root, collection):  # Git ignores all of it
                continue
            collections.append(collection)
            foreign |= _count_foreign(root, wide, collection)
    taken = [one for some in chosen.values() for one in some]
    rest = [one for one in candidates if one not in taken]
    passed_over = list(_pass_over(root, collections, rest))
    types = scan_types(root, collections)
    counts = {one.type: types.count(one.type) for one in collections}
    return Discovery(tuple(collections), counts, tuple(passed_over), foreign)


def scan_types(root: Path, collections: Sequence[Collection]) -> list[str]:
    """The type of every file that a sync with *collections* would take."""
    return list(FileTree(root, collections, 0).scan([EVERYTHING]).types.values()) if collections else []


def _scan_paths(root: Path, collection: Collection) -> list[str]:
    return list(FileTree(root, [collection], 0).scan([EVERYTHING]).found)


def _choose(candidates: list[Candidate]) -> list[Candidate]:
    """Those that one collection takes: of one suffix; named for it if any are, otherwise of one folder."""
    likely = [one for one in candidates if one.is_likely]
    named = [one for one in likely if one.is_named]
    if not named:
        return [max(likely, key=lambda one: (len(one.paths), -_depth(one.home)))] if likely else []
    sizes: dict[str, int] = {}
    for one in named:
        sizes[one.suffix] = sizes.get(one.suffix, 0) + len(one.paths)
    suffix = max(sizes, key=lambda one: (_PREFERRED.get((named[0].type, one), 0), sizes[one]))
    return [one for one in named if one.suffix == suffix]


def _depth(home: str) -> int:
    return 0 if home == "." else home.count("/") + 1


def _gather(type_: str, candidates: list[Candidate]) -> Collection:
    """A collection of all that is in the folders of *candidates*, which have one suffix."""
    first = candidates[0]
    homes = drop_inner(one.home for one in candidates)
    path = _find_common_folder(homes)
    inner = [_strip(path, home) for home in homes]
    if first.suffix == ".prompty" or (len(homes) > _MAX_HOMES and not first.is_named):
        inner = [""]  # nothing else has this suffix, or it would be too long a list
    names = "*" if not first.is_named and path == "." else "**/*"
    include = tuple(
        f"{folder}/**/*{first.suffix}" if folder else f"{names}{first.suffix}" for folder in inner
    )
    return Collection(type_, path, include, first.format, ignore="git")


def _find_common_folder(folders: Iterable[str]) -> str:
    return commonpath(["" if folder == "." else folder for folder in folders]) or "."


def _strip(folder: str, path: str) -> str:
    return "" if path == folder else strip_folder(folder, path) or ""


def _exclude(root: Path, wide: Collection, candidates: list[Candidate]) -> Collection:
    """*wide* without what programs put there, and without files that are plainly something else."""
    misfits = {path for one in candidates for path in one.misfits}
    found = _scan_paths(root, wide)
    taken = sorted(_strip(wide.path, path) for path in found if path in misfits and not is_tool_file(path))
    folders = {foreign for path in found if (foreign := find_foreign(_strip(wide.path, path)))}
    is_wide = wide.path == "." or len({one.home for one in candidates}) > 1
    if is_wide and any(pattern.startswith("**/") for pattern in wide.include):
        folders |= _EXPECTED
    tools = {path.rpartition("/")[2] for path in found if is_tool_file(path)}
    prefix = "**/" if any("**" in pattern for pattern in wide.include) else ""
    globs = (*(f"**/{name}/**" for name in sorted(folders)), *(f"{prefix}{name}" for name in sorted(tools)))
    if len(taken) <= _MAX_EXCLUDED:
        return replace(wide, exclude=(*globs, *taken))
    fitting = tuple(_strip(wide.path, path) for one in candidates for path in one.paths)
    return replace(wide, include=fitting, exclude=globs)


def _count_foreign(root: Path, wide: Collection, collection: Collection) -> dict[str, int]:
    """How many files *collection* leaves out, by the folder of a program that they are in."""
    counts: dict[str, int] = {}
    for path in _scan_paths(root, wide):
        foreign = find_foreign(_strip(wide.path, path))
        if foreign and not collection.matches(path):
            folder = path[: f"/{path}".index(f"/{foreign}/") + len(foreign)]
            counts[folder] = counts.get(folder, 0) + 1
    return counts


def _pass_over(root: Path, taken: list[Collection], rest: list[Candidate]) -> Iterator[PassedOver]:
    known = list(taken)
    types = {one.type for one in taken} or set(_TYPES)  # those of the samples
    for some in _merge(rest):
        wide = _exclude(root, _gather(some[0].type, some), some)
        collection = replace(wide, type=_name_type(wide, types))
        files = scan_types(root, [*known, collection]).count(collection.type)
        if files:
            known.append(collection)
            types.add(collection.type)
            yield PassedOver(collection, files)


def _merge(candidates: list[Candidate]) -> Iterator[list[Candidate]]:
    """*candidates* in groups that one collection could take: of a type, a suffix and one topmost folder."""
    groups: dict[tuple[str, str, str], list[Candidate]] = {}
    for one in candidates:
        groups.setdefault((one.type, one.suffix, one.home.partition("/")[0]), []).append(one)
    yield from groups.values()


def _name_type(collection: Collection, taken: set[str]) -> str:
    """A type for *collection* that no other one has: its own, or one that tells them apart."""
    folder = "root" if collection.path == "." else collection.path.rpartition("/")[2]
    word = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in folder.lower())
    base = collection.type.partition("_")[0]
    longest = f"{base}_{collection.format}_{word}"
    names = (collection.type, f"{base}_{collection.format}", f"{base}_{word}", longest)
    numbered = (f"{longest}_{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (*names, *numbered) if name not in taken)
