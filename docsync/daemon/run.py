"""Start: lock → database → watch → first scan → sync loop → admin. Stop is the reverse, within five seconds."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir

import docsync
from docsync.admin.http.access import Key
from docsync.admin.server import EndpointAddresses, ListenSettings, serving
from docsync.admin.services import Backend
from docsync.clock import SYSTEM, Clock, iso
from docsync.counters import Counters
from docsync.daemon.command_handler import CommandHandler, DaemonProfile
from docsync.daemon.project_folder import ProjectFolder, identity, is_still
from docsync.daemon.running import running
from docsync.daemon.watch_supervisor import WatchSupervisor
from docsync.errors import UsageError
from docsync.formats import get_format
from docsync.lock import Announcement, announcing, holding
from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.policy.coalesce import Coalescer
from docsync.sync.setup import Settings
from docsync.sync.thread.barrier import Barrier
from docsync.sync.thread.git_hold import GitHold
from docsync.sync.thread.inbox import Inbox
from docsync.sync.thread.loop import Loop, LoopTasks, Observers
from docsync.sync.thread.sync_log import Log, SyncLog
from docsync.sync.thread.thread_status import ThreadStatus
from docsync.upkeep.upkeep import open_checked
from docsync.watch import HintSource, Mode, PollSettings, open_source

_MAX_SOCKET_PATH_BYTES = 107  # sun_path of Linux, without its closing NUL
_LOOK_AGAIN_SECONDS = 0.5
_STOPS = frozenset({signal.SIGTERM, signal.SIGINT})
_SIGNALS = _STOPS | {signal.SIGHUP}


@dataclass(frozen=True, slots=True)
class DaemonSettings:
    """Everything the daemon needs to know, as plain values. `http` is host and port, or None to serve the socket only.

    With `keys`, whoever comes over HTTP must show a token.
    """

    sync: Settings
    database: Path
    mode: Mode = "auto"
    poll_ms: int = 1000
    rescan_seconds: int = 60
    http: tuple[str, int] | None = ("127.0.0.1", 8787)
    keys: tuple[Key, ...] = ()
    config_file: Path | None = None


def run_daemon(settings: DaemonSettings, log: Log, clock: Clock = SYSTEM) -> None:
    """Keep the database equal to the files until SIGTERM or SIGINT; SIGHUP asks for a rescan.

    A database that is deleted or damaged comes back: it is mended or built anew from the files, with a new epoch.
    When its whole folder goes, and with it the lock and the socket, everything is begun anew; when it went with the
    project itself, moved or unmounted, only once that is back: where it was there is nothing to keep equal to.
    Raises AlreadyRunning, NoDatabase and StoreUnavailable before anything runs.
    """
    home = ProjectFolder(settings.sync.root, settings.config_file, [one.path for one in settings.sync.collections])
    while True:
        try:
            _run(settings, log, clock)
        except DatabaseFolderGone:
            if not _wait_for_project(home, settings.database.parent, log):
                return
        else:
            return


def _wait_for_project(home: ProjectFolder, folder: Path, log: Log) -> bool:
    """The folder of the database went: wait for the project if it went too. False when told to stop meanwhile."""
    if home.is_still_there():
        log.warning("database.gone", path=str(folder), next="making it anew from the files")
        return True
    log.error("project.gone", path=str(home.root), next="waiting until it is back; nothing is synced meanwhile")
    with _block_signals():
        while not home.is_back():
            if signal.sigtimedwait(_STOPS, _LOOK_AGAIN_SECONDS):
                log.info("docsync.stopped")
                return False
    log.info("project.back", path=str(home.root))
    return True


class DatabaseFolderGone(Exception):
    """The folder of the database, which carries the lock, was deleted or replaced."""


def _run(settings: DaemonSettings, log: Log, clock: Clock) -> None:
    folder = settings.database.parent
    with ExitStack() as stack:
        stack.enter_context(holding(folder))
        stack.enter_context(_block_signals())
        upkeep = stack.enter_context(open_checked(settings.sync, settings.database, SyncLog(log).log_repair, clock))
        inbox = Inbox(Coalescer(settings.sync.timing, _completeness(settings.sync)), clock)
        vitals, counters = ThreadStatus(clock), Counters()
        lookout = stack.enter_context(_lookout(settings, inbox, vitals, counters, log))
        gate = GitHold(settings.sync.git, lookout.prove)
        rescan_ns = settings.rescan_seconds * 1_000_000_000
        locked = identity(folder)

        def tick(now_ns: int) -> None:
            if not is_still(folder, locked):
                raise DatabaseFolderGone
            lookout.tick(now_ns)

        rounds = LoopTasks(rescan_ns, lookout.resync, tick, upkeep)
        loop = Loop(upkeep.engine, inbox, gate, rounds, Observers(vitals, SyncLog(log), counters))
        stack.enter_context(running("docsync-sync", loop.run, stop=inbox.close, failed=_stop_me))
        premises = _premises(settings, clock)
        desk = CommandHandler(premises, inbox, (vitals, counters), lookout, loop.root_states)
        backend = Backend(desk, settings.database, counters)
        served = stack.enter_context(_serving(backend, _listening(settings, premises.socket), log))
        desk.http = served.http
        announcement = Announcement(os.getpid(), str(premises.socket), served.http)
        stack.enter_context(announcing(folder, announcement))
        log.info("docsync.started", database=str(settings.database), http=served.http, version=docsync.__version__)
        _wait_for_stop(inbox)
        log.info("docsync.stopping")
    log.info("docsync.stopped")


def _serving(backend: Backend, listening: ListenSettings, log: Log) -> AbstractContextManager[EndpointAddresses]:
    def log_warning(event: str, message: str) -> None:
        log.warning(event, message=message)

    def log_request(who: str, what: str, of: str) -> None:
        log.info("admin.asked", who=who, what=what, of=of)

    return serving(backend, listening, log_warning, log_request)


@contextmanager
def _block_signals() -> Iterator[None]:
    """Every thread started in here leaves the signals to `_wait_for_stop`; a second one, afterwards, ends the process."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _wait_for_stop(inbox: Inbox) -> None:
    while signal.sigwait(_SIGNALS) not in _STOPS:
        inbox.hint(EVERYTHING, Sign.FOLDER)
    for number in _STOPS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)


def _stop_me() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def _lookout(
    settings: DaemonSettings, inbox: Inbox, vitals: ThreadStatus, counters: Counters, log: Log
) -> WatchSupervisor:
    """The watcher of the collections and of the cookies, which come back through the same descriptor."""
    sync = settings.sync
    tree = sync.tree()
    cookies = settings.database.parent / "cookies"
    folders = [collection.path for collection in sync.collections]
    barrier = None
    if cookies.is_relative_to(sync.root):
        path = cookies.relative_to(sync.root).as_posix()
        barrier = Barrier(cookies, path)
        folders.append(path)

    def hint(path: str, sign: Sign) -> None:
        if barrier is None or not barrier.take(path):
            counters.record_hint(sign.value)
            inbox.hint(path, sign)

    def open_watcher() -> AbstractContextManager[HintSource]:
        polling = PollSettings(lambda: tree.scan([EVERYTHING]).found, settings.poll_ms)
        return open_source(sync.root, folders, hint, mode=settings.mode, polling=polling)

    return WatchSupervisor(open_watcher, barrier, inbox, vitals, log)


def _completeness(settings: Settings) -> Callable[[str], bool]:
    """Whether a path's format can tell by itself that the file is complete."""
    tree = settings.tree()

    def proves_complete(path: str) -> bool:
        return any(get_format(collection.format).proves_complete for collection in tree.collections_of(path)[:1])

    return proves_complete


def _premises(settings: DaemonSettings, clock: Clock) -> DaemonProfile:
    return DaemonProfile(
        project=settings.sync.root,
        database=settings.database,
        socket=socket_path(settings.database.parent),
        collections=settings.sync.collections,
        config_file=settings.config_file or settings.sync.root / "docsync.toml",
        started_at=iso(clock.wall_ns()),
        wants_http=settings.http is not None,
    )


def socket_path(folder: Path) -> Path:
    """Where the daemon of *folder* listens: beside the database, or in the runtime folder when that path is too long."""
    path = folder / "docsync.sock"
    if len(os.fsencode(path)) <= _MAX_SOCKET_PATH_BYTES:
        return path
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or gettempdir()) / f"docsync-{os.getuid()}"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = runtime.stat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077:  # someone else may have made it first
        raise UsageError(f"{runtime}: must belong to you alone (mode 0700); remove it, or set XDG_RUNTIME_DIR")
    return runtime / f"{sha256(os.fsencode(folder)).hexdigest()[:16]}.sock"


def _listening(settings: DaemonSettings, socket: Path) -> ListenSettings:
    host, port = settings.http or (None, None)
    return ListenSettings(socket_path=socket, host=host, port=port, keys=settings.keys)
