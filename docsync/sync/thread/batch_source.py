"""What the next batch takes in: what is due, what is asked for, what a walk delivered, or everything.

Belongs to the sync thread. Never looks at a document.
"""

from collections.abc import Mapping
from dataclasses import replace

from docsync.counters import Trigger
from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.policy.batch import Batch, DirtyPath
from docsync.sync.batch.engine import Engine
from docsync.sync.thread.batch_metrics import BatchMetrics
from docsync.sync.thread.git_hold import BatchExtent
from docsync.sync.thread.inbox import Inbox
from docsync.sync.thread.loop_tasks import LoopTasks
from docsync.sync.thread.request import Request
from docsync.sync.thread.rescans import Part, Rescans
from docsync.sync.thread.sync_log import SyncLog

_RESYNC_PAUSE_NS = 1_000_000_000


class BatchSource:
    """Builds one batch after the other: a slice of what is due, or after Git's work all of it."""

    def __init__(
        self, inbox: Inbox, tasks: LoopTasks, rescans: Rescans, metrics: BatchMetrics, log: SyncLog
    ) -> None:
        self._inbox = inbox
        self._tasks = tasks
        self._rescans = rescans
        self._metrics = metrics
        self._log = log
        self._resync_at_ns = 0

    def build(
        self, engine: Engine, now_ns: int, extent: BatchExtent, looks: list[Request], *, is_awaited: bool
    ) -> Batch:
        """What is due, what *looks* ask for, and what a walk found, or everything where no walk can be.

        After Git's work: all that is dirty, and all there is when hints may be missing. With *is_awaited*
        somebody waits for what the batch before has left.
        """
        batch = self._take(now_ns, extent, looks, is_awaited=is_awaited)
        dirty = dict(batch.dirty)
        if any(item.sign is Sign.LOST for item in dirty.values()):
            self._resync(dirty, now_ns, urgent=bool(looks) or extent is not BatchExtent.PLAIN)
        unserved = [request for request in looks if not self._rescans.serves(request)]
        asked = frozenset(scope for request in unserved for scope in request.scopes)
        scopes = asked | (_list_unhinted(engine) if looks else set())
        if any(request.rescan for request in looks):
            scopes |= {EVERYTHING}
        if EVERYTHING in scopes or len(unserved) < len(looks):
            # A request for everything may come from someone who saw a wrong row: inspect the database soon.
            self._tasks.upkeep.doubt()
        whole = self._rescans.wants_whole(engine, now_ns) and not self._inbox.closed
        if whole or extent is BatchExtent.EVERYTHING:
            scopes |= {EVERYTHING}
        self._record(dirty, extent, is_asked=bool(looks) or is_awaited, is_whole=whole)
        dirty = dict.fromkeys(scopes, DirtyPath(now_ns, now_ns, Sign.FOLDER)) | dirty
        part = self._rescans.part or Part()
        room = None if extent is not BatchExtent.PLAIN else self._tasks.slices.paths
        return part.join(replace(batch, dirty=dirty, asked=asked, room=room))

    def _take(self, now_ns: int, extent: BatchExtent, looks: list[Request], *, is_awaited: bool) -> Batch:
        """The dirty paths of the next batch."""
        is_whole = extent is not BatchExtent.PLAIN
        if looks or is_whole:
            self._find_closed(now_ns)
        most = None if is_whole else self._tasks.slices.paths
        wanted = [path for request in looks for path in request.paths]
        everything = bool(looks) or is_awaited or is_whole or self._inbox.closed
        return self._inbox.take(now_ns, most, wanted, everything=everything)

    def _record(
        self, dirty: Mapping[str, DirtyPath], extent: BatchExtent, *, is_asked: bool, is_whole: bool
    ) -> None:
        rescans, metrics = self._rescans, self._metrics
        metrics.record_hints(dirty)
        metrics.record_trigger(
            dirty, requested=is_asked or rescans.is_asked_for, rescan=is_whole or rescans.is_due_part
        )
        if extent is not BatchExtent.PLAIN:
            metrics.trigger = Trigger.GIT

    def _find_closed(self, now_ns: int) -> None:
        """Look which files are closed that were not heard to be: no close comes for one that link(2) made."""
        for path, dirty in self._inbox.list_open(now_ns).items():
            if self._tasks.is_closed(path):
                self._inbox.mark_closed(path, dirty)

    def _resync(self, dirty: dict[str, DirtyPath], now_ns: int, *, urgent: bool) -> None:
        """Make the watches anew, *then* scan; not twice within a second, unless a request waits for it."""
        if now_ns < self._resync_at_ns and not urgent:
            for path in [path for path, item in dirty.items() if item.sign is Sign.LOST]:
                self._inbox.put_back(Batch({path: dirty.pop(path)}), self._resync_at_ns)
            return
        self._resync_at_ns = now_ns + _RESYNC_PAUSE_NS
        self._tasks.resync()
        self._log.log_resync()


def _list_unhinted(engine: Engine) -> set[str]:
    """What only a look can tell of: no hint names it."""
    return engine.links.list_unhinted() | engine.dependents.list_unhinted()
