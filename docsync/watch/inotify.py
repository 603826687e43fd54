"""The hint source on Linux: one inotify descriptor and one thread for all folders.

Never pairs moves and never reads a file.
"""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from watchdog.observers.inotify_c import InotifyConstants as In
from watchdog.observers.inotify_c import InotifyEvent

from docsync.foreign import MARKERS, NOTHING_ASKED_FOR, FolderRule
from docsync.model import FollowedFile, Sign
from docsync.names import EVERYTHING, VOLUME_LINK, is_hidden
from docsync.real_path import real_path
from docsync.watch.descriptor import Descriptor
from docsync.watch.followed import FollowedInode, FollowedName
from docsync.watch.mount import MountState, MountWatch
from docsync.watch.poll import PollSource
from docsync.watch.refusal import describe_refusal
from docsync.watch.source import Hint, PollSettings, WatchReason
from docsync.watch.watch_tree import PathStep, WatchedFolder, WatchedRoot, WatchTree

_SELF_EVENTS = In.IN_DELETE_SELF | In.IN_MOVE_SELF | In.IN_UNMOUNT | In.IN_IGNORED
_ROOT_EVENTS = _SELF_EVENTS | In.IN_ATTRIB
_LEAVE_EVENTS = In.IN_DELETE | In.IN_MOVED_FROM
_ENTER_EVENTS = In.IN_CREATE | In.IN_MOVED_TO

Hinted = tuple[str, Sign]


class InotifySource:
    """Hints from inotify; folders beyond the limit of watches are polled every *poll_ms*."""

    name = "inotify"

    def __init__(
        self,
        root: Path,
        folders: Sequence[str],
        hint: Hint,
        *,
        poll_ms: int,
        rule: FolderRule = NOTHING_ASKED_FOR,
    ) -> None:
        self._top = real_path(root)
        self._folders = folders
        self._hint = hint
        self._poll_ms = poll_ms
        self._rule = rule
        self._lifetime = ExitStack()
        self._poller: PollSource | None = None
        # Two threads may find the first folder without a watch: the reader, and the one that calls resync.
        self._poller_lock = Lock()
        self._trouble: WatchReason | None = None
        self._mounts: MountState | None = None

    def __enter__(self) -> Self:
        self._reader = Descriptor(self._take, self._fail)
        self._tree = WatchTree(self._top, self._folders, self._reader, self._rule)
        self._mount_watch = MountWatch()
        self._reader.start()
        with ExitStack() as stack:
            stack.callback(self._stop)
            self.resync()
            self._lifetime = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lifetime.close()

    def _stop(self) -> None:
        self._reader.stop()
        self._reader.join()
        if self._poller is not None:
            self._poller.__exit__(None, None, None)
        self._mount_watch.close()

    def alive(self) -> bool:
        """True while the reader thread runs, and the poller if there had to be one."""
        return self._reader.is_alive() and (self._poller is None or self._poller.alive())

    def reasons(self) -> tuple[WatchReason, ...]:
        """A dead reader, a bad event, folders without a watch."""
        reasons = [] if self._trouble is None else [self._trouble]
        if not self._reader.is_alive():
            reasons.insert(0, WatchReason("reader_died", "the thread that reads inotify has ended"))
        return (*reasons, *self._refusals())

    def check(self) -> tuple[str, ...]:
        """Watch the roots again: the same watch number proves a folder; device and inode are reused too soon.

        No event tells that something was mounted over a folder beneath: all are watched again when a mount
        came or went.
        """
        before, self._mounts = self._mounts, self._mount_watch.state()
        moved = before != self._mounts
        strayed = tuple(root.path for root in self._tree.roots if self._tree.watch_root(root, thorough=moved))
        if moved:
            self._tree.renew_followed(self._mounts.table)
        self._poll_refused()
        for path in strayed:
            self._hint(path, Sign.FOLDER)
        return strayed

    def resync(self) -> None:
        """Watch everything that exists, forget what does not. To be called after LOST, before the scan."""
        self._trouble = None
        self._mounts = self._mount_watch.state()
        for root in self._tree.roots:
            self._tree.watch_root(root, thorough=True)
        self._tree.renew_followed(self._mounts.table)
        self._poll_refused()

    def follow(self, files: Mapping[str, FollowedFile]) -> None:
        """Watch *files* on the same descriptor; each is hinted after that, as it may have changed before."""
        with self._tree.lock:
            changed = self._tree.followed.follow(files)
        self._poll_refused()
        for path in changed:
            self._hint(path, Sign.ATTRIBUTES)

    # The reader thread.

    def _take(self, event: InotifyEvent) -> None:
        if event.is_queue_overflow:
            self._hint(EVERYTHING, Sign.LOST)
            return
        # The lock is not held while hinting: whoever takes hints may hold a lock of their own.
        with self._tree.lock:
            hinted = dict.fromkeys(self._hints_of(event))
        self._poll_refused()
        for path, sign in hinted:
            self._hint(path, sign)

    def _fail(self, error: Exception | None) -> None:
        if error is not None:
            self._trouble = WatchReason("bad_event", f"an event could not be taken: {error!r}")
        self._hint(EVERYTHING, Sign.LOST)

    def _hints_of(self, event: InotifyEvent) -> Iterator[Hinted]:
        ledger = self._tree.ledger
        name = os.fsdecode(event.name)
        for user in ledger.forget(event.wd) if event.is_ignored else ledger.users(event.wd):
            if isinstance(user, PathStep):
                yield from self._handle_step(user, event.mask, name)
            elif isinstance(user, FollowedName | FollowedInode):
                if event.is_ignored:
                    self._tree.followed.restore(user)
                yield from _handle_followed(user, event.mask, name)
            else:
                yield from self._handle_node(user, event.mask, name)

    def _handle_step(self, step: PathStep, mask: int, name: str) -> Iterator[Hinted]:
        if name == step.name or (not name and mask & _ROOT_EVENTS):
            yield from self._watch_again(step.root)
        elif name in self._rule.rule_files:
            yield step.root.path, Sign.FOLDER

    def _handle_node(self, node: WatchedFolder, mask: int, name: str) -> Iterator[Hinted]:
        if not name:
            yield from self._handle_itself(node, mask)
        elif name in self._rule.rule_files and not node.is_foreign:
            yield node.path, Sign.FOLDER
        elif node.is_foreign or name in MARKERS:
            yield from self._handle_marker(node, name)
        elif mask & In.IN_ISDIR:
            yield from self._handle_folder(node, mask, name)
        else:
            yield from _handle_file(node, mask, name)

    def _handle_itself(self, node: WatchedFolder, mask: int) -> Iterator[Hinted]:
        if node.parent is None and mask & _ROOT_EVENTS:
            yield from self._watch_again(node.root)
        elif mask & In.IN_IGNORED and self._tree.watch_folder(node, thorough=True):
            # The watch is gone: the folder was deleted (its parent reports that too), or unmounted, and the
            # folder beneath it shows.
            yield node.path, Sign.FOLDER

    def _handle_marker(self, node: WatchedFolder, name: str) -> Iterator[Hinted]:
        """Enter a folder, or leave it, when what tells whose it is came or went."""
        if name in MARKERS and self._tree.has_changed_kind(node):
            self._tree.watch_folder(node, thorough=True)
            yield node.path, Sign.FOLDER

    def _watch_again(self, root: WatchedRoot) -> Iterator[Hinted]:
        self._tree.watch_root(root, thorough=True)
        yield root.path, Sign.FOLDER

    def _handle_folder(self, node: WatchedFolder, mask: int, name: str) -> Iterator[Hinted]:
        if not self._tree.is_entered(name):
            return
        # Also when a folder left: another one may have its name by now, and may have been watched under
        # another name, as after an exchange of the two. The events of that one then tell no news.
        news = self._tree.watch_folder(self._tree.child(node, name), thorough=not mask & In.IN_CREATE)
        # With other permissions it may have become readable.
        if news or not mask & In.IN_CREATE:
            yield node.join_name(name), Sign.CREATED if mask & In.IN_CREATE else Sign.FOLDER

    # Folders without a watch.

    def _refusals(self) -> Iterator[WatchReason]:
        with self._tree.lock:
            refused = [
                (code, user.root.path if isinstance(user, PathStep) else user.path)
                for users in (self._tree.refused, self._tree.followed.refused)
                for user, code in users.items()
            ]
        for code in sorted({code for code, _ in refused}):
            yield describe_refusal(code, sorted(path for found, path in refused if found == code))

    def _poll_refused(self) -> None:
        with self._poller_lock:
            if self._poller is None and (self._tree.list_polled() or self._tree.followed.refused):
                self._poller = PollSource(PollSettings(self._sweep, self._poll_ms), self._hint).__enter__()

    def _sweep(self) -> dict[str, object]:
        """The stamps of files in folders without a watch.

        Files of a folder that gets one now leave: hinted GONE.
        """
        for path in self._tree.retry():
            self._hint(path, Sign.FOLDER)
        with self._tree.lock:
            self._tree.followed.retry()
            stamps = self._tree.followed.stamps()
        return {path: stamp for node in self._tree.list_polled() for path, stamp in _files(node)} | stamps


def _handle_file(node: WatchedFolder, mask: int, name: str) -> Iterator[Hinted]:
    if name == VOLUME_LINK and mask & _ENTER_EVENTS:
        yield node.root.path, Sign.SWAPPED
    elif not is_hidden(name):
        yield node.join_name(name), _sign(mask, f"{node.real}/{name}")


def _handle_followed(user: FollowedName | FollowedInode, mask: int, name: str) -> Iterator[Hinted]:
    if isinstance(user, FollowedName):
        if not name or name == user.name:
            yield user.path, Sign.FOLDER
    elif not name:
        yield user.path, _write_sign(mask)


def _write_sign(mask: int) -> Sign:
    """What an event of a file itself says."""
    if mask & In.IN_CLOSE_WRITE:
        return Sign.CLOSED
    return Sign.OPEN if mask & In.IN_MODIFY else Sign.ATTRIBUTES


def _sign(mask: int, real: str) -> Sign:
    if mask & _ENTER_EVENTS and _is_symlink(real):
        return Sign.FOLDER
    if mask & In.IN_MOVED_TO:
        return Sign.RENAMED
    if mask & In.IN_CLOSE_WRITE:
        return Sign.CLOSED
    if mask & _LEAVE_EVENTS:
        return Sign.GONE
    return Sign.ATTRIBUTES if mask & In.IN_ATTRIB else Sign.OPEN


def _is_symlink(real: str) -> bool:
    try:
        return stat.S_ISLNK(os.lstat(real).st_mode)
    except OSError:
        return False


def _files(node: WatchedFolder) -> list[tuple[str, object]]:
    """The files directly in a folder, each with a stamp; none of a foreign one."""
    if node.is_foreign:
        return []
    try:
        with os.scandir(node.real) as entries:
            listed = [
                entry
                for entry in entries
                if not is_hidden(entry.name) and not entry.is_dir(follow_symlinks=False)
            ]
            return [(node.join_name(entry.name), _stamp(entry)) for entry in listed]
    except OSError:
        return []


def _stamp(entry: "os.DirEntry[str]") -> tuple[int, ...]:
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:  # it went since it was listed: gone at the next look
        return ()
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_mode)
