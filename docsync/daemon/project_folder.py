"""The identity of the project's folder: is it the one of the start, and is a project there again?

Never creates one.
"""

import os
from collections.abc import Iterable
from pathlib import Path

Identity = tuple[int, int]


class ProjectFolder:
    """Remembers which folder the daemon was started for, and keeps it open until it is closed."""

    def __init__(self, root: Path, config_file: Path | None, collections: Iterable[str]) -> None:
        """*collections* are the paths of their folders below *root*."""
        self.root = root
        self._marks = [root / path for path in collections] + ([config_file] if config_file else [])
        self._descriptor: int | None = None
        self._take()

    def _take(self) -> None:
        self._identity = identity(self.root)
        self._descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def close(self) -> None:
        """Let go of the folder: what is open cannot be unmounted."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def is_still_there(self) -> bool:
        """False when the folder was moved, deleted, unmounted or replaced."""
        return is_still(self.root, self._identity)

    def find_new_place(self) -> Path | None:
        """Where the folder was moved to; None where that is not known: deleted, unmounted, not on Linux."""
        if self._descriptor is None:
            return None
        try:
            place = Path(f"/proc/self/fd/{self._descriptor}").readlink()
        except OSError:
            return None
        return place if place != self.root and is_still(place, self._identity) else None

    def is_back(self) -> bool:
        """True once a project is there: an empty mount point has neither a configuration nor collections."""
        if not any(map(os.path.exists, self._marks)):
            return False
        self.close()
        self._take()
        return True


def identity(folder: Path) -> Identity:
    """Device and inode of *folder*. Raises OSError."""
    status = folder.stat()
    return (status.st_dev, status.st_ino)


def is_still(folder: Path, known: Identity) -> bool:
    """False when *folder* went or is another one than *known*. What cannot be examined has not gone."""
    try:
        return identity(folder) == known
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
