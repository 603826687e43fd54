"""An engine at work until nothing is in doubt, without staying. Opens nothing."""

from collections.abc import Callable, Mapping
from time import sleep

from docsync.clock import SYSTEM, Clock
from docsync.git import GitDirectories
from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.policy.batch import Batch, DirtyPath
from docsync.status import CommandResult
from docsync.sync.batch.batch_context import BatchOptions, Progress
from docsync.sync.batch.engine import Engine
from docsync.sync.command_result import build_result
from docsync.sync.thread.git_hold import LOOK_AGAIN_NS, GitAtWork, GitHold

_MAX_SETTLE_NS = 30_000_000_000
_MIN_PAUSE_NS = 1_000_000


class Convergence:
    """Runs an engine until nothing is undecided; collects the upserted and deleted paths."""

    def __init__(
        self, engine: Engine, git: Callable[[], GitDirectories] = GitDirectories, clock: Clock = SYSTEM
    ) -> None:
        """*git* gives the repositories that there are; by itself it looks after none."""
        self.engine = engine
        self._clock = clock
        self._git_hold = GitHold(git, lambda: False)
        self.upserted: set[str] = set()
        self.deleted: set[str] = set()
        self._begun_ns = clock.monotonic_ns()

    def settle(self, progress: Progress | None = None, *, asked: frozenset[str] = frozenset()) -> None:
        """Sync everything until all grace periods have ended; for a file that keeps changing at most 30 s.

        The files in the scopes of *asked* are read whatever their stamps say.
        """
        again = {EVERYTHING: 0}
        while again or self.engine.list_undecided():
            again = self._step(again, progress, asked)
            if (
                self._clock.monotonic_ns() - self._begun_ns > _MAX_SETTLE_NS
                and not self.engine.list_undecided()
            ):
                return
            times = [*again.values(), *filter(None, [self.engine.next_due_ns()])]
            if times:
                sleep(max(_MIN_PAUSE_NS, min(times) - self._clock.monotonic_ns()) / 1e9)

    def _step(
        self, again: Mapping[str, int], progress: Progress | None, asked: frozenset[str]
    ) -> dict[str, int]:
        """One batch of what is due; returns what is to be looked at again, and when."""
        now_ns = self._clock.monotonic_ns()
        due = {path for path, at_ns in again.items() if at_ns <= now_ns}
        batch = Batch({path: DirtyPath(now_ns, now_ns, Sign.FOLDER) for path in due}, asked=asked)
        try:
            self._git_hold.enter(now_ns)
            options = BatchOptions(confirm=lambda: self._git_hold.check(self._clock.monotonic_ns()))
            report = self.engine.sync(batch, now_ns, lambda _: None, progress, options)
        except GitAtWork:
            return {**again, **dict.fromkeys(due, now_ns + LOOK_AGAIN_NS)}
        self._git_hold.leave()
        self.upserted.update(report.applied.upserted)
        self.deleted.update(report.applied.deleted)
        return {path: at_ns for path, at_ns in again.items() if path not in due} | dict(report.again)

    def summarize(self) -> CommandResult:
        """What was done, and where the database stands."""
        now = self.engine.read_state([EVERYTHING])
        seconds = round((self._clock.monotonic_ns() - self._begun_ns) / 1e9, 6)
        return build_result(now, seconds, self.upserted, self.deleted, self.engine.type_of)
