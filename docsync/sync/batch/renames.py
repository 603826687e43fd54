"""Pairs missing files with new ones: both halves of a rename land together. Never looks at the tree."""

from docsync.model import Timing
from docsync.policy.grace_period import GracePeriod
from docsync.sync.batch.batch_context import BatchContext


def pair_renames(work: BatchContext, grace: GracePeriod, timing: Timing) -> None:
    """Pair missing files with new ones of equal identity; one that is not quiet yet waits."""
    look = work.look
    known = look.known
    # A name that the file had before, as that of a hard link, is no new one.
    new = {path: at for path, at in work.stale.items() if path not in known or not known[path].is_of(at)}
    for path, old in grace.match_renames(new).items():
        hints = (look.last_hint_ns(path), look.last_hint_ns(old.entry.path))
        times = [at for at in hints if at is not None]
        quiet_ns = max(times, default=look.now_ns - timing.settle_ns) + timing.settle_ns
        # At the latest when the old name would be deleted by itself, both halves land.
        quiet_ns = min(quiet_ns, old.since_ns + timing.debounce_ns)
        if quiet_ns > look.now_ns and not old.immediate:  # Git's renames need no quiet
            work.again[path] = quiet_ns
            del work.stale[path]
        else:
            work.renames[path] = old.entry
