"""The watcher of a tree in memory: the hints of each step, also of single files and names that it is to follow.

`test_hints.py` holds it against the watcher that ships. Never wakes the daemon itself.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from posixpath import dirname

from docsync.model import FollowedFile, Sign
from docsync.names import covers, is_hidden
from tests.simulation.carry_out import Filesystem, Hints, watched

_WRITES = (Sign.OPEN, Sign.CLOSED)


class FakeWatcher:
    """Watches *folders* and the files that it is told to follow, as those lay when it was told."""

    def __init__(self, filesystem: Filesystem, folders: Sequence[str]) -> None:
        self._filesystem = filesystem
        self._folders = tuple(folders)
        self._files: dict[str, FollowedFile] = {}
        self._inodes: dict[str, int] = {}
        self._names: Counter[int] = Counter()
        self._missing: set[str] = set()

    def follow(self, files: Mapping[str, FollowedFile]) -> Hints:
        """Follow *files* and no others; each that is followed otherwise than before is hinted."""
        changed = [path for path, file in files.items() if self._files.get(path) != file]
        self._files = dict(files)
        self._inodes = {path: inode for path, inode in self._inodes.items() if path in files}
        for path in changed:
            self._hold(path)
        self._look()
        return [(path, Sign.ATTRIBUTES) for path in changed]

    def resync(self) -> None:
        """Follow what lies at each path by now."""
        for path in self._files:
            self._hold(path)
        self._look()

    def take(self, done: Hints) -> Hints:
        """What is hinted of *done*, all that became of any name in one step."""
        heard = list(watched(done, self._folders))
        return heard + self._take_followed(done) if self._files else heard

    def _hold(self, path: str) -> None:
        self._inodes.pop(path, None)
        inode = self._inode_at(path)
        if self._files[path].inode is not None and inode is not None:
            self._inodes[path] = inode

    def _inode_at(self, path: str) -> int | None:
        file = self._filesystem.files.get(self._filesystem.real(path) or "")
        return file.stamp.inode if file else None

    def _look(self) -> None:
        """Remember what is there, to know at the next step what came."""
        self._names = Counter(file.stamp.inode for file in self._filesystem.files.values())
        names = {name for file in self._files.values() for name in file.names}
        self._missing = {name for name in names if not self._is_there(name)}

    def _is_there(self, name: str) -> bool:
        filesystem = self._filesystem
        return name in filesystem.files or name in filesystem.links or name in filesystem.folders

    def _take_followed(self, done: Hints) -> Hints:
        names, missing = self._names, self._missing
        self._look()
        hints: Hints = [
            (path, Sign.FOLDER)
            for path, file in self._files.items()
            if any(self._is_told(name, done, missing) for name in file.names)
        ]
        signs = [(self._inode_at(name), sign) for name, sign in done if sign in (*_WRITES, Sign.ATTRIBUTES)]
        for path, inode in list(self._inodes.items()):
            if names[inode] != self._names[inode]:
                hints.append((path, Sign.ATTRIBUTES))
                if not self._names[inode]:
                    self._hold(path)
            else:
                hints += [(path, sign) for written, sign in signs if written == inode]
        return hints

    def _is_told(self, name: str, done: Hints, missing: set[str]) -> bool:
        """True when something became of *name*: what is written into a file is told of in a watched folder only."""
        is_heard = self._is_watched(dirname(name)) or (name in missing and name not in self._missing)
        return any(
            covers(path, name) and (path != name or sign not in _WRITES or is_heard) for path, sign in done
        )

    def _is_watched(self, folder: str) -> bool:
        is_inside = any(covers(root, folder) for root in self._folders)
        return is_inside and not any(map(is_hidden, folder.split("/")))
