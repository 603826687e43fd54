"""The same steps on a real folder, for the tests that hold the made-up tree against the real one. Never judges."""

import ctypes
import mmap
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from docsync.names import covers
from docsync.scan.read import stamp_of
from tests.simulation.name_table import File, Folder
from tests.simulation.symlink import Symlink

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_LIBC = ctypes.CDLL(None, use_errno=True)


class Disk:
    """What FakeFilesystem does in memory, done beneath *root*. Permissions are left out: tests may run as root."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._open: dict[int, int] = {}

    @property
    def files(self) -> dict[str, File]:
        """Every file and pipe that is there now."""
        return {
            self._name(path): File(path.read_bytes() if path.is_file() else None, stamp_of(path.stat()))
            for path in sorted(self._root.rglob("*"))
            if not path.is_dir() and not path.is_symlink()
        }

    @property
    def links(self) -> dict[str, Symlink]:
        """Every symbolic link that is there now."""
        return {
            self._name(path): Symlink(str(path.readlink()), stamp_of(path.lstat()))
            for path in sorted(self._root.rglob("*"))
            if path.is_symlink()
        }

    @property
    def folders(self) -> dict[str, Folder]:
        """Every folder that is there now."""
        found = {
            self._name(path): Folder(path.stat().st_ino)
            for path in self._root.rglob("*")
            if path.is_dir() and not path.is_symlink()
        }
        return {"": Folder(self._root.stat().st_ino), **found}

    def real(self, path: str) -> str | None:
        """Where the link *path* leads; None where that is out of this folder, a loop, or beneath what is no folder."""
        if not (self._root / path).is_symlink():
            return path
        real = Path(os.path.realpath(self._root / path))
        if not real.is_relative_to(self._root.resolve()) or real.is_symlink() or not real.parent.is_dir():
            return None
        return real.relative_to(self._root.resolve()).as_posix()

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def write(self, path: str, octets: bytes | None, mtime_ns: int | None = None) -> bool:
        target = self._root / path
        if target.is_symlink() and self.real(path) is None:
            return False
        if target.is_dir() or not (target.is_symlink() or self.make_folder(str(Path(path).parent))):
            return False
        if octets is None:
            os.mkfifo(target)
        elif target.is_fifo():
            return False
        else:
            target.write_bytes(octets)
            self._close(self._open.pop(target.stat().st_ino, None))
        if mtime_ns is not None:
            os.utime(target, ns=(mtime_ns, mtime_ns))
        return True

    def half(self, path: str, octets: bytes) -> bool:
        target = self._root / path
        if not target.is_file() and not self.write(path, b""):  # what may not be written is known there
            return False
        if self.real(path) is None:
            return False
        descriptor = os.open(target, os.O_WRONLY | os.O_TRUNC)
        os.write(descriptor, octets)
        self._close(self._open.pop(os.fstat(descriptor).st_ino, None))
        self._open[os.fstat(descriptor).st_ino] = descriptor
        return True

    @staticmethod
    def _close(descriptor: int | None) -> None:
        if descriptor is not None:
            os.close(descriptor)

    def close(self) -> None:
        """Whatever still wrote a file ends."""
        while self._open:
            self._close(self._open.popitem()[1])

    def map(self, path: str, octets: bytes) -> bool:
        target = self._root / path
        if not target.is_file() or self.real(path) is None:
            return False
        before = target.read_bytes()
        if len(before) != len(octets) or before == octets:
            return False
        mtime_ns = target.stat().st_mtime_ns
        with target.open("r+b") as file, mmap.mmap(file.fileno(), 0) as mapping:
            mapping[:] = octets
        os.utime(target, ns=(mtime_ns, mtime_ns))
        return True

    def save(self, path: str, octets: bytes) -> bool:
        return self._beside(path, lambda beside: beside.write_bytes(octets))

    def _beside(self, path: str, make: Callable[[Path], object]) -> bool:
        """*make* something beside and rename it into place; not over a folder."""
        target = self._root / path
        if self._is_folder(target) or not self.make_folder(str(Path(path).parent)):
            return False
        beside = target.with_name(target.name + ".tmp")
        make(beside)
        beside.replace(target)
        return True

    @staticmethod
    def _is_folder(target: Path) -> bool:
        return target.is_dir() and not target.is_symlink()

    def set_mtime(self, path: str, mtime_ns: int) -> bool:
        target = self._root / path
        there = self.real(path) is not None and target.exists() and not target.is_dir()
        os.utime(target, ns=(mtime_ns, mtime_ns)) if there else None
        return there

    def delete(self, path: str) -> bool:
        target = self._root / path
        there = (target.exists() or target.is_symlink()) and not self._is_folder(target)
        target.unlink() if there else None
        return there

    def copy(self, source: str, target: str) -> bool:
        file = self._root / source
        if self.real(source) is None or not file.is_file() or source == target:
            return False
        return self.write(target, file.read_bytes(), file.stat().st_mtime_ns)

    def link(self, path: str, source: str, *, beside: bool = False) -> bool:
        old, new = self._root / source, self._root / path
        if old.is_symlink() or not old.is_file() or self._is_same(old, new):
            return False
        if beside:
            return self._beside(path, lambda name: name.hardlink_to(old))
        return self._in_place(path, lambda name: name.hardlink_to(old))

    def _is_same(self, one: Path, other: Path) -> bool:
        return other.exists() and not other.is_symlink() and one.samefile(other)

    def symlink(self, path: str, target: str, *, beside: bool = False) -> bool:
        way = self._beside if beside else self._in_place
        return way(path, lambda name: name.symlink_to(target))

    def _in_place(self, path: str, make: Callable[[Path], object]) -> bool:
        target = self._root / path
        if self._is_folder(target) or not self.make_folder(str(Path(path).parent)):
            return False
        target.unlink(missing_ok=True)
        make(target)
        return True

    def make_folder(self, path: str) -> bool:
        try:
            (self._root / path).mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            return False
        return True

    def beneath(self, path: str) -> list[str]:
        return [name for name in (*self.files, *self.links) if name != path and covers(path, name)]

    def remove(self, path: str) -> bool:
        there = self._is_folder(self._root / path)
        if there:
            shutil.rmtree(self._root / path)
        return there

    def move(self, source: str, target: str) -> bool:
        old, new = self._root / source, self._root / target
        if covers(source, target) or covers(target, source) or not self._has(old) or self._is_folder(new):
            return False
        folder = self._is_folder(old)
        if (folder and self._has(new)) or not self.make_folder(str(Path(target).parent)):
            return False
        if not folder and not old.is_symlink() and self._is_same(old, new):
            return False
        old.replace(new)
        return True

    @staticmethod
    def _has(path: Path) -> bool:
        return path.exists() or path.is_symlink()

    def exchange(self, one: str, other: str) -> bool:
        paths = (self._root / one, self._root / other)
        links, folders = any(path.is_symlink() for path in paths), any(map(self._is_folder, paths))
        if (links and folders) or covers(one, other) or covers(other, one) or not all(map(self._has, paths)):
            return False
        if not folders and not links and paths[0].samefile(paths[1]):
            return False
        names = [os.fsencode(path) for path in paths]
        failed = _LIBC.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
        if failed:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), one)
        return True

    def shut(self, path: str, *, shut: bool) -> bool:
        return (self._root / path).exists()
