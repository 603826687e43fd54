"""A daemon with canned answers.

What it promises of them is what `Commands` promises: any thread, bounded by timeout.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from docsync.counters import Counters
from docsync.errors import TimedOut
from docsync.model import BatchRecord
from docsync.status import CollectionStatus, CommandResult, LastBatch, Latency, PathCounts, Reason, Status

AT = "2026-01-02T03:04:05.678Z"
STATUS = Status(
    version="1.0",
    pid=42,
    project="/srv/secret/project",
    database="/srv/secret/project/.docsync/docsync.db",
    socket="/run/elsewhere/docsync.sock",
    http=None,
    started_at=AT,
    state="in_sync",
    ready=True,
    epoch="e1",
    revision=7,
    watcher="inotify",
    documents=3,
    errors=1,
    warnings=0,
    held=1,
    pending=0,
    undecided=0,
    rescans=1,
    restart_to_apply=False,
    last_batch=LastBatch(AT, 7, 1, 0, 0.01),
    collections=(CollectionStatus("persona", "personas", "json", "ok", documents=3),),
    batches=(BatchRecord(AT, 7, 10.5, 1, 0, "hint"),),
    latency=Latency.of(2, ((AT, 20.0), (AT, 30.0))),
)
HOSTILE = "personas/<img src=x onerror=alert(1)></title>.json"
"""A file's name that is alive wherever somebody forgets to escape it."""


@dataclass
class FakeCommands:
    """`failure` is raised by every call that works; `hanging` calls last until `let_go` or their timeout."""

    now: Status = STATUS
    failure: Exception | None = None
    hanging: bool = False
    asked: list[tuple[object, ...]] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)
    counters: Counters = field(default_factory=Counters)
    alive: bool = True
    entered: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def status(self) -> Status:
        return self.now

    def ticks(self) -> bool:
        return self.alive

    def wait_for_change(self, after: int, timeout: float) -> int:
        return self.counters.wait(after, timeout)

    def reload(self, scopes: Sequence[str], timeout: float) -> CommandResult:
        return self._work(timeout, "reload", tuple(scopes), timeout)

    def rebuild(self, timeout: float) -> CommandResult:
        return self._work(timeout, "rebuild", timeout)

    def wait(self, paths: Sequence[str], timeout: float) -> CommandResult:
        return self._work(timeout, "wait", tuple(paths), timeout)

    def release(self, type_: str | None, timeout: float) -> CommandResult:
        return self._work(timeout, "release", type_, timeout)

    def stop(self) -> None:
        self.asked.append(("stop",))

    def degrade(self, *codes: str) -> None:
        reasons = tuple(Reason(code, f"{code} happened", AT) for code in codes)
        self.now = replace(self.now, ready=not any(r.ends_readiness for r in reasons), reasons=reasons)

    def _work(self, timeout: float, *asked: object) -> CommandResult:
        self.asked.append(asked)
        self.entered.release()
        if self.hanging and not self.let_go.wait(timeout):
            raise TimedOut(f"not done within {timeout:g} s")
        self._fail()
        return CommandResult("e1", 8, 0.5, upserted=("personas/ana.json",), counts=PathCounts(upserted=1))

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure
