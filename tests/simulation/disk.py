"""The same steps on a real folder, for the tests that hold the made-up tree against the real one. Never judges."""

import os
import shutil
from pathlib import Path

from docsync.names import covers
from docsync.scan.read import stamp_of
from tests.simulation.fake_filesystem import File, Folder


class Disk:
    """What FakeFilesystem does in memory, done beneath *root*. Permissions are left out: tests may run as root."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def files(self) -> dict[str, File]:
        """Every file and pipe that is there now."""
        return {
            self._name(path): File(path.read_bytes() if path.is_file() else None, stamp_of(path.stat()))
            for path in sorted(self._root.rglob("*"))
            if not path.is_dir()
        }

    @property
    def folders(self) -> dict[str, Folder]:
        """Every folder that is there now."""
        found = {
            self._name(path): Folder(path.stat().st_ino) for path in self._root.rglob("*") if path.is_dir()
        }
        return {"": Folder(self._root.stat().st_ino), **found}

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def write(self, path: str, octets: bytes | None, mtime_ns: int | None = None) -> bool:
        target = self._root / path
        if target.is_dir() or not self.make_folder(str(Path(path).parent)):
            return False
        if octets is None:
            os.mkfifo(target)
        elif target.is_fifo():
            return False
        else:
            target.write_bytes(octets)
        if mtime_ns is not None:
            os.utime(target, ns=(mtime_ns, mtime_ns))
        return True

    def save(self, path: str, octets: bytes) -> bool:
        target = self._root / path
        if target.is_dir() or not self.make_folder(str(Path(path).parent)):
            return False
        beside = target.with_name(target.name + ".tmp")
        beside.write_bytes(octets)
        beside.replace(target)
        return True

    def set_mtime(self, path: str, mtime_ns: int) -> bool:
        target = self._root / path
        there = target.exists() and not target.is_dir()
        os.utime(target, ns=(mtime_ns, mtime_ns)) if there else None
        return there

    def delete(self, path: str) -> bool:
        target = self._root / path
        there = target.exists() and not target.is_dir()
        target.unlink() if there else None
        return there

    def copy(self, source: str, target: str) -> bool:
        file = self._root / source
        if not file.is_file() or source == target:
            return False
        return self.write(target, file.read_bytes(), file.stat().st_mtime_ns)

    def make_folder(self, path: str) -> bool:
        try:
            (self._root / path).mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            return False
        return True

    def beneath(self, path: str) -> list[str]:
        return [name for name in self.files if name != path and covers(path, name)]

    def remove(self, path: str) -> bool:
        there = (self._root / path).is_dir()
        if there:
            shutil.rmtree(self._root / path)
        return there

    def move(self, source: str, target: str) -> bool:
        old, new = self._root / source, self._root / target
        if covers(source, target) or covers(target, source) or not old.exists() or new.is_dir():
            return False
        if (old.is_dir() and new.exists()) or not self.make_folder(str(Path(target).parent)):
            return False
        old.replace(new)
        return True

    def shut(self, path: str, *, shut: bool) -> bool:
        return (self._root / path).exists()
