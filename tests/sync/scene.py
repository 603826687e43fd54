"""Real files, real hints of the kernel, a real database, and a clock that the test turns: what a reader sees, and when."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from docsync.model import FollowedFile, Sign
from docsync.sync.thread.barrier import Barrier
from docsync.watch.inotify import InotifySource
from tests.helpers.project import Project
from tests.helpers.rig import MS, Rig

COOKIES = ".docsync/cookies"


class Scene(Rig):
    """A rig that hears what inotify tells of its project. Milliseconds count from the scene's beginning."""

    def __init__(self, project: Project) -> None:
        self.source: InotifySource | None = None
        self.followed: Mapping[str, FollowedFile] = {}
        super().__init__(project)
        self.settle()
        self.barrier = Barrier(project.root / COOKIES, COOKIES)
        self.begin()
        self.seen: list[tuple[float, Any]] = []
        self._sql = ""

    def begin(self) -> None:
        """Milliseconds and revisions count from now on."""
        self._begun_ns = self.now_ns
        self.revision_before = self.project.revision

    def _hint(self, path: str, sign: Sign) -> None:
        if not self.barrier.take(path):
            self.inbox.hint(path, sign)

    def follow(self, files: Mapping[str, FollowedFile]) -> None:
        self.followed = files
        if self.source is not None:
            self.source.follow(files)

    @property
    def ms(self) -> float:
        return (self.now_ns - self._begun_ns) / MS

    @property
    def revisions(self) -> int:
        """How many there have been since the beginning."""
        return self.project.revision - self.revision_before

    def watch(self, sql: str) -> None:
        """A reader asks *sql* after every step: `seen` gets every new answer and when it was first seen."""
        self._sql, self.seen = sql, []
        self._look()

    def _look(self) -> None:
        answer = self.project.query(self._sql) if self._sql else None
        if not self.seen or self.seen[-1][1] != answer:
            self.seen.append((self.ms, answer))

    def do(self, *deeds: Callable[[], object]) -> None:
        """Do something to the files and sync what is due at once; time stands still."""
        for deed in deeds:
            deed()
            assert self.barrier.wait()
            self.step()
            self._look()

    def until(self, ms: float) -> None:
        """Let time go on to *ms*, and sync whenever something is due."""
        end_ns = self._begun_ns + int(ms * MS)
        while (due_ns := self._due_ns()) is not None and due_ns <= end_ns:
            self.project.now_ns = max(due_ns, self.now_ns)
            self.step()
            self._look()
        self.project.now_ns = end_ns

    def _due_ns(self) -> int | None:
        times = (self.inbox._coalescer.next_due_ns(), self.project.engine.next_due_ns(self.inbox.dirty()))
        due_ns = min((at_ns for at_ns in times if at_ns is not None), default=None)
        return None if due_ns is None else max(due_ns, self.loop._retry.not_before_ns)


@contextmanager
def watched(project: Project) -> Iterator[Scene]:
    """A scene that begins with everything in *project* synced and at rest."""
    (project.root / COOKIES).mkdir(parents=True, exist_ok=True)
    scene = Scene(project)
    folders = ["personas", "prompts", COOKIES]
    with InotifySource(project.root, folders, scene._hint, poll_ms=1000) as scene.source:
        scene.follow(scene.followed)
        if scene.followed:
            scene.settle()
            scene.begin()
        yield scene
