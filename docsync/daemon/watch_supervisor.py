"""Supervises the watcher: every 3 s a heartbeat file, called a cookie, must come back as a hint.

Each root's watch must be on its folder, too: rule 9 of docs/design.md. In doubt the watcher is opened anew
and everything is scanned; the reason is in the status.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from threading import Event
from types import TracebackType
from typing import Self

from docsync.model import FollowedFile, Sign
from docsync.names import EVERYTHING
from docsync.sync.thread.barrier import Barrier
from docsync.sync.thread.inbox import Inbox
from docsync.sync.thread.sync_log import Log
from docsync.sync.thread.thread_status import ThreadStatus
from docsync.watch import HintSource, MountWatch

_BEAT_NS = 3_000_000_000
_MAX_PAUSE_NS = 60_000_000_000
_DEAD = "watcher_dead"
_NO_HEARTBEAT = "no_heartbeat"
# What a source says when it polls folders that it may not watch; the cookies' folder may be one of them.
_UNWATCHED_REASONS = frozenset({"watch_limit", "unwatchable"})

Opener = Callable[[], AbstractContextManager[HintSource]]


class WatchSupervisor:
    """Owns the watcher. `tick` belongs to the sync thread; any thread may call the rest."""

    def __init__(
        self, opener: Opener, barrier: Barrier | None, inbox: Inbox, state: ThreadStatus, log: Log
    ) -> None:
        """*barrier* is None where cookies cannot be seen: no wait is proved by hints then."""
        self._opener = opener
        self._barrier = barrier
        self._inbox = inbox
        self._state = state
        self._log = log
        self._stack = ExitStack()
        self._heartbeat: Event | None = None
        self._next_check_ns = 0
        self._check_pause_ns = _BEAT_NS
        self._mount_watch = MountWatch()
        self._mounts = self._mount_watch.state()
        self._followed: Mapping[str, FollowedFile] = {}
        self.source: HintSource

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        self._mount_watch.close()

    def _open(self) -> None:
        mounts = self._mount_watch.state()
        self.source = self._stack.enter_context(self._opener())
        self.source.follow(self._followed)
        self._mounts = mounts

    def resync(self) -> None:
        """Hints were lost: watch everything that exists, forget what does not."""
        self.source.resync()

    def follow(self, files: Mapping[str, FollowedFile]) -> None:
        """Let this source, and the ones after it, watch *files*, too."""
        self._followed = files
        self.source.follow(files)

    def prove(self) -> bool:
        """Wait for the hints of all that was done before the call.

        False where that cannot be known: scan then.
        """
        if self._barrier is None or not self._gives_events() or self.source.reasons():
            return False
        # What was mounted since the last check is not watched yet, and gave no event.
        return self._barrier.wait() and self._mounts == self._mount_watch.state()

    def _gives_events(self) -> bool:
        return self.source.name == "inotify"

    def _brings_cookies(self) -> bool:
        codes = {reason.code for reason in self.source.reasons()}
        return self._gives_events() and not codes & _UNWATCHED_REASONS

    def is_proved(self) -> bool:
        """True while every hint arrives, as far as heartbeats can prove that."""
        known = {reason.code for reason in self._state.reasons}
        return self._heartbeat is not None and not self.source.reasons() and _DEAD not in known

    def tick(self, now_ns: int) -> None:
        """Called often; looks after the watcher every three seconds, less often while it keeps failing."""
        if now_ns < self._next_check_ns:
            return
        why = self._doubt()
        if why is None:
            self._check_pause_ns = _BEAT_NS
            if self._state.clear_reasons(_DEAD):
                self._log.info("watcher.restored", source=self.source.name)
            self._heartbeat = self._beat()
        else:
            self._renew(why)
            self._check_pause_ns = min(2 * self._check_pause_ns, _MAX_PAUSE_NS)
        self._next_check_ns = now_ns + self._check_pause_ns

    def _beat(self) -> Event | None:
        """Check each root's watch, and send the next cookie if one can come back; None otherwise."""
        if self._barrier is None and self._gives_events():
            self._state.raise_reason(
                _NO_HEARTBEAT, "the database lies outside of the project, where no cookie can be seen"
            )
        if self._barrier is None or not self._brings_cookies():
            self._check()
            return None
        with suppress(OSError):
            self._barrier.prepare()  # before the check, which watches the folder again if it had to be made
        self._check()
        cookie = self._barrier.send()
        if cookie is not None:
            self._state.clear_reasons(_NO_HEARTBEAT)
        elif self._state.raise_reason(
            _NO_HEARTBEAT, "no cookie can be written beside the database: the watcher cannot be proved"
        ):
            self._log.warning("watcher.unproved", next="every wait scans everything")
        return cookie

    def _check(self) -> None:
        mounts = self._mount_watch.state()
        self.source.check()
        if mounts != self._mounts and mounts.table == self._mounts.table:
            # Something was mounted and is gone: no watch has strayed, but rows may be of what lay there.
            self._inbox.hint(EVERYTHING, Sign.FOLDER)
        self._mounts = mounts  # only now: until its places are watched, a mount is news

    def _doubt(self) -> str | None:
        """Why the watcher cannot be trusted, None if it can."""
        if not self.source.alive():
            return "its thread has ended"
        if self._heartbeat is not None and not self._heartbeat.is_set():
            return "a file that was written did not come back as a hint"
        return None

    def _renew(self, why: str) -> None:
        if self._state.raise_reason(_DEAD, f"the watcher was opened anew: {why}"):
            self._log.error("watcher.dead", why=why, next="opening it anew and scanning everything")
        self._stack.close()
        self._open()
        self._heartbeat = None
        self._inbox.hint(EVERYTHING, Sign.FOLDER)
