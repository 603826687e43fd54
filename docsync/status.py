"""What docsync says of itself and of its files. Values only: the daemon and the reader fill them in, others show them."""

from dataclasses import dataclass, field

from docsync.model import Problem

# Reasons that end readiness: whoever reads the database then may read something old without knowing.
_BLOCKING = frozenset({"starting", "database", "sync_stalled", "watcher_dead"})


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


@dataclass(frozen=True, slots=True)
class CollectionStatus:
    """One collection: its folder (`root`: ok, absent, missing, unreadable) and how many rows, problems and holds it has."""

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
    """The last transaction that changed anything: when (UTC, ISO 8601), its revision, counts and duration in seconds."""

    at: str
    revision: int
    upserted: int
    deleted: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a daemon. `state` is starting, in_sync, syncing, held or degraded, in that order of precedence reversed.

    `pending` counts dirty paths, `undecided` those whose bad news is not believed yet; `seconds` values are seconds.
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


@dataclass(frozen=True, slots=True)
class Done:
    """What a reload, a wait or a release found once it was over.

    `revision` and `epoch` name the state that covers the call; `upserted` and `deleted` are paths; `broken` and `held`
    are the paths in its scope that are broken (or unreadable) and held; `seconds` is how long it took.
    """

    epoch: str
    revision: int
    seconds: float
    upserted: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
