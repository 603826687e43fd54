"""Values: the daemon's status, problems, results of commands.

Daemon and reader fill them in, others show them.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from docsync.model import BatchRecord, LostFolder, Problem

# Reason codes that end readiness: the database may be out of date without a sign of it.
_BLOCKING = frozenset({"starting", "database", "sync_stalled", "watcher_dead"})

_DELAY_ADVICE = "Nothing is lost, changes only show up a little later"
_RETRY_ADVICE = "docsync tries again by itself"
# What a person does about a reason, or that there is nothing to do.
_ADVICE = {
    "starting": "Wait: it is over when every file was read once.",
    "database": "Look at the message; when it names damage, restart docsync: it mends the database from the files.",
    "sync_stalled": "Look into the log, then restart docsync; nothing that was saved is lost.",
    "watcher_dead": f"{_RETRY_ADVICE}; if this does not pass within a minute, restart docsync and report its log.",
    "reader_died": f"{_RETRY_ADVICE}; if this does not pass within a minute, restart docsync and report its log.",
    "no_heartbeat": "Let the database lie in the project, in a folder that docsync may write to.",
    "bad_event": f"{_RETRY_ADVICE}; please report the message.",
    "polling": f'{_DELAY_ADVICE}. To use events, set mode = "auto" under [watch].',
    "network_mount": f"{_DELAY_ADVICE}. Files on a local disk are noticed at once.",
    "stock_watchdog": f"{_DELAY_ADVICE}.",
    "instance_limit": "Raise the limit, such as: sysctl fs.inotify.max_user_instances=1024; then restart docsync.",
    "watch_limit": "Raise the limit, such as: sysctl fs.inotify.max_user_watches=1048576.",
    "unreadable": "Let the user that runs docsync read this folder.",
    "unwatchable": f"{_DELAY_ADVICE}.",
    "scan_failed": f"{_RETRY_ADVICE}; see whether the folder can be read.",
    "http_off": "Free the port or set another one under [admin], then restart docsync.",
    "root_missing": "Bring the folder back, or take its collection out of docsync.toml.",
    "root_unreadable": "Let the user that runs docsync read this folder.",
    "root_outside": "Put the folder itself there, mount it, or keep docsync.toml in a folder above both.",
    "locked": f"{_RETRY_ADVICE}; end the program that keeps the database locked.",
    "disk_full": f"{_RETRY_ADVICE}; make room on the disk of the database.",
    "io_error": f"{_RETRY_ADVICE}; see whether the disk of the database is in order.",
    "damaged": "docsync mends the database from the files by itself; if this lasts, restart it.",
}


class Repair(StrEnum):
    """What was done about a damaged database: the word that the log has."""

    IN_PLACE = "in place"  # what was damaged was read again from the files, under a new revision
    AFRESH = "afresh"  # everything was built from the files and put in its place, under a new epoch
    STARTED_OVER = "started over"  # its files were moved aside, beside a new one


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the daemon is degraded. `since` is UTC, ISO 8601; `path` is set where one folder is meant."""

    code: str
    message: str
    since: str
    path: str | None = None

    @property
    def ends_readiness(self) -> bool:
        """True when services should not rely on this daemon until it is over."""
        return self.code in _BLOCKING

    @property
    def advice(self) -> str:
        """What to do about it, as a sentence; empty where nothing is known."""
        return _ADVICE.get(self.code, "")


@dataclass(frozen=True, slots=True)
class CollectionStatus:
    """A collection: its folder (`root`: ok, absent, missing or unreadable), its rows and problems."""

    type: str
    path: str
    format: str
    root: str
    documents: int = 0
    errors: int = 0
    warnings: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class LastBatch:
    """The last transaction that changed anything: when (UTC, ISO 8601), revision, counts, seconds."""

    at: str
    revision: int
    upserted: int
    deleted: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Latency:
    """How long saves took from the first hint to the commit: their number since the start, and quantiles.

    `recent` has when each landed (UTC, ISO 8601) and its milliseconds, oldest first; the quantiles are of
    these.
    """

    count: int = 0
    p50_ms: float | None = None
    p99_ms: float | None = None
    recent: tuple[tuple[str, float], ...] = ()

    @staticmethod
    def of(count: int, recent: tuple[tuple[str, float], ...]) -> "Latency":
        """The quantiles of *recent*, None when there is nothing."""
        times = sorted(ms for _, ms in recent)
        half, nearly_all = (times[int(len(times) * share)] if times else None for share in (0.5, 0.99))
        return Latency(count, half, nearly_all, recent)


@dataclass(frozen=True, slots=True)
class InspectionStatus:
    """How far the look for damage is, which goes on beside the work.

    `documents` of `of` have been looked at by the look that runs, or by the last one; then it goes on with
    indexes and pages. `proved_at` is when all of the database was last found to be what was written (UTC,
    ISO 8601), None: not since the start.
    """

    is_running: bool = False
    documents: int = 0
    of: int = 0
    proved_at: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a daemon. `state` is starting, in_sync, syncing, held or degraded: a later one wins.

    `pending` counts dirty paths, `undecided` those whose bad news is not believed yet; `batches` are the last
    ones that made a revision, oldest first.
    """

    version: str
    pid: int
    project: str
    database: str
    socket: str
    http: str | None
    started_at: str
    state: str
    ready: bool
    epoch: str
    revision: int
    watcher: str
    documents: int
    errors: int
    warnings: int
    held: int
    pending: int
    undecided: int
    rescans: int
    restart_to_apply: bool
    last_batch: LastBatch | None = None
    reasons: tuple[Reason, ...] = ()
    collections: tuple[CollectionStatus, ...] = field(default=())
    batches: tuple[BatchRecord, ...] = ()
    latency: Latency = Latency()
    inspection: InspectionStatus = InspectionStatus()


@dataclass(frozen=True, slots=True)
class ListedProblem:
    """A problem and since when it has had its code (UTC, ISO 8601)."""

    problem: Problem
    since: str


@dataclass(frozen=True, slots=True)
class HeldDeletion:
    """A deletion that is kept back: the document's id, its file, and since when (UTC, ISO 8601)."""

    id: str
    type: str
    path: str
    since: str


MAX_PATHS = 100
"""So many paths of each kind are named in the result of a command; the counts are of all."""


@dataclass(frozen=True, slots=True)
class PathCounts:
    """How many paths there are of each kind in a CommandResult."""

    upserted: int = 0
    deleted: int = 0
    broken: int = 0
    held: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class TypeCounts:
    """How many paths of a type were upserted and deleted."""

    type: str
    upserted: int
    deleted: int


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a reload, a wait or a release found once it was over.

    `revision` and `epoch` name the state that covers the call; `upserted` and `deleted` are paths; `broken`
    and `held` are the paths in its scope that are broken (or unreadable) and held; `lost` are the collections'
    folders that are missing or unreadable, in its scope or above it; `seconds` is how long it took. Of each
    kind MAX_PATHS are named, in order; `counts` and `types` count all, `more` says that there are others.
    """

    epoch: str
    revision: int
    seconds: float
    upserted: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    lost: tuple[LostFolder, ...] = ()
    counts: PathCounts = PathCounts()
    types: tuple[TypeCounts, ...] = ()
    more: bool = False
