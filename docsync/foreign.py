"""Which folders are not entered, as other programs keep them: by their name, and by what lies in them.

Never lists a folder and never raises.
"""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import basename, join
from typing import Self

from docsync.names import Collection, ancestors, covers, describe_foreign, list_fixed_names, strip_folder
from docsync.regular_file import read_regular

ENVIRONMENT_FILE = "pyvenv.cfg"
WORKTREE_FILE = ".git"
MARKERS = frozenset((ENVIRONMENT_FILE, WORKTREE_FILE))
"""The names in a folder that decide whether it is entered."""

# A path and what Git writes before it.
_MAX_BYTES = 8192


@dataclass(frozen=True, slots=True)
class FolderRule:
    """Which folders are entered although another program keeps them, as they are asked for.

    `names` are those that a pattern spells out, `paths` the folders of the collections. `rule_files` are the
    names of files that decide what in their folder, and beneath it, is a document.
    """

    names: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ()
    rule_files: frozenset[str] = frozenset()

    @classmethod
    def make(cls, collections: Iterable[Collection]) -> Self:
        """The rule of a project with these *collections*."""
        kept = tuple(collections)
        names = (list_fixed_names(glob) for one in kept for glob in one.include)
        rule_files = frozenset({".gitignore"} if any(one.ignore == "git" for one in kept) else ())
        return cls(frozenset().union(*names), tuple(one.path for one in kept), rule_files)

    def describe_name(self, name: str) -> str | None:
        """What a folder of this *name* holds, None if it is entered."""
        return None if name in self.names else describe_foreign(name)

    def describe_content(self, path: str, location: str) -> str | None:
        """What lies in the folder *path* that keeps docsync out of it, None if it is entered.

        *location* is what the system calls it. The folder of a collection, and each above it, is asked for.
        """
        if basename(path) in self.names or any(covers(path, one) for one in self.paths):
            return None
        if _is_file(join(location, ENVIRONMENT_FILE)):
            return f"a virtual environment of Python ({ENVIRONMENT_FILE})"
        if _is_file(git := join(location, WORKTREE_FILE)) and _is_worktree(git):
            return f"another worktree of a Git repository ({WORKTREE_FILE})"
        return None

    def find(self, root: str, top: str, folder: str) -> tuple[str, str] | None:
        """The outermost folder on the way from *top*, a collection's, to *folder* that is not entered.

        With what it holds. *root* is the project's folder.
        """
        for path in (*reversed(ancestors(folder)), folder):
            if strip_folder(top, path) is None:
                continue
            if found := self.describe_name(basename(path)) or self.describe_content(path, join(root, path)):
                return path, found
        return None


NOTHING_ASKED_FOR = FolderRule()
"""The rule where no pattern and no collection's path names a folder."""


def _is_file(location: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(location).st_mode)  # noqa: PTH116  # a str: twice for every folder
    except OSError:
        return False


def _is_worktree(git: str) -> bool:
    """True where the file *git* leads to `…/worktrees/<name>`; of a submodule it is `…/modules/<name>`."""
    try:
        text = read_regular(Path(git), _MAX_BYTES).octets
    except OSError:
        return False
    if not text.startswith(b"gitdir:"):
        return False
    folder = PurePosixPath(os.fsdecode(text.removeprefix(b"gitdir:").strip()))
    return folder.parent.name == "worktrees"
