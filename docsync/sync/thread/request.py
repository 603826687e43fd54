"""Requests to the sync thread: look at once and say when it is done, or release what is held."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain

from docsync.names import EVERYTHING, ancestors, is_within
from docsync.status import CommandResult


class RequestKind(Enum):
    """What a request wants."""

    LOOK = "look"
    RELEASE = "release"


@dataclass(eq=False, slots=True)
class Request:
    """One request and its answer to be.

    LOOK: take everything that is dirty at once, and read the files in `scopes` whatever their stamps say;
    with `rescan` hints may be missing, so look at every stamp. Done when no grace period of its `paths` is
    left. With `rebuilds` the database is built afresh from the files before.

    `waits_for`: what is not decided of it yet, `left`: what was due before it and was not looked at yet.

    RELEASE: delete what is held of `type`, None for all collections. `paths` (and all beneath them) are what
    the answer is about; what changes after `asked_ns` (monotonic) is not waited for.
    """

    kind: RequestKind
    scopes: tuple[str, ...] = ()
    paths: tuple[str, ...] = (EVERYTHING,)
    type: str | None = None
    rescan: bool = False
    answer: "Future[CommandResult]" = field(default_factory=Future)
    asked_ns: int = field(kw_only=True)
    rebuilds: bool = field(default=False, kw_only=True)
    waits_for: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    upserted: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    _scopes: frozenset[str] = field(init=False)
    _above: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._scopes = frozenset(self.paths)
        self._above = frozenset(chain.from_iterable(map(ancestors, self.paths)))

    def concerns(self, path: str) -> bool:
        """True when *path* lies in what the answer is about."""
        return is_within(self._scopes, path)

    def depends_on(self, path: str) -> bool:
        """True when *path* lies in what the answer is about, or is a folder above that."""
        return self.concerns(path) or path in self._above
