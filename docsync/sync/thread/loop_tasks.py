"""What the loop does beside its batches: timed work, given by whoever composes it. Does nothing by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from docsync.errors import Damaged
from docsync.model import FollowedFile
from docsync.policy.slice_size import SliceSize
from docsync.sync.batch.batch_context import Progress
from docsync.sync.batch.engine import Engine
from docsync.sync.delivery import WalkOrder


class UpkeepPort(Protocol):
    """Keeps the database sound. `check` and `tick` raise Damaged, which `repair` then repairs.

    `repair` and `rebuild` return the engine to use from now on.
    """

    def check(self) -> None: ...
    def accept(self) -> None: ...
    def doubt(self) -> None: ...
    def tick(self, now_ns: int) -> int: ...
    def repair(self, error: Damaged, progress: Progress | None = None) -> Engine: ...
    def rebuild(self, reason: str, progress: Progress | None = None) -> Engine: ...


class WalkerPort(Protocol):
    """Looks at everything beside the sync thread, and puts what it finds into the inbox."""

    def begin(self, order: WalkOrder) -> None: ...
    def cancel(self) -> None: ...


@dataclass(frozen=True, slots=True)
class LoopTasks:
    """The timed work of the loop: `rescan_ns` between whole scans, spread by ±20 % with `jitter`.

    `resync` makes the watches anew after lost hints. `check_folder` is called before the work and raises
    what ends the loop; `check_watcher` is called after it, about once a second, with the time. `upkeep`
    looks after the database before and after each batch. `is_closed` is true of a file that no program can
    write any more, as far as the system tells. `follow` tells the watcher which files have more names than
    the one that it hears of. `walker` looks at everything beside this thread; without one a batch does.
    `hears_all` is true while hints are proved: then it need not look often. `slices`: how many paths of many
    one batch takes.
    """

    rescan_ns: int
    resync: Callable[[], None]
    check_watcher: Callable[[int], None]
    upkeep: UpkeepPort
    jitter: Random = field(default_factory=Random)
    is_closed: Callable[[str], bool] = lambda _: False
    follow: Callable[[Mapping[str, FollowedFile]], None] = lambda _: None
    check_folder: Callable[[], None] = lambda: None
    walker: WalkerPort | None = None
    hears_all: Callable[[], bool] = lambda: False
    slices: SliceSize = field(default_factory=SliceSize)
