"""One inotify descriptor and the thread that reads it. The only place that touches private names of watchdog.

Never gives up because of one bad event, and knows nothing of folders.
"""

import ctypes
import errno
import os
from collections.abc import Callable
from typing import Final

from watchdog.observers.inotify_c import (
    InotifyConstants,
    InotifyEvent,
    InotifyFD,
    inotify_add_watch,
    inotify_rm_watch,
)

_NEEDED = ("_inotify_fd", "_lock", "_closed", "handle_event", "read_events", "should_keep_running")

_NAMES: Final = (
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_MOVED_FROM
    | InotifyConstants.IN_MOVED_TO
    | InotifyConstants.IN_ATTRIB
    | InotifyConstants.IN_DELETE_SELF
    | InotifyConstants.IN_MOVE_SELF
    | InotifyConstants.IN_ONLYDIR
    | InotifyConstants.IN_DONT_FOLLOW
    | InotifyConstants.IN_EXCL_UNLINK
)
TREE_MASK: Final = _NAMES | InotifyConstants.IN_MODIFY | InotifyConstants.IN_CLOSE_WRITE
"""Everything that happens to the entries of a folder."""
STEP_MASK: Final = _NAMES | InotifyConstants.IN_CLOSE_WRITE | InotifyConstants.IN_MASK_ADD
"""The names in a folder, and which file was written: one may hold rules.

IN_MASK_ADD: a folder that is in a tree too keeps the mask of the tree.
"""

FILE_MASK: Final = (
    InotifyConstants.IN_MODIFY
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_ATTRIB
    | InotifyConstants.IN_MASK_ADD
)
"""Writes to one file, through whichever of its names. IN_MASK_ADD: a folder may lie there by now."""


class Descriptor(InotifyFD):
    """Calls *take* with every event, and *fail* when that raised, or with None when the thread dies."""

    def __init__(
        self, take: Callable[[InotifyEvent], None], fail: Callable[[Exception | None], None]
    ) -> None:
        super().__init__()
        self._take = take
        self._fail = fail
        if missing := [name for name in _NEEDED if not hasattr(self, name)]:
            super().start()  # a thread that ran gives its descriptors back by itself
            super().stop()
            super().join()
            raise ImportError(f"InotifyFD of this watchdog lacks {', '.join(missing)}")
        self.name = "docsync-inotify"
        self.daemon = False  # its owner joins it
        os.set_inheritable(self._inotify_fd, False)  # noqa: FBT003 - it takes no keyword

    def run(self) -> None:
        try:
            super().run()
        finally:
            if self.should_keep_running():
                self._fail(None)

    def handle_event(self, event: InotifyEvent) -> None:
        try:
            self._take(event)
        except Exception as error:  # noqa: BLE001 - the only reader outlives a bad event, and reports it
            self._fail(error)

    def add(self, folder: str, mask: int) -> int:
        """The watch number of *folder*: the same one for the same folder. Raises OSError."""
        with self._lock:
            if self._closed:  # its number may already belong to another file
                raise OSError(errno.EBADF, os.strerror(errno.EBADF), folder)
            watch = inotify_add_watch(self._inotify_fd, os.fsencode(folder), mask)
            if watch == -1:
                code = ctypes.get_errno()
                raise OSError(code, os.strerror(code), folder)
            return watch

    def remove(self, watch: int) -> None:
        """Forget the watch; the kernel may have forgotten it before."""
        with self._lock:
            if not self._closed:
                inotify_rm_watch(self._inotify_fd, watch)  # type: ignore[arg-type] # a NewType of int
