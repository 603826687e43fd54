"""A file tree in memory with the habits of ext4: stamps that tick, inodes that are used again. Never parses anything."""

from dataclasses import replace
from posixpath import dirname

from docsync.model import Stamp
from docsync.names import covers
from tests.simulation.name_table import File, Folder, NameTable
from tests.simulation.symlink import Symlink

_DEVICE = 64


class FakeFilesystem(NameTable):
    """What programs do to files, symbolic links and folders: each returns whether it could be done."""

    # Files

    def write(self, path: str, octets: bytes | None, mtime_ns: int | None = None) -> bool:
        """Write in place, to where a link leads, or a new file; a pipe for None."""
        target = self._to_write(path)
        if target is None:
            return False
        old = self.files.get(target)
        if old and old.octets is None:
            return False
        now_ns = self.now_ns()
        inode = old.stamp.inode if old else self._new_inode()
        stamp = Stamp(now_ns if mtime_ns is None else mtime_ns, now_ns, len(octets or b""), inode, _DEVICE)
        self._open.discard(inode)
        self._put(target, File(octets, stamp, bool(old and old.shut)))
        return True

    def half(self, path: str, octets: bytes) -> bool:
        """Write in place and keep the file open, until it is written again."""
        done = self.write(path, octets)
        if done:
            self._open.add(self.files[self.real(path) or ""].stamp.inode)
        return done

    def is_open(self, path: str) -> bool:
        """True while some program may still write what *path* leads to."""
        file = self.file_at(path)
        return file is not None and file.stamp.inode in self._open

    def _to_write(self, path: str) -> str | None:
        """The path that a program writes which opens *path*, None if it cannot."""
        path = self.real(path) or ""
        return path if path not in self.folders and self.make_folder(dirname(path)) else None

    def map(self, path: str, octets: bytes) -> bool:
        """Write as many other bytes through a mapping that leaves every time as it was, as on a tmpfs."""
        target = self.real(path) or ""
        file = self.files.get(target)
        if file is None or file.octets is None or len(file.octets) != len(octets) or file.octets == octets:
            return False
        self._put(target, replace(file, octets=octets))
        return True

    def save(self, path: str, octets: bytes) -> bool:
        """Write beside and rename into place: another inode."""
        if path in self.folders or not self.make_folder(dirname(path)):
            return False
        now_ns = self.now_ns()
        self._enter(path, File(octets, Stamp(now_ns, now_ns, len(octets), self._new_inode(), _DEVICE)))
        return True

    def set_mtime(self, path: str, mtime_ns: int) -> bool:
        """Give a file another mtime."""
        target = self.real(path) or ""
        file = self.files.get(target)
        if file:
            self._put(
                target, replace(file, stamp=file.stamp._replace(mtime_ns=mtime_ns, ctime_ns=self.now_ns()))
            )
        return file is not None

    def delete(self, path: str) -> bool:
        """A name goes."""
        node = self._node(path)
        if node is not None:
            self._set(path, None)
            self._unname(node)
        return node is not None

    def copy(self, source: str, target: str) -> bool:
        """Write what is in *source* to *target*, its mtime kept."""
        file = self.file_at(source)
        if file is None or file.octets is None or source == target:
            return False
        return self.write(target, file.octets, file.stamp.mtime_ns)

    # Links

    def link(self, path: str, source: str, *, beside: bool = False) -> bool:
        """Another name *path* of the file *source*: made there after the old one went, or *beside* and moved over it."""
        file = self.files.get(source)
        if file is None or file.octets is None or path in self.folders:
            return False
        if path in self.names_of(source) or not self.make_folder(dirname(path)):
            return False
        if not beside:
            self.delete(path)
        self._is_any_shared = True
        file = self._stamp_names(source)
        self._enter(path, file)
        return True

    def symlink(self, path: str, target: str, *, beside: bool = False) -> bool:
        """A symbolic link that says *target*; *beside* as above."""
        if path in self.folders or not self.make_folder(dirname(path)):
            return False
        if not beside:
            self.delete(path)
        now_ns = self.now_ns()
        stamp = Stamp(now_ns, now_ns, len(target), self._new_inode(), _DEVICE)
        self._enter(path, Symlink(target, stamp))
        return True

    # Folders

    def make_folder(self, path: str) -> bool:
        """Make a folder and those above it; False where a file is in the way."""
        if path in self.folders:
            return True
        if path in self.files or path in self.links or not self.make_folder(dirname(path)):
            return False
        with self._echoing(path):
            self.folders[path] = Folder(self._new_inode())
            self._moved(path)
        return True

    def beneath(self, path: str) -> list[str]:
        """The files and links beneath the folder *path*."""
        return [name for name in (*self.files, *self.links) if name != path and covers(path, name)]

    def remove(self, path: str) -> bool:
        """A folder and all beneath it go."""
        if path not in self.folders:
            return False
        for name in self.beneath(path):
            self.delete(name)
        with self._echoing(path):
            for name in [name for name in self.folders if covers(path, name)]:
                self._free.append(self.folders.pop(name).inode)
            self._moved(path)
        return True

    # Both

    def move(self, source: str, target: str) -> bool:
        """Rename a file (over another one) or a folder (to a free name)."""
        if covers(source, target) or covers(target, source) or not self.has(source):
            return False
        if source in self.folders:
            return not self.has(target) and self._move_folder(source, target)
        if target in self.folders or not self.make_folder(dirname(target)):
            return False
        node = self._node(source)
        if node is None or (source in self.files and target in self.names_of(source)):
            return False  # of two names of one file neither goes
        node = self._stamp_names(source) if source in self.files else node
        self._set(source, None)
        self._enter(target, node)
        return True

    def _move_folder(self, source: str, target: str) -> bool:
        if not self.make_folder(dirname(target)):
            return False
        with self._echoing(target):
            for name in [name for name in self.folders if covers(source, name)]:
                self.folders[target + name[len(source) :]] = self.folders.pop(name)
            self._moved(source, target)
            for name in self.beneath(source):
                node = self._node(name)
                self._set(name, None)
                self._set(target + name[len(source) :], node)
        return True

    def exchange(self, one: str, other: str) -> bool:
        """Two names trade places at once. Links and folders do not: nothing here goes by a path through a link."""
        apart = not covers(one, other) and not covers(other, one) and self.has(one) and self.has(other)
        if not apart or ({one, other} & self.links.keys() and {one, other} & self.folders.keys()):
            return False
        if one in self.files and other in self.names_of(one):
            return False
        for name in {one, other} & self.files.keys():
            self._stamp_names(name)
        with self._echoing(one):
            self._trade(one, other)
        return True

    def _trade(self, one: str, other: str) -> None:
        there = {one: other, other: one}
        goes = {
            name: there[top] + name[len(top) :]
            for top in there
            for name in (*self.files, *self.links, *self.folders)
            if covers(top, name)
        }
        nodes = {goes[name]: self._node(name) for name in goes if name not in self.folders}
        folders = {goes[name]: self.folders.pop(name) for name in goes if name in self.folders}
        self.folders |= folders
        self._moved(one, other)
        for name in dict.fromkeys((*goes, *nodes)):
            if name in nodes or self._node(name) is not None:
                self._set(name, nodes.get(name))

    def shut(self, path: str, *, shut: bool) -> bool:
        """Take from everybody the right to read a file or a folder, or give it back; not through a link."""
        if path in self.folders:
            for name in self.beneath(path):
                self._changing(name)
            with self._echoing(path):
                self.folders[path] = replace(self.folders[path], shut=shut)
                self._is_any_shut |= shut
                self._moved()
            for name in self.beneath(path):
                self._changed(name)
        elif path in self.files:
            file = self.files[path]
            self._put(path, replace(file, shut=shut, stamp=file.stamp._replace(ctime_ns=self.now_ns())))
        return path in self.folders or path in self.files
