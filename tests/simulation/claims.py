"""What was announced to the daemon: by when it must be in the database, and what a wait may be believed of. Judges nothing."""

from collections.abc import Callable, Iterable

from docsync.names import covers
from tests.simulation.carry_out import Hints
from tests.simulation.fake_filesystem import FakeFilesystem
from tests.simulation.step import News, Step, Verb


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
        self._in_disorder: set[str] = set()
        self._mapped: set[str] = set()

    def touch(self, path: str, now_ns: int) -> None:
        """Something became of *path*."""
        self.touched_ns[path] = now_ns
        for memory in (self._in_disorder, self._mapped, self._led, self.blind):
            memory.discard(path)

    def is_covered(self, path: str, *, looked: bool) -> bool:
        """True when a wait that is over is about *path*: no file that is still open, nor one that no hint leads to.

        Symbolic links to what no hint tells of are looked at with every wait, and with *looked* everything is that
        was asked for.
        """
        heard = looked or path not in self._untold or path in self._led
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
        self._note_bytes(step, hints)
        is_silent = step.news is News.SILENT
        for path, origin in self._echoes.items():
            self._note_echo(
                path, None if is_silent or not _leads(hints, origin) else due_ns(len(hints)), is_silent
            )
        for number, (path, _) in enumerate(hints, 1):
            self.expect(path, None if is_silent else due_ns(number))

    def _note_bytes(self, step: Step, hints: Hints) -> None:
        written = {*self._echoes, *self._echoes.values(), self._filesystem.real(step.path) or ""}
        if step.news is News.SHUFFLED:  # hints that overtake each other may end with that of an open file
            self._in_disorder |= {*self._echoes, *(path for path, _ in hints)}
        if step.verb is Verb.MAP:
            is_told = step.news in (News.NOW, News.LATE, News.TWICE) and hints
            (self._mapped if is_told else self.blind).update(written)

    def _note_echo(self, path: str, at_ns: int | None, is_silent: bool) -> None:
        """What other names hold now is known from the hint of the path that was written, if that has one."""
        is_link, was_told = path in self._filesystem.links, path not in self._untold
        if at_ns is None:
            self.expect(path, None)
            if is_link and was_told and not is_silent:
                self._led.add(path)
        elif was_told or not is_link:  # who was not told where a link leads does not know whom it concerns
            self.expect(path, at_ns)

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
        self.expect("", at_ns)
        for path in untold:
            self.expect(path, None)


def _leads(hints: Iterable[tuple[str, object]], path: str) -> bool:
    return any(covers(scope, path) for scope, _ in hints)
