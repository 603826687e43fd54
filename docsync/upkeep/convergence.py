"""An engine at work until nothing is in doubt, without staying. Opens nothing."""

import time
from collections.abc import Callable, Mapping

from docsync.git import GitDirectories
from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.policy.coalesce import Batch, DirtyPath
from docsync.status import CommandResult
from docsync.sync.batch.engine import BatchOptions, Engine, Progress
from docsync.sync.thread.git_hold import LOOK_AGAIN_NS, GitAtWork, GitHold

_MAX_SETTLE_SECONDS = 30.0
_MIN_PAUSE_NS = 1_000_000


class Convergence:
    """An engine that works until nothing is in doubt, and what it did: paths that were upserted and deleted."""

    def __init__(self, engine: Engine, git: Callable[[], GitDirectories] = GitDirectories) -> None:
        """*git* gives the repositories that there are; by itself it looks after none."""
        self.engine = engine
        self._gate = GitHold(git, lambda: False)
        self.upserted: set[str] = set()
        self.deleted: set[str] = set()
        self._begun = time.monotonic()

    def settle(self, progress: Progress | None = None) -> None:
        """Sync everything, and go on until every bad news is decided; a file that never rests is given up after a while."""
        again = {EVERYTHING: 0}
        while again or self.engine.list_undecided():
            again = self._step(again, progress)
            if time.monotonic() - self._begun > _MAX_SETTLE_SECONDS and not self.engine.list_undecided():
                return
            times = [*again.values(), *filter(None, [self.engine.next_due_ns()])]
            if times:
                time.sleep(max(_MIN_PAUSE_NS, min(times) - time.monotonic_ns()) / 1e9)

    def _step(self, again: Mapping[str, int], progress: Progress | None) -> dict[str, int]:
        """One batch of what is due; returns what is to be looked at again, and when."""
        now_ns = time.monotonic_ns()
        due = {path for path, at_ns in again.items() if at_ns <= now_ns}
        batch = Batch({path: DirtyPath(now_ns, now_ns, Sign.FOLDER) for path in due})
        try:
            self._gate.enter(now_ns)
            manner = BatchOptions(confirm=lambda: self._gate.check(time.monotonic_ns()))
            report = self.engine.sync(batch, now_ns, lambda _: None, progress, manner)
        except GitAtWork:
            return {**again, **dict.fromkeys(due, now_ns + LOOK_AGAIN_NS)}
        self._gate.leave()
        self.upserted.update(report.applied.upserted)
        self.deleted.update(report.applied.deleted)
        return {path: at_ns for path, at_ns in again.items() if path not in due} | dict(report.again)

    def summarize(self) -> CommandResult:
        """What was done, and where the database stands."""
        now = self.engine.read_state([EVERYTHING])
        seconds = round(time.monotonic() - self._begun, 6)
        did = (tuple(sorted(self.upserted)), tuple(sorted(self.deleted)))
        return CommandResult(now.epoch, now.revision, seconds, *did, now.broken, now.held)
