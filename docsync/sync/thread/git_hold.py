"""Holds batches back while Git is at work, at most 10 s, so that a checkout or a rebase lands as one.

Rule 6 of docs/design.md.
"""

from collections.abc import Callable
from enum import Enum

from docsync.git import GitDirectories

_MAX_HOLD_NS = 10_000_000_000
LOOK_AGAIN_NS = 5_000_000


class GitAtWork(Exception):
    """Git works, or has moved on during a batch: not an error, the batch is put back and tried again."""


class BatchExtent(Enum):
    """How much a batch takes in."""

    PLAIN = "plain"
    WHOLE = "whole"  # Git has just been at work: everything dirty is one batch
    EVERYTHING = "everything"  # the same, and hints may be missing: look at all there is


class GitHold:
    """Asked before each batch and again before its commit. Without a repository it is always open."""

    def __init__(self, find: Callable[[], GitDirectories], prove_hints: Callable[[], bool]) -> None:
        """*find* gives the repositories of now, *prove_hints* waits until every earlier hint has arrived."""
        self._find = find
        self._prove_hints = prove_hints
        self._git = find()
        self._indexes = self._indexes_at_enter = self._indexes_at_rest = self._git.indexes()
        self._held_since_ns: int | None = None

    def enter(self, now_ns: int) -> BatchExtent:
        """Check before a batch. Raises GitAtWork while Git works.

        Returns WHOLE after Git's work, when all its hints have arrived, EVERYTHING when some may be missing.
        """
        self._git = self._find()
        if self._git.is_working() and self._may_hold(now_ns):
            raise GitAtWork
        self._indexes_at_enter = self._git.indexes()
        # A removed index proves nothing; a new one, also of a new repository, means that Git wrote files.
        if self._held_since_ns is None and self._indexes_at_enter <= self._indexes:
            return BatchExtent.PLAIN
        return BatchExtent.WHOLE if self._prove_hints() else BatchExtent.EVERYTHING

    def _may_hold(self, now_ns: int) -> bool:
        if self._held_since_ns is None:
            self._held_since_ns = now_ns
        return now_ns - self._held_since_ns < _MAX_HOLD_NS

    def check(self, now_ns: int) -> None:
        """Asked before COMMIT. Raises GitAtWork when Git has begun or moved on since `enter`."""
        moved = self._git.is_working() or not self._git.indexes() <= self._indexes_at_enter
        if moved and self._may_hold(now_ns):
            raise GitAtWork

    def rest(self) -> None:
        """Called about once a second while idle.

        An index that did not change since the last call belongs to no later batch.
        """
        self._git = self._find()
        indexes = self._git.indexes()
        if indexes == self._indexes_at_rest and not self._git.is_working():
            self._indexes = indexes
            self._held_since_ns = None
        self._indexes_at_rest = indexes

    def leave(self) -> None:
        """The batch was committed."""
        self._indexes = self._indexes_at_enter
        self._held_since_ns = None
