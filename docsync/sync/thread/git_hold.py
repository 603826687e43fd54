"""Holds batches back while Git is at work, so that a checkout, a merge or a rebase lands as one. Never longer than 10 s.

Rule 6 of docs/design.md.
"""

from collections.abc import Callable
from enum import Enum

from docsync.git import GitDirectories

_MAX_HOLD_NS = 10_000_000_000
LOOK_AGAIN_NS = 5_000_000


class GitAtWork(Exception):
    """Git began to work, or moved on, while a batch was under way: not an error, the batch is put back and tried again."""


class BatchExtent(Enum):
    """How a batch may go on."""

    PLAIN = "plain"
    WHOLE = "whole"  # Git has just been at work: everything dirty is one batch
    EVERYTHING = "everything"  # the same, and hints may be missing: look at all there is


class GitHold:
    """Asked before each batch and again before its commit. Without a repository it is always open."""

    def __init__(self, find: Callable[[], GitDirectories], prove_hints: Callable[[], bool]) -> None:
        """*find* gives the repositories that there are now, *prove_hints* waits until every earlier hint has arrived."""
        self._find = find
        self._prove_hints = prove_hints
        self._git = find()
        self._indexes = self._indexes_at_enter = self._indexes_at_rest = self._git.indexes()
        self._held_since_ns: int | None = None

    def enter(self, now_ns: int) -> BatchExtent:
        """Let a batch begin. Raises GitAtWork.

        When it must be whole, every hint of Git's work has arrived by the time this returns, or everything is to be
        looked at.
        """
        self._git = self._find()
        if self._git.is_working() and self._may_hold(now_ns):
            raise GitAtWork
        self._indexes_at_enter = self._git.indexes()
        # An index that went says nothing of files; one that came, also with its repository, was made with them.
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
        """Called about once a second while nothing is dirty: an index that has changed since is of no batch to come."""
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
