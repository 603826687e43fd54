"""What was announced to the daemon: by when it must be in the database, and what a wait may be believed of. Judges nothing."""

from collections.abc import Callable, Iterable, Set
from typing import NamedTuple

from docsync.model import Sign
from docsync.names import covers, is_hidden
from docsync.sync.thread.request import Request
from tests.simulation.carry_out import Hints
from tests.simulation.fake_filesystem import FakeFilesystem
from tests.simulation.step import News, Step, Verb


class Asked(NamedTuple):
    """A request, when it was asked, and the paths that nobody had told the daemon of until then."""

    request: Request
    at_ns: int
    untold: Set[str]


class Claims:
    """The deadlines of what was announced, and the paths that nothing is claimed of."""

    def __init__(self, filesystem: FakeFilesystem) -> None:
        self.deadlines: dict[str, int] = {}
        self.touched_ns: dict[str, int] = {}
        self.blind: set[str] = set()
        """Paths that hold something else under the stamp that they had, without a hint: nobody can know."""
        self._filesystem = filesystem
        self._echoes = filesystem.echoes
        self._untold: set[str] = set()
        self._led: set[str] = set()
        self._shared: dict[str, int] = {}
        self._in_disorder: set[str] = set()
        self._mapped: set[str] = set()
        self._told_by_name: dict[str, int] = {}
        """The files that were told of under another name only, at which nobody has looked yet, with their inodes."""

    def touch(self, path: str, now_ns: int) -> None:
        """Something became of *path*."""
        self.touched_ns[path] = now_ns
        for memory in (self._mapped, self._led, self.blind):
            memory.discard(path)

    def last_touched_ns(self, path: str) -> int:
        """When something became of *path*, or of the file that it leads to."""
        end = self._filesystem.real(path) or path
        return max(self.touched_ns[path], self.touched_ns.get(end, 0))

    def list_untold(self) -> Set[str]:
        """The paths that nobody has told the daemon of until now."""
        return frozenset(self._untold)

    def is_covered(self, path: str, untold: Set[str], *, looked: bool) -> bool:
        """True when a wait that is over is about *path*: no file that is still open, nor one that nobody told of.

        *untold* are the paths that nobody had told of when it was asked. Symbolic links to what no hint tells of
        are looked at with every wait, and with *looked* everything is that was asked for.
        """
        heard = looked or path not in untold or path in self._led
        return heard and path not in self._in_disorder and not self._filesystem.is_open(path)

    def pop_late(self, now_ns: int) -> list[str]:
        """The paths whose deadline is over."""
        late = [path for path, at_ns in self.deadlines.items() if at_ns <= now_ns]
        for path in late:
            del self.deadlines[path]
        return late

    def postpone(self, by_ns: int) -> None:
        """Everything that is announced takes longer."""
        self.deadlines = {path: at_ns + by_ns for path, at_ns in self.deadlines.items()}

    def note(self, step: Step, hints: Hints, due_ns: Callable[[int], int]) -> None:
        """*hints* are what is left of those of *step*; the one of a number must have had its effect at `due_ns`."""
        at_ns = None if step.news is News.SILENT else due_ns(len(hints))
        for path in self._echoes:
            self._note_echo(path, hints, at_ns)
        self._lose_names()
        for number, (path, _) in enumerate(hints, 1):
            self._told_by_name.pop(path, None)
            self.expect(path, None if step.news is News.SILENT else due_ns(number))
        # A change of the mode says nothing of whether a file is still being written.
        self._in_disorder -= {path for path, sign in hints if sign is not Sign.ATTRIBUTES}
        if step.news is News.SHUFFLED:  # hints that overtake each other may end with that of an open file
            self._in_disorder |= {*self._echoes, *(path for path, _ in hints)}
        if step.verb is Verb.MAP:
            for path in {*self._echoes, *self._echoes.values(), self._filesystem.real(step.path) or ""}:
                (self.blind if path in self._untold else self._mapped).add(path)

    def _note_echo(self, path: str, hints: Hints, at_ns: int | None) -> None:
        """What other names hold now is known from the hint of the path that was written, or heard of by themselves."""
        origin, passed = self._echoes[path], {path}
        while origin not in passed and origin in self._echoes and self._echoes[origin] != path:
            passed.add(origin)  # names of one file may be each other's echo
            origin = self._echoes[origin]
        is_link, was_told = path in self._filesystem.links, path not in self._untold
        is_told = (
            _leads(hints, origin) and self._filesystem.shut_above(origin) is None
        )  # else nobody can look
        is_heard = is_told or self._is_followed(path, origin)
        if at_ns is None or not is_heard:
            self.expect(path, None)
            if is_link and was_told and self._is_unwatched(origin) and self._leads_by(path, origin):
                self._led.add(path)
        elif was_told or (not is_link and self._is_shared(path)):  # else nobody knows whom it concerns
            self.expect(path, max(at_ns, self.deadlines.get(path, 0)))
            file = self._filesystem.files.get(path)
            if file is not None and not self._is_followed(path, origin):
                self._told_by_name[path] = file.stamp.inode

    def _lose_names(self) -> None:
        """A name that went before anybody looked at it has told of nothing: its file is not known by it."""
        shared = self._filesystem.shared_inodes() if self._told_by_name else ()
        for path, inode in [*self._told_by_name.items()]:
            file = self._filesystem.files.get(path)
            if file is not None and file.stamp.inode == inode and inode not in shared:
                self.expect(path, None)
            if inode not in shared:
                del self._told_by_name[path]

    def _is_unwatched(self, path: str) -> bool:
        """True when no folder's watch tells of *path*."""
        inside = any(covers(folder, path) for folder in ("personas", "prompts"))
        return not inside or any(map(is_hidden, path.split("/")))

    def _is_followed(self, path: str, origin: str) -> bool:
        """True when the daemon hears of *path* what happens to *origin*, of which no folder's watch tells.

        It does of the names on a link's way, and of a file that had several names when it was looked at.
        """
        return self._is_shared(path) or self._leads_by(path, origin)

    def _is_shared(self, path: str) -> bool:
        """True when the file of *path* had several names when it was looked at last."""
        file = self._filesystem.file_at(path)
        return file is not None and self._shared.get(path) == file.stamp.inode

    def _leads_by(self, path: str, origin: str) -> bool:
        steps = self._filesystem.steps_of(path) if path in self._filesystem.links else ()
        return any(covers(origin, name) for name in steps)

    def looked(self, paths: Iterable[str]) -> None:
        """A batch saw the files *paths*: those that have several names are followed from now on."""
        shared = self._filesystem.shared_inodes()
        if self._told_by_name:
            paths = list(paths)
            seen = {file.stamp.inode for file in map(self._filesystem.file_at, paths) if file is not None}
            self._told_by_name = {path: one for path, one in self._told_by_name.items() if one not in seen}
        for path in paths if shared or self._shared else ():
            file = self._filesystem.file_at(path)
            if file is not None and file.stamp.inode in shared:
                self._shared[path] = file.stamp.inode
            else:
                self._shared.pop(path, None)

    def expect(self, scope: str, at_ns: int | None) -> None:
        """What lies in *scope* must be in the database at *at_ns*; None: nobody told the daemon."""
        beneath = scope + "/" if scope else ""
        for path in {*self._filesystem.files, *self.deadlines, *self.touched_ns}:
            if path == scope or path.startswith(beneath):
                if at_ns is None:
                    self.deadlines.pop(path, None)
                    self._untold.add(path)
                else:
                    self.deadlines[path] = at_ns
                    self._untold.discard(path)

    def expect_everything(self, at_ns: int | None, *, started: bool = False) -> None:
        """Every path may have become something else; what nobody was told of stays so, until a daemon has *started*."""
        untold = set() if started else set(self._untold)
        if started:  # it goes by the stamps
            self.blind |= self._mapped
            self._shared.clear()
        self.expect("", at_ns)
        for path in untold:
            self.expect(path, None)


def _leads(hints: Iterable[tuple[str, object]], path: str) -> bool:
    return any(covers(scope, path) for scope, _ in hints)
