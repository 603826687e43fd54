"""The vital signs of the sync thread: written by it alone, read by whoever asks for the status."""

from dataclasses import dataclass, field, replace

from docsync.clock import Clock, iso
from docsync.status import LastBatch, Reason


@dataclass(slots=True)
class ThreadStatus:
    """What the sync thread is about. Fields are replaced whole, so that a reader never sees half of one.

    `tick_ns` is when the loop last came round (monotonic nanoseconds).
    """

    clock: Clock
    tick_ns: int = field(init=False)
    scanned: bool = False
    syncing: bool = False
    undecided: int = 0
    rescans: int = 0
    last_batch: LastBatch | None = None
    reasons: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        self.tick_ns = self.clock.monotonic_ns()

    def raise_reason(self, code: str, message: str) -> bool:
        """Something is wrong. True if it was not known yet; a known reason keeps its `since`."""
        known = next((reason for reason in self.reasons if reason.code == code), None)
        if known is None:
            self.reasons = (*self.reasons, Reason(code, message, iso(self.clock.wall_ns())))
        elif known.message != message:
            self.reasons = tuple(replace(r, message=message) if r is known else r for r in self.reasons)
        return known is None

    def clear_reasons(self, *codes: str) -> bool:
        """What was wrong is over. True if any of *codes* was known."""
        left = tuple(reason for reason in self.reasons if reason.code not in codes)
        over = len(left) != len(self.reasons)
        self.reasons = left
        return over
