"""Start: lock → database → watch → first scan → sync loop → admin.

Stop is the reverse, within five seconds.
"""

import os
import shlex
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir

import docsync
from docsync.admin.http.access import Key
from docsync.admin.http.middleware import OnWarning
from docsync.admin.server import EndpointAddresses, ListenSettings, listening, serving
from docsync.admin.services import Backend
from docsync.admin.token import own_token, page_of
from docsync.clock import SYSTEM, Clock, iso
from docsync.daemon.command_handler import CommandHandler, DaemonParts, DaemonProfile
from docsync.daemon.config_watch import ConfigWatch
from docsync.daemon.ordered_log import in_order
from docsync.daemon.project_folder import ProjectFolder
from docsync.daemon.sync_parts import DatabaseFolderGone, SyncSettings, start_sync
from docsync.errors import ConfigError, DocsyncError, NotReachable, UsageError
from docsync.lock import Announcement, announcing, holding
from docsync.model import Sign
from docsync.names import EVERYTHING, to_printable
from docsync.sync.thread.inbox import Inbox
from docsync.sync.thread.sync_log import Log
from docsync.upkeep.sharing import Sharing

_MAX_SOCKET_PATH_BYTES = 107  # sun_path of Linux, without its closing NUL
_LOOK_AGAIN_SECONDS = 0.5
# Who moves a project away to try something has moved it back by then.
_MOVED_SECONDS = 60.0
_STOPS = frozenset({signal.SIGTERM, signal.SIGINT})
_SIGNALS = _STOPS | {signal.SIGHUP}


@dataclass(frozen=True, slots=True)
class DaemonSettings(SyncSettings):
    """Everything the daemon needs to know, as plain values.

    `http` is host and port, or None to serve the socket only.

    With `keys`, requests over TCP need a token. With `has_own_token`, content needs the one beside the
    database where not every user may read it. `on_page` is called with the address of the page, with that
    token in it, `find_config_mistakes` after `config_file` has changed.
    """

    http: tuple[str, int] | None = ("127.0.0.1", 8787)
    keys: tuple[Key, ...] = ()
    config_file: Path | None = None
    has_own_token: bool = True
    on_page: Callable[[str], object] | None = None
    find_config_mistakes: Callable[[], tuple[str, ...]] = tuple


def run_daemon(settings: DaemonSettings, log: Log, clock: Clock = SYSTEM) -> None:
    """Keep the database equal to the files until SIGTERM or SIGINT; SIGHUP asks for a rescan.

    A database that is deleted or damaged comes back: it is mended or built anew from the files, with a new
    epoch. When its whole folder goes, and with it the lock and the socket, everything is begun anew; when it
    went with the project itself, moved or unmounted, only once that is back: where it was there is nothing to
    keep equal to. Raises AlreadyRunning, NoDatabase and StoreUnavailable before anything runs, NotReachable
    when the project was moved elsewhere a minute ago.
    """
    folders = [one.path for one in settings.sync.collections]
    with closing(ProjectFolder(settings.sync.root, settings.config_file, folders)) as project:
        while True:
            try:
                _run(settings, log, clock)
            except (DatabaseFolderGone, DocsyncError, OSError) as error:
                # Whatever a start fails at when the project goes meanwhile, it is that the project went.
                if not isinstance(error, DatabaseFolderGone) and project.is_still_there():
                    raise
                if not _wait_for_project(project, settings.database.parent, log):
                    return
            else:
                return


def _wait_for_project(project: ProjectFolder, folder: Path, log: Log) -> bool:
    """The folder of the database went: wait for the project if it went too.

    False when a signal to stop comes meanwhile.
    """
    if project.is_still_there():
        log.warning("database.gone", path=str(folder), next="making it anew from the files")
        return True
    with _block_signals():  # before it is said: whoever reads it may stop the daemon at once
        place = project.find_new_place()
        moved = {"moved_to": str(place)} if place else {}
        if not place:
            project.close()
        advice = "waiting until it is back; nothing is synced meanwhile"
        log.error("project.gone", path=str(project.root), **moved, next=advice)
        give_up = time.monotonic() + _MOVED_SECONDS
        while not project.is_back():
            if place and time.monotonic() > give_up:
                raise _make_moved(project.root, project.find_new_place() or place)
            if signal.sigtimedwait(_STOPS, _LOOK_AGAIN_SECONDS):
                log.info("docsync.stopped")
                return False
    log.info("project.back", path=str(project.root))
    return True


def _make_moved(root: Path, place: Path) -> NotReachable:
    new = to_printable(str(place))
    advice = f"start docsync there: docsync -C {shlex.quote(new)} run"
    return NotReachable(f"{to_printable(str(root))}: the project was moved to {new}; {advice}")


def _run(settings: DaemonSettings, log: Log, clock: Clock) -> None:
    with ExitStack() as stack:
        inbox = _start(stack, settings, log, clock)
        _wait_for_stop(inbox)
        log.info("docsync.stopping")
    log.info("docsync.stopped")


def _start(stack: ExitStack, settings: DaemonSettings, log: Log, clock: Clock) -> Inbox:
    """Start the parts in order; *stack* stops them in the reverse order.

    Returns the inbox that the loop reads.
    """
    folder = settings.database.parent
    stack.enter_context(holding(folder))
    stack.enter_context(_block_signals())
    ordered = stack.enter_context(in_order(log))
    watched = replace(settings, on_tick=_watch_config(settings, ordered).tick)
    started = start_sync(stack, watched, ordered, clock, _stop_me)
    addresses = _serve(stack, settings, started.daemon, started.sharing, log)
    stack.enter_context(announcing(folder, Announcement(os.getpid(), str(addresses.socket), addresses.http)))
    database, http = str(settings.database), addresses.http
    log.info("docsync.started", database=database, http=http, version=docsync.__version__)
    ordered.open()
    return started.daemon.inbox


def _watch_config(settings: DaemonSettings, log: Log) -> ConfigWatch:
    file = settings.config_file or settings.sync.root / "docsync.toml"
    return ConfigWatch(file, settings.find_config_mistakes, log)


def _serve(
    stack: ExitStack, settings: DaemonSettings, parts: DaemonParts, sharing: Sharing, log: Log
) -> EndpointAddresses:
    """Listen, then answer: the status, which can be asked for at once, has the addresses in it."""
    on_warning = partial(_log_warning, log)
    token = _find_own_token(settings, on_warning)
    wanted = _listen_settings(settings, token, lambda: sharing.is_open)
    listeners = stack.enter_context(listening(wanted, on_warning))
    commands = CommandHandler(_profile(settings, listeners.addresses, parts.inbox.clock), parts)
    backend = Backend(commands, settings.database, parts.counters)
    stack.enter_context(serving(backend, listeners, on_warning, partial(_log_request, log)))
    if settings.on_page and listeners.addresses.http:
        settings.on_page(page_of(listeners.addresses.http, token))
    return listeners.addresses


def _find_own_token(settings: DaemonSettings, on_warning: OnWarning) -> str | None:
    """The token beside the database; None where none is wanted, and where the one there is none to trust."""
    if settings.http is None or not settings.has_own_token:
        return None
    try:
        return own_token(settings.database.parent)
    except ConfigError as error:
        on_warning("admin.token_refused", f"{error}; until then TCP shows no content")
        return None


def _log_warning(log: Log, event: str, message: str) -> None:
    log.warning(event, message=message)


def _log_request(log: Log, who: str, what: str, target: str) -> None:
    log.info("admin.asked", who=who, what=what, of=target)


@contextmanager
def _block_signals() -> Iterator[None]:
    """Every thread started in here leaves the signals to `_wait_for_stop`.

    After it, a signal ends the process.
    """
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


def _profile(settings: DaemonSettings, addresses: EndpointAddresses, clock: Clock) -> DaemonProfile:
    return DaemonProfile(
        project=settings.sync.root,
        database=settings.database,
        socket=addresses.socket,
        http=addresses.http,
        collections=settings.sync.collections,
        config_file=settings.config_file or settings.sync.root / "docsync.toml",
        started_at=iso(clock.wall_ns()),
        wants_http=settings.http is not None,
    )


def socket_path(folder: Path) -> Path:
    """Where the daemon of *folder* listens: in it, or in the runtime folder when that path is too long."""
    path = folder / "docsync.sock"
    if len(os.fsencode(path)) <= _MAX_SOCKET_PATH_BYTES:
        return path
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or gettempdir()) / f"docsync-{os.getuid()}"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = runtime.stat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077:  # someone else may have made it first
        raise UsageError(
            f"{runtime}: must belong to you alone (mode 0700); remove it, or set XDG_RUNTIME_DIR"
        )
    return runtime / f"{sha256(os.fsencode(folder)).hexdigest()[:16]}.sock"


def _listen_settings(
    settings: DaemonSettings, token: str | None, is_open: Callable[[], bool]
) -> ListenSettings:
    host, port = settings.http or (None, None)
    own_key = None if token is None else Key.of_token("token", token)
    return ListenSettings(socket_path(settings.database.parent), host, port, settings.keys, own_key, is_open)
