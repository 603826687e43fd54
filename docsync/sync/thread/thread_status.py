"""The state of the sync thread, for the status. The sync thread alone writes it."""

from dataclasses import dataclass, field, replace

from docsync.clock import Clock, iso
from docsync.status import LastBatch, Reason


@dataclass(slots=True)
class ThreadStatus:
    """The state of the sync thread. Fields are replaced whole, so that a reader never sees half of one.

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
        """Add the reason *code* for being degraded; True if it is new. A known reason keeps its `since`."""
        known = next((reason for reason in self.reasons if reason.code == code), None)
        if known is None:
            self.reasons = (*self.reasons, Reason(code, message, iso(self.clock.wall_ns())))
        elif known.message != message:
            self.reasons = tuple(replace(r, message=message) if r is known else r for r in self.reasons)
        return known is None

    def clear_reasons(self, *codes: str) -> bool:
        """Remove the reasons with *codes*; True if there was one."""
        left = tuple(reason for reason in self.reasons if reason.code not in codes)
        over = len(left) != len(self.reasons)
        self.reasons = left
        return over
