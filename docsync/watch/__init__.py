"""Hints where to look: from events where they can be trusted, from polling elsewhere. Decides nothing."""

import errno
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

from watchdog.utils import UnsupportedLibcError

from docsync.watch.layered import LayeredSource
from docsync.watch.mount import MountWatch, remote_filesystem
from docsync.watch.poll import PollSource
from docsync.watch.source import Hint, HintSource, PollSettings, WatchReason

__all__ = [
    "Hint",
    "HintSource",
    "Mode",
    "MountWatch",
    "PollSettings",
    "WatchReason",
    "open_source",
    "remote_filesystem",
]

Mode = Literal["auto", "events", "poll"]

_NO_INSTANCE = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOSYS))
_ADVICE = "raise fs.inotify.max_user_instances or the limit of open files"


@contextmanager
def open_source(
    root: Path, folders: Sequence[str], hint: Hint, *, mode: Mode, polling: PollSettings
) -> Iterator[HintSource]:
    """Opens the best hint source for *folders* (POSIX, relative to *root*), for the length of the with block.

    *mode* is events (nothing but events), poll (nothing but polling) or auto: events, and polling as well
    while events may be missing.
    """
    with ExitStack() as stack:
        if mode == "poll":
            yield stack.enter_context(
                PollSource(polling, hint, reasons=(WatchReason("polling", "polling, as configured"),))
            )
            return
        source = _open_events(stack, root, folders, hint, polling)
        if mode == "auto" and source.name != "poll":
            source = stack.enter_context(
                LayeredSource(source, lambda: _remote_reason(root, folders), polling, hint)
            )
        yield source


def _open_events(
    stack: ExitStack, root: Path, folders: Sequence[str], hint: Hint, polling: PollSettings
) -> HintSource:
    """Events as good as this machine has them; polling where it gives none."""
    try:
        return _open_best(stack, root, folders, hint, polling)
    except OSError as error:
        if error.errno not in _NO_INSTANCE:
            raise
        reason = WatchReason(
            "instance_limit", f"no event descriptor to be had ({error.strerror}): polling; {_ADVICE}"
        )
        return stack.enter_context(PollSource(polling, hint, reasons=(reason,)))


def _open_best(
    stack: ExitStack, root: Path, folders: Sequence[str], hint: Hint, polling: PollSettings
) -> HintSource:
    try:
        from docsync.watch.inotify import InotifySource

        return stack.enter_context(
            InotifySource(root, folders, hint, poll_ms=polling.poll_ms, rule=polling.rule)
        )
    except (ImportError, UnsupportedLibcError) as error:
        from docsync.watch.watchdog_source import WatchdogSource

        reason = WatchReason("stock_watchdog", f"watchdog's own observer gives the hints: {error}")
        source = WatchdogSource(root, folders, hint, rule=polling.rule, reasons=(reason,))
        return stack.enter_context(source)


def _remote_reason(root: Path, folders: Sequence[str]) -> WatchReason | None:
    for folder in folders:
        if kind := remote_filesystem(root / folder):
            message = f"{folder} lies on {kind}, where changes made elsewhere give no events: polling as well"
            return WatchReason("network_mount", message, folder)
    return None
