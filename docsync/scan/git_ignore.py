"""Which names Git ignores, by the .gitignore files around them and .git/info/exclude. Never runs Git.

A look at the disk is remembered until `forget`. What a person ignores in all repositories (core.excludesFile)
does not count, as the documents would be others for every user; nor does it count that Git tracks a file.
"""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from posixpath import dirname, join
from typing import NamedTuple

from docsync.git import find_directory
from docsync.names import Collection, strip_folder
from docsync.regular_file import read_regular

FILE = ".gitignore"
GIT = "git"
"""The value of `ignore` of a collection that leaves out what Git ignores."""

_MAX_BYTES = 1 << 20
_GROUP_NAME = re.compile(r"\?P<\w+>")
# What pathspec writes for * and for the folders of **.
_STAR, _FOLDERS = "[^/]*", ".+"
# Each is tried with each place of the others: three take a minute for the longest path that there is.
_MAX_STARS, _MAX_FOLDERS = 3, 2


class IgnoreRule(NamedTuple):
    """A line of a file such as .gitignore; `ignores` is False where it begins with an exclamation mark."""

    file: str
    line: int
    text: str
    pattern: re.Pattern[str]
    ignores: bool


class _RuleFile(NamedTuple):
    """The rules of one file, the last one first; `any_of` matches whatever one of them may match."""

    rules: tuple[IgnoreRule, ...]
    any_of: re.Pattern[str]


class _Level(NamedTuple):
    """The rules that hold beneath the folder *base*."""

    base: str
    file: _RuleFile


class GitIgnore:
    """What Git ignores in the project at *root*. Without a repository its folder counts as the top of one."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._levels: dict[str, tuple[_Level, ...]] = {}
        self._ignored: dict[str, IgnoreRule | None] = {}
        self._files: dict[str, tuple[tuple[int, ...], _RuleFile]] = {}

    def forget(self) -> None:
        """Look at the disk again from now on."""
        self._levels.clear()
        self._ignored.clear()

    def find(self, path: str, *, is_folder: bool = False) -> IgnoreRule | None:
        """The rule for which Git ignores *path* of the project, or a folder above it; None if it does not."""
        place = join(self._root, path)
        above = self._find_above(dirname(place))
        return above if above is not None else self._decide(place, is_folder=is_folder)

    def _find_above(self, folder: str) -> IgnoreRule | None:
        """The rule for which *folder*, or one above it in its repository, is ignored."""
        if folder not in self._ignored:
            is_top = self._is_top(folder)
            above = None if is_top else self._find_above(dirname(folder))
            rule = above if above or is_top else self._decide(folder, is_folder=True)
            self._ignored[folder] = rule
        return self._ignored[folder]

    def _is_top(self, folder: str) -> bool:
        if folder == "/" or find_directory(Path(folder)) is not None:
            return True
        return folder == self._root and not self._has_repository(folder)

    @staticmethod
    def _has_repository(folder: str) -> bool:
        return any(find_directory(above) is not None for above in Path(folder).parents)

    def _decide(self, place: str, *, is_folder: bool) -> IgnoreRule | None:
        """The rule that ignores just this name: the nearest file that says anything of it decides."""
        for base, file in self._list_levels(dirname(place)):
            entry = place[len(base.rstrip("/")) + 1 :] + ("/" if is_folder else "")
            if not file.any_of.search(entry):
                continue
            for rule in file.rules:
                if _means(rule.pattern, entry):
                    return rule if rule.ignores else None
        return None

    def _list_levels(self, folder: str) -> tuple[_Level, ...]:
        """The rules that hold in *folder*, its own first."""
        if folder not in self._levels:
            own = self._read(join(folder, FILE))
            levels = [_Level(folder, own)] if own else []
            if not self._is_top(folder):
                levels += self._list_levels(dirname(folder))
            elif exclude := self._read_exclude(folder):
                levels.append(_Level(folder, exclude))
            self._levels[folder] = tuple(levels)
        return self._levels[folder]

    def _read_exclude(self, top: str) -> _RuleFile | None:
        """The rules that a clone keeps for itself; worktrees share them."""
        directory = find_directory(Path(top))
        if directory is None:
            return None
        try:
            shared = os.fsdecode(read_regular(Path(directory, "commondir"), _MAX_BYTES).octets).strip()
        except OSError:
            shared = "."
        return self._read(join(directory, shared, "info", "exclude"))

    def _read(self, location: str) -> _RuleFile | None:
        """The rules of a file, compiled anew when it changed; None where there is none to read."""
        try:
            status = os.lstat(location)
            stamp = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev)
            known = self._files.get(location)
            if known is not None and known[0] == stamp:
                return known[1]
            text = os.fsdecode(read_regular(Path(location), _MAX_BYTES, follow_links=False).octets)
        except OSError:
            return None
        rules = tuple(_compile_rules(os.path.relpath(location, self._root), text))[::-1]
        if not rules:
            return None
        any_of = "|".join(f"(?:{_GROUP_NAME.sub('?:', rule.pattern.pattern)})" for rule in rules)
        made = _RuleFile(rules, re.compile(any_of, re.DOTALL))
        self._files[location] = (stamp, made)
        return made


class IgnoredFiles:
    """What is ignored in the collections of a project that ask for it."""

    def __init__(self, root: str, collections: Sequence[Collection]) -> None:
        self._git = GitIgnore(root)
        self._asking = frozenset(one.type for one in collections if one.ignore == GIT)
        # A folder is left out whole only if all who look into it agree.
        others = {one.path for one in collections if one.ignore != GIT}
        self._folders = {one.path for one in collections} - others

    def forget(self) -> bool:
        """Look at the disk again from now on; False where that makes no difference."""
        self._git.forget()
        return bool(self._asking)

    def has(self, collection: Collection, path: str) -> bool:
        """True for a file that *collection* leaves out for this."""
        return collection.type in self._asking and self._git.find(path) is not None

    def covers(self, top: str, folder: str) -> bool:
        """True for a *folder* in which no collection whose folder is *top* has a file."""
        if top not in self._folders or strip_folder(top, folder) is None:
            return False
        return self._git.find(folder, is_folder=True) is not None


def _means(pattern: re.Pattern[str], entry: str) -> bool:
    """True when *pattern* means *entry* itself, and not a folder above it, which was judged before.

    pathspec's expressions match a beginning: `^a/` what lies in `a`, `.` everything, a bare `/` each folder.
    """
    found, source = pattern.search(entry), pattern.pattern
    if found is None:
        return False
    if not source.startswith("^"):
        return source == "." or entry.endswith("/")
    return found.end() < len(entry) if source.endswith("/") else found.end() == len(entry)


def _compile_rules(file: str, text: str) -> Iterator[IgnoreRule]:
    """The rules of a *text*, in its order; a line that means nothing is passed over, as Git does.

    So is one with more `*` and `**` than anybody writes.
    """
    from pathspec import GitIgnoreSpec  # costs 10 ms, and most projects ask for none

    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        try:
            patterns = GitIgnoreSpec.from_lines([line.removesuffix("\r")]).patterns
        except ValueError:
            continue
        for one in patterns:
            if one.include is None or not isinstance(one.regex, re.Pattern):
                continue
            if pattern := _limit_time(one.regex.pattern):
                yield IgnoreRule(file, number, line.strip(), re.compile(pattern, re.DOTALL), one.include)


def _limit_time(pattern: str) -> str | None:
    """*pattern* of pathspec, so that no name takes long; None where a hostile one still would.

    What stands between two stars is taken where it comes first, and never tried again further on.
    """
    first, *pieces = pattern.split(_STAR)
    bounded, stars = first, 0
    for number, piece in enumerate(pieces, 1):
        is_between = number < len(pieces) and piece and "(" not in piece
        bounded += f"(?>{_STAR}?{piece})" if is_between else _STAR + piece
        stars += not is_between
    is_quick = stars <= _MAX_STARS and bounded.count(_FOLDERS) <= _MAX_FOLDERS
    return bounded if is_quick else None
