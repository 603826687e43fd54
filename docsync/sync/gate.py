"""Holds batches back while Git is at work, so that a checkout, a merge or a rebase lands as one. Never longer than 10 s.

Rule 6 of the timing contract.
"""

from collections.abc import Callable

from docsync.git import Git

_MOST_NS = 10_000_000_000
LOOK_AGAIN_NS = 5_000_000


class GitAtWork(Exception):
    """Git began to work, or moved on, while a batch was under way: not an error, the batch is put back and tried again."""


class GitGate:
    """Asked before each batch and again before its commit. Without a repository it is always open."""

    def __init__(self, git: Git | None, proves: Callable[[], bool]) -> None:
        """*proves* waits until every hint of what happened before has arrived."""
        self._git = git
        self._proves = proves
        self._index = git.index() if git else None
        self._seen_index = self._index
        self._held_since_ns: int | None = None

    def enter(self, now_ns: int) -> bool:
        """Let a batch begin: True if it must be whole, because Git has just been at work. Raises GitAtWork.

        When it must be whole, every hint of Git's work has arrived by the time this returns.
        """
        if self._git is None:
            return False
        if self._git.is_working() and self._may_hold(now_ns):
            raise GitAtWork
        self._seen_index = self._git.index()
        whole = self._held_since_ns is not None or self._seen_index != self._index
        if whole:
            self._proves()
        return whole

    def _may_hold(self, now_ns: int) -> bool:
        if self._held_since_ns is None:
            self._held_since_ns = now_ns
        return now_ns - self._held_since_ns < _MOST_NS

    def check(self, now_ns: int) -> None:
        """Asked before COMMIT. Raises GitAtWork when Git has begun or moved on since `enter`."""
        if self._git is None:
            return
        moved = self._git.is_working() or self._git.index() != self._seen_index
        if moved and self._may_hold(now_ns):
            raise GitAtWork

    def leave(self) -> None:
        """The batch was committed."""
        self._index = self._seen_index
        self._held_since_ns = None
