"""Pairs missing files with new ones: both halves of a rename land together. Never looks at the tree."""

from docsync.model import Entry, Stamp, Timing
from docsync.policy.grace_period import GracePeriod
from docsync.sync.batch.batch_context import BatchContext


def pair_renames(work: BatchContext, grace: GracePeriod, timing: Timing) -> None:
    """Pair missing files with new ones of equal identity; one that is not quiet yet waits."""
    look, heirs = work.look, _Heirs(work)
    known = look.known
    # A name that the file had before, as that of a hard link, is no new one. Its inode alone proves nothing:
    # a new file gets that of one that went.
    new = {path: at for path, at in work.stale.items() if not was_known(known.get(path), at)}
    for path, old in grace.match_renames(new).items():
        if path not in work.stale:
            continue  # it waits with another one
        hints = (look.last_hint_ns(path), look.last_hint_ns(old.entry.path))
        times = [at for at in hints if at is not None]
        quiet_ns = max(times, default=look.now_ns - timing.settle_ns) + timing.settle_ns
        # At the latest when the old name would be deleted by itself, both halves land.
        quiet_ns = min(quiet_ns, old.since_ns + timing.debounce_ns)
        if quiet_ns > look.now_ns and not old.immediate:  # Git's renames need no quiet
            heirs.postpone(path, quiet_ns)
        else:
            work.renames[path] = old.entry


def was_known(entry: Entry | None, stamp: Stamp) -> bool:
    """True when *stamp* is of the very file that was seen: then its name is none that it has just got."""
    return entry is not None and entry.stamp is not None and entry.stamp.identity == stamp.identity


class _Heirs:
    """Lets new names wait, and with each the new name of the file that lay there until now: else both show it."""

    def __init__(self, work: BatchContext) -> None:
        self._work = work
        self._names: dict[tuple[int, int], list[str]] | None = None

    def postpone(self, path: str, until_ns: int) -> None:
        """*path* is looked at again at *until_ns*."""
        waiting = [path]
        while waiting:
            name = waiting.pop()
            if self._work.stale.pop(name, None) is not None:  # a file of several names may be heir of two
                self._work.again[name] = until_ns
                waiting += self._list_heirs(name)

    def _list_heirs(self, path: str) -> list[str]:
        before = self._work.look.known.get(path)
        if before is None or before.stamp is None:
            return []
        if self._names is None:
            self._names = {}
            for name, stamp in self._work.stale.items():
                self._names.setdefault((stamp.inode, stamp.device), []).append(name)
        return self._names.get((before.stamp.inode, before.stamp.device), [])
