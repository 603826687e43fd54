"""Those whom the loop tells what it does."""

from dataclasses import dataclass, field

from docsync.counters import Counters
from docsync.sync.thread.sync_log import SyncLog
from docsync.sync.thread.thread_status import ThreadStatus


@dataclass(frozen=True, slots=True)
class Observers:
    """What observes the loop: state for the status, log lines, and counters."""

    status: ThreadStatus
    log: SyncLog
    counters: Counters = field(default_factory=Counters)
