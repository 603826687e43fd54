"""Says why a file is no document, and counts those that look like one and are none. Never opens a file.

For people who look: a sync never asks.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from posixpath import basename, dirname, join

from docsync.foreign import FolderRule
from docsync.names import (
    Collection,
    ancestors,
    compile_any,
    describe_hidden,
    is_hidden,
    is_presentable,
    list_foreign,
    strip_folder,
    to_printable,
)
from docsync.real_path import real_path
from docsync.scan.git_ignore import GitIgnore, IgnoredFiles

MAX_NAMES = 100_000
"""How many names are looked at: more would keep whoever asked waiting."""
# Nobody keeps documents in these, and they may hold very many files.
_OWN_FOLDERS = frozenset((".git", ".docsync"))


class LeftOutKind(StrEnum):
    """Why files are left out that a pattern would match."""

    CASE = "case"
    HIDDEN_FOLDER = "hidden_folder"
    HIDDEN_NAME = "hidden_name"
    FOREIGN = "foreign"
    EXCLUDED = "excluded"
    IGNORED = "ignored"


# Of one file, and of several.
_SAID = {
    LeftOutKind.CASE: ("differs in case only from a pattern", "differ in case only from a pattern"),
    LeftOutKind.HIDDEN_FOLDER: ("in a hidden folder is not read", "in hidden folders are not read"),
    LeftOutKind.HIDDEN_NAME: ("with a hidden name is not read", "with hidden names are not read"),
    LeftOutKind.FOREIGN: (
        "in a folder of another program is not read",
        "in folders of other programs are not read",
    ),
    LeftOutKind.EXCLUDED: ("is excluded", "are excluded"),
    LeftOutKind.IGNORED: ("is ignored by Git", "are ignored by Git"),
}
_MEANT = frozenset((LeftOutKind.EXCLUDED, LeftOutKind.IGNORED))


@dataclass(slots=True)
class LeftOutFiles:
    """Files that are left out for one reason: how many, and the first of them."""

    kind: LeftOutKind
    count: int
    first: str

    def describe(self) -> str:
        """A sentence about them: `4 files in hidden folders are not read (personas/.team/ada.json)`."""
        singular, plural = _SAID[self.kind]
        number = f"1 file {singular}" if self.count == 1 else f"{self.count} files {plural}"
        return f"{number} ({'' if self.count == 1 else 'such as '}{to_printable(self.first)})"


@dataclass(slots=True)
class LeftOutSurvey:
    """All that is left out, by reason, and the patterns that match no file; `is_whole`: all was looked at."""

    files: dict[LeftOutKind, LeftOutFiles] = field(default_factory=dict)
    unmatched: list[tuple[Collection, str]] = field(default_factory=list)
    is_whole: bool = True

    def list_sentences(self, *, with_meant: bool) -> list[str]:
        """A sentence for each reason, and for each pattern that matches nothing.

        *with_meant*: also for what the configuration leaves out.
        """
        kinds = [kind for kind in LeftOutKind if with_meant or kind not in _MEANT]
        said = [self.files[kind].describe() for kind in kinds if kind in self.files]
        if not self.is_whole:
            return [*said, f"more than {MAX_NAMES} names: not all were looked at"]
        return [*said, *(f"{to_printable(one.path)}: no file matches {glob}" for one, glob in self.unmatched)]

    def note(self, kind: LeftOutKind, path: str) -> None:
        """Count the file *path*."""
        known = self.files.setdefault(kind, LeftOutFiles(kind, 0, path))
        known.count += 1
        known.first = min(known.first, path)


def survey_left_out(
    root: str, collections: Sequence[Collection], max_names: int = MAX_NAMES
) -> LeftOutSurvey:
    """What is left out of *collections* in the project *root*, of the first *max_names* names."""
    survey, rule, left = LeftOutSurvey(), FolderRule.make(collections), max_names
    ignored = IgnoredFiles(real_path(root), collections)
    for folder in dict.fromkeys(one.path for one in collections):
        here = [one for one in collections if one.path == folder]
        others = [one for one in collections if one.path != folder]
        survey.unmatched += ((one, glob) for one in here for glob in one.include)
        for path, kind in _list_files(root, "" if folder == "." else folder, rule):
            left -= 1
            if left < 0:
                survey.is_whole = False
                return survey
            taking = [one for one in here if kind is None and one.matches(path)]
            if taking and all(ignored.has(one, path) for one in taking):
                survey.note(LeftOutKind.IGNORED, path)
            elif taking:
                survey.unmatched = [one for one in survey.unmatched if not _matches(*one, path)]
            elif not any(one.matches(path) for one in others) and (why := _judge(here, path, kind)):
                survey.note(why, path)
    is_there = {one.path: os.path.isdir(join(root, one.path)) for one in collections}  # noqa: PTH112
    survey.unmatched = [one for one in survey.unmatched if is_there[one[0].path]]
    return survey


def _matches(collection: Collection, glob: str, path: str) -> bool:
    inner = strip_folder(collection.path, path)
    return inner is not None and bool(compile_any((glob,)).match(inner))


def _list_files(root: str, top: str, rule: FolderRule) -> Iterator[tuple[str, LeftOutKind | None]]:
    """Every file beneath the folder *top*, with the reason for which its folder is not entered."""
    folders: list[tuple[str, LeftOutKind | None]] = [(top, None)]
    while folders:
        folder, kind = folders.pop()
        place = join(root, folder)
        if kind is None and folder != top and rule.describe_content(folder, place):
            kind = LeftOutKind.FOREIGN
        try:
            with os.scandir(place) as entries:
                listed = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except OSError:
            continue  # doctor says what cannot be read
        for name, is_folder in listed:
            path = join(folder, name)
            if not is_folder:
                yield path, kind
            elif name not in _OWN_FOLDERS and is_presentable(name):
                folders.append((path, kind or _judge_folder(name, rule)))


def _judge_folder(name: str, rule: FolderRule) -> LeftOutKind | None:
    if is_hidden(name):
        return LeftOutKind.HIDDEN_FOLDER
    return LeftOutKind.FOREIGN if rule.describe_name(name) else None


def _judge(here: Sequence[Collection], path: str, kind: LeftOutKind | None) -> LeftOutKind | None:
    """Why *path* is no document of *here*, which share a folder; None if no pattern means it."""
    found: LeftOutKind | None = None
    for one in here:
        inner = strip_folder(one.path, path) or path
        if not compile_any(one.include).match(inner):
            is_near = kind is None and not is_hidden(basename(path))
            if is_near and compile_any(one.include, is_folded=True).match(inner):
                found = LeftOutKind.CASE
        elif kind is not None:
            return kind
        elif is_hidden(basename(path)):
            return LeftOutKind.HIDDEN_NAME
        elif list_foreign(dirname(inner)):
            return LeftOutKind.FOREIGN
        else:
            return LeftOutKind.EXCLUDED
    return found


def explain(root: str, collections: Sequence[Collection], path: str) -> str:
    """Why the file *path* is no document of any of *collections*, as a sentence without a full stop."""
    above = [one for one in collections if strip_folder(one.path, path) is not None]
    if not above:
        folders = ", ".join(to_printable(one.path) for one in collections)
        return f"it lies outside of every collection (their folders: {folders})"
    # That of the collection whose patterns mean it says more than that of any other.
    meant = [one for one in above if compile_any(one.include).match(strip_folder(one.path, path) or "")]
    rule = FolderRule.make(collections)
    if why := _explain_folder(root, rule, (meant or above)[0].path, path):
        return why
    if not meant:
        return _explain_mismatch(above, path)
    if not meant[0].matches(path):
        return _explain_exclusion(meant[0], path)
    return explain_ignored(root, path) or "it is a document"


def explain_ignored(root: str, path: str) -> str | None:
    """By which line Git ignores *path*, None if it does not."""
    rule = GitIgnore(real_path(root)).find(path)
    return rule and f'Git ignores it: {to_printable(rule.file)}:{rule.line}: "{to_printable(rule.text)}"'


def explain_folder(root: str, collections: Sequence[Collection], path: str) -> str | None:
    """Why the folder *path* is not entered, None if it is or lies in no collection's folder."""
    rule = FolderRule.make(collections)
    reasons = [
        _explain_folder(root, rule, one.path, join(path, "x"))
        for one in collections
        if strip_folder(one.path, path) is not None
    ]
    return None if None in reasons or not reasons else reasons[0]


def _explain_folder(root: str, rule: FolderRule, top: str, path: str) -> str | None:
    """The reason that lies in the names on the way from the folder *top* to *path*, or in their content."""
    for one in (*reversed(ancestors(path)), path):
        if strip_folder(top, one) is None:
            continue
        if hidden := describe_hidden(basename(one)):
            return hidden if one == path else f"{hidden}, nor what lies in {to_printable(one)}"
        if one != path and os.path.islink(join(root, one)):  # noqa: PTH114
            return f"{to_printable(one)} is a link to a folder, which is not followed"
    found = rule.find(root, top, dirname(path))
    advice = "to have it, spell it out in a pattern of include"
    return found and f"{to_printable(found[0])} is not entered: {found[1]}; {advice}"


def _explain_exclusion(collection: Collection, path: str) -> str:
    inner = strip_folder(collection.path, path) or path
    globs = [glob for glob in collection.exclude if compile_any((glob,)).match(inner)]
    if globs:
        return f'{collection.type} excludes it with "{globs[0]}"'
    return f"no pattern of {collection.type} that it matches spells its folder out"


def _explain_mismatch(above: Sequence[Collection], path: str) -> str:
    for one in above:
        if compile_any(one.include, is_folded=True).match(strip_folder(one.path, path) or path):
            return f"it differs in case only from what a pattern of {one.type} matches; rename it"
    patterns = "; ".join(f"{one.type}: {', '.join(one.include)}" for one in above)
    return f"no pattern matches it ({patterns})"
