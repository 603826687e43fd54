"""One look at the tree, as a value: what is looked at, since when, and what it has found bad. Never reads."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from docsync.clock import Clock
from docsync.model import Entry, Sign, Stamp
from docsync.policy.batch import DirtyPath
from docsync.policy.grace_period import GracePeriod

LastHint = Callable[[str], int | None]
"""When a path was last hinted at (monotonic nanoseconds), None if not lately."""


@dataclass(frozen=True, slots=True)
class LookContext:
    """One look at `scopes`: when it began, the known entries, and the time and sign of the last `hints`.

    `reload` are the types that must be parsed again although their bytes are known. `resting` are paths that
    must not be looked at yet, `asked` scopes to be read whatever their stamps say. Hints from `heard_ns` on
    were not looked at yet (None: all were). The look itself collects the paths that were caught being written
    in `again`, and those that were found bad in `suspects`.
    """

    scopes: Sequence[str]
    now_ns: int
    clock: Clock
    known: Mapping[str, Entry]
    last_hint_ns: LastHint
    hints: Mapping[str, DirtyPath]
    reload: frozenset[str]
    resting: Set[str] = frozenset()
    asked: Set[str] = frozenset()
    heard_ns: int | None = None
    again: set[str] = field(default_factory=set)
    suspects: set[str] = field(default_factory=set)

    def sign(self, path: str) -> Sign | None:
        """What the last hint of *path* said; None when a newer one has come since the look began."""
        hint_ns, hint = self.last_hint_ns(path), self.hints.get(path)
        return None if hint is None or (hint_ns is not None and hint_ns > self.now_ns) else hint.sign

    def believes(self, grace: GracePeriod, path: str, stamp: Stamp | None = None) -> bool:
        """Record that *path* was just found bad under *stamp*; True once its grace period is over.

        The grace period starts after the look that first finds it, and is measured to the start of the look
        that still finds it.
        """
        self.suspects.add(path)
        now_ns = self.now_ns if grace.is_suspect(path) else self.clock.monotonic_ns()
        identity = None if stamp is None else stamp.identity
        return grace.suspect(path, now_ns, self.last_hint_ns(path), identity)
