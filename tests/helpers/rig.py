"""A loop on real files and a real database, whose clock the test turns and whose log it reads."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from docsync.counters import Counters
from docsync.errors import Damaged
from docsync.git import GitDirectories
from docsync.model import FollowedFile, Sign
from docsync.names import EVERYTHING
from docsync.policy.coalesce import Coalescer
from docsync.policy.slice_size import SliceSize
from docsync.status import CommandResult
from docsync.sync.batch.batch_context import Progress
from docsync.sync.batch.engine import Engine
from docsync.sync.delivery import Delivery, WalkOrder
from docsync.sync.thread.git_hold import GitHold
from docsync.sync.thread.inbox import Inbox
from docsync.sync.thread.loop import Loop
from docsync.sync.thread.loop_tasks import LoopTasks
from docsync.sync.thread.observers import Observers
from docsync.sync.thread.request import Request, RequestKind
from docsync.sync.thread.sync_log import SyncLog
from docsync.sync.thread.thread_status import ThreadStatus
from tests.helpers.passes import Between, do_pass
from tests.helpers.project import Project

MS = 1_000_000


class LogBook:
    """A log that remembers its lines: level, event, values."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, Any]]] = []

    def debug(self, event: str, **values: object) -> None:
        self.lines.append(("debug", event, values))

    def info(self, event: str, **values: object) -> None:
        self.lines.append(("info", event, values))

    def warning(self, event: str, **values: object) -> None:
        self.lines.append(("warning", event, values))

    def error(self, event: str, **values: object) -> None:
        self.lines.append(("error", event, values))

    def events(self) -> list[str]:
        return [event for _, event, _ in self.lines]


class Orders:
    """A walker that notes which walks are to begin."""

    def __init__(self) -> None:
        self.orders: list[WalkOrder] = []

    def begin(self, order: WalkOrder) -> None:
        self.orders.append(order)

    def cancel(self) -> None:
        """Nothing is under way."""


class Rig:
    """One loop on the clock of its project: time goes on only by `later`."""

    def __init__(self, project: Project, rescan_ms: int = 10**9, *, walks: bool = False) -> None:
        """With *walks*, a walk beside the loop looks at everything: the test does it, with `walk`."""
        self.project = project
        self.log = LogBook()
        self.vitals = ThreadStatus(project.clock)
        self.resyncs = self.doubts = 0
        self.mended: list[str] = []
        self.inbox = Inbox(
            Coalescer(project.settings.timing, lambda path: path.endswith(".json")), project.clock
        )
        is_closed = project.settings.tree().is_closed
        self.walker = Orders()
        self.hears_all = False
        self.slices = SliceSize()
        rounds = LoopTasks(
            rescan_ms * MS,
            self._resync,
            lambda now_ns: None,
            self,
            is_closed=is_closed,
            follow=self.follow,
            walker=self.walker if walks else None,
            hears_all=lambda: self.hears_all,
            slices=self.slices,
        )
        self.counters = Counters()
        told = Observers(self.vitals, SyncLog(self.log), self.counters)
        self.loop = Loop(project.engine, self.inbox, GitHold(GitDirectories, lambda: True), rounds, told)

    def fix_slices(self, paths: int) -> None:
        """From now on a batch takes so many paths of many, whatever they cost."""
        self.slices.paths = paths
        self.slices.mark = lambda count, work, commit: None  # type: ignore[method-assign]  # a size of the test's own

    @property
    def now_ns(self) -> int:
        """The engine's clock and the loop's are one."""
        return self.project.now_ns

    def walk(self, between: Between = lambda _: None, *, cpu_ns: int = 0) -> Delivery:
        """Do the walk that was ordered last, and hand over what it found."""
        delivery = do_pass(self.project, self.walker.orders[-1], between)
        delivery = replace(delivery, cpu_ns=cpu_ns)
        self.inbox.deliver(delivery)
        return delivery

    def _resync(self) -> None:
        self.resyncs += 1

    def follow(self, files: Mapping[str, FollowedFile]) -> None:
        """Nobody watches."""

    # The care of the database

    def check(self) -> None:
        """Nobody moves the files of a test."""

    def accept(self) -> None:
        """Who may read it is no question here."""

    def doubt(self) -> None:
        self.doubts += 1

    def tick(self, now_ns: int) -> int:
        return now_ns + 10**15

    def repair(self, error: Damaged, progress: Progress | None = None) -> Engine:
        self.mended.append(error.reason)
        self.project.start()
        return self.project.engine

    def rebuild(self, reason: str, progress: Progress | None = None) -> Engine:
        self.mended.append(reason)
        self.project.start()
        return self.project.engine

    def later(self, ms: float) -> None:
        self.project.later(ms)

    def step(self) -> None:
        self.loop.step(self.now_ns)

    def settle(self, steps: int = 50) -> None:
        """Let time pass until neither a path nor belief wants anything before the next rescan."""
        self.step()
        for _ in range(steps):
            if not len(self.inbox) and not self.project.engine.list_undecided():
                self.later(600)  # nothing rests any more
                return
            self.later(50)
            self.step()
        raise AssertionError("never comes to rest")

    def hint(self, path: str, sign: Sign = Sign.RENAMED) -> None:
        self.inbox.hint(path, sign)

    def ask(self, *scopes: str, concern: Sequence[str] = (EVERYTHING,)) -> Request:
        """Ask for a look at *scopes* and at all that is dirty."""
        request = Request(RequestKind.LOOK, scopes, tuple(concern), asked_ns=self.now_ns)
        self.inbox.ask(request)
        return request

    def release(self, type_: str | None = None) -> Request:
        request = Request(RequestKind.RELEASE, type=type_, asked_ns=self.now_ns)
        self.inbox.ask(request)
        return request

    @staticmethod
    def answer(request: Request) -> CommandResult | None:
        """What the loop answered, None if it has not yet."""
        return request.answer.result(0) if request.answer.done() else None
