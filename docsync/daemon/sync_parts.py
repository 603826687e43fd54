"""What keeps a database equal to its files, composed: upkeep, watcher and sync thread, started in order.

Knows no signals and no endpoint: the daemon has those, a service that syncs by itself has not.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from docsync.claim import ClaimRenewal
from docsync.clock import Clock
from docsync.counters import Counters
from docsync.daemon.command_handler import DaemonParts
from docsync.daemon.project_folder import Identity, identity, is_still
from docsync.daemon.running import running
from docsync.daemon.watch_supervisor import WatchSupervisor
from docsync.foreign import FolderRule
from docsync.formats import get_format
from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.policy.coalesce import Coalescer
from docsync.scan import FileTree
from docsync.store.connection import open_reader_connection
from docsync.store.damage import STEP_NS
from docsync.store.survey_rows import SurveyRows
from docsync.sync.rescan.ports import Sources
from docsync.sync.rescan.walker import Walker
from docsync.sync.setup import Settings
from docsync.sync.thread.barrier import Barrier
from docsync.sync.thread.git_hold import GitHold
from docsync.sync.thread.inbox import Inbox
from docsync.sync.thread.loop import Loop
from docsync.sync.thread.loop_tasks import LoopTasks
from docsync.sync.thread.observers import Observers
from docsync.sync.thread.sync_log import Log, SyncLog
from docsync.sync.thread.thread_status import ThreadStatus
from docsync.upkeep.sharing import Sharing
from docsync.upkeep.upkeep import open_checked
from docsync.watch import Mode, PollSettings, open_source


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """Whose database is kept equal to which files, and how they are watched.

    `on_tick` is called every second or so from the sync thread, and must not raise.
    """

    sync: Settings
    database: Path
    mode: Mode = "auto"
    poll_ms: int = 1000
    rescan_seconds: int = 60
    on_tick: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class SyncParts:
    """The running parts, and who may read the database."""

    daemon: DaemonParts
    sharing: Sharing


def start_sync(
    stack: ExitStack, settings: SyncSettings, log: Log, clock: Clock, on_failure: Callable[[], object]
) -> SyncParts:
    """Start the parts in order; *stack*, which holds the lock already, stops them in the reverse order.

    *on_failure* is called from the sync thread when it ends by an error, which *stack* raises when it is
    unwound. Raises NoDatabase and StoreUnavailable.
    """
    folder = settings.database.parent
    sync_log = SyncLog(log)
    upkeep = stack.enter_context(open_checked(settings.sync, settings.database, sync_log.log_repair, clock))
    upkeep.sharing.on_exposed = partial(_warn_of_exposure, log, settings.database)
    inbox = Inbox(_make_coalescer(settings.sync), clock)
    state, counters = ThreadStatus(clock), Counters()
    is_busy = upkeep.inspector.is_busy = partial(_is_busy, state, inbox)
    watch = stack.enter_context(_watch_supervisor(settings, inbox, state, counters, log))
    check = partial(_check_watcher, ClaimRenewal(folder), watch, settings.on_tick)
    walker = Walker(partial(_open_sources, settings), inbox.deliver, is_busy, clock)
    stack.enter_context(running("docsync-walk", walker.run, stop=walker.close, on_failure=on_failure))
    rescan_ns = settings.rescan_seconds * 1_000_000_000
    is_closed = settings.sync.tree().is_closed
    tasks = LoopTasks(
        rescan_ns,
        watch.resync,
        check,
        upkeep,
        is_closed=is_closed,
        follow=watch.follow,
        check_folder=partial(_check_folder, folder, identity(folder)),
        walker=walker,
        hears_all=watch.is_proved,
    )
    observers = Observers(state, sync_log, counters)
    loop = Loop(upkeep.engine, inbox, GitHold(settings.sync.git, watch.prove), tasks, observers)
    stack.enter_context(running("docsync-sync", loop.run, stop=inbox.close, on_failure=on_failure))
    parts = DaemonParts(
        inbox, state, counters, watch, loop.root_states, inspection=lambda: upkeep.inspector.status
    )
    return SyncParts(parts, upkeep.sharing)


def _is_busy(state: ThreadStatus, inbox: Inbox) -> bool:
    """True while a batch is applied, or something is due before a step of what is done beside would be over."""
    return state.syncing or inbox.is_pressed(STEP_NS)


@contextmanager
def _open_sources(settings: SyncSettings) -> Iterator[Sources]:
    """What the walker reads: the tree, and the database through a connection that lasts for one pass."""
    with open_reader_connection(settings.database) as connection:
        yield Sources(settings.sync.tree(), SurveyRows(connection))


class DatabaseFolderGone(Exception):
    """The folder of the database, which carries the lock, was deleted or replaced."""


def _check_folder(folder: Path, locked: Identity) -> None:
    """Raises DatabaseFolderGone when *folder* is not the one that was *locked*."""
    if not is_still(folder, locked):
        raise DatabaseFolderGone


def _check_watcher(
    claim: ClaimRenewal, watch: WatchSupervisor, on_tick: Callable[[], object] | None, now_ns: int
) -> None:
    claim.tick(now_ns)
    watch.tick(now_ns)
    if on_tick:
        on_tick()


def _warn_of_exposure(log: Log, database: Path) -> None:
    advice = 'set mode under [database] in docsync.toml: "private", or "shared" if that is meant'
    log.warning("database.exposed", path=str(database), why="others may not read every file", next=advice)


def _watch_supervisor(
    settings: SyncSettings, inbox: Inbox, state: ThreadStatus, counters: Counters, log: Log
) -> WatchSupervisor:
    """Watches the collections and the folder of the heartbeat files, on one descriptor."""
    sync = settings.sync
    tree = sync.tree()
    cookies = settings.database.parent / "cookies"
    folders = [collection.path for collection in sync.collections]
    barrier = None
    if cookies.is_relative_to(sync.root):
        path = cookies.relative_to(sync.root).as_posix()
        barrier = Barrier(cookies, path)
        folders.append(path)
    hint = partial(_take_hint, inbox, counters, barrier)
    rule = FolderRule.make(sync.collections)
    polling = PollSettings(lambda: tree.scan([EVERYTHING]).found, settings.poll_ms, rule)
    opener = partial(open_source, sync.root, folders, hint, mode=settings.mode, polling=polling)
    return WatchSupervisor(opener, barrier, inbox, state, log)


def _take_hint(inbox: Inbox, counters: Counters, barrier: Barrier | None, path: str, sign: Sign) -> None:
    """Pass a hint on to *inbox*, unless it is of a heartbeat file."""
    if barrier is None or not barrier.take(path):
        counters.record_hint(sign.value)
        inbox.hint(path, sign)


def _make_coalescer(settings: Settings) -> Coalescer:
    tree = settings.tree()
    return Coalescer(settings.timing, partial(_proves_complete, tree), partial(_is_document, tree))


def _proves_complete(tree: FileTree, path: str) -> bool:
    """True when the format of the file at *path* can tell by itself that the file is complete."""
    return any(get_format(collection.format).proves_complete for collection in tree.collections_of(path)[:1])


def _is_document(tree: FileTree, path: str) -> bool:
    """True of a path that a collection's patterns match."""
    return bool(tree.collections_of(path))
