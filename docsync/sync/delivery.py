"""What a pass of the walker is for, and what it delivers. No I/O."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from docsync.model import Reread, Scan
from docsync.permission import PRIVATE, Audience

NOTHING = Scan({}, {})


@dataclass(frozen=True, slots=True)
class WalkOrder:
    """One pass: its number, and what the sync thread knows that the walker must.

    `must_read`: paths that are to be read by new rules. `reads_all`: no stamp is believed. `redacts`: secrets
    are taken out of assets. `ignore`: codes of warnings that are not recorded. `audience`: who may read the
    database. `is_first`: nothing was looked at since the start, so everybody waits for this pass.
    """

    number: int
    must_read: frozenset[str] = frozenset()
    reads_all: bool = False
    redacts: bool = False
    ignore: frozenset[str] = frozenset()
    audience: Audience = PRIVATE
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one pass found to differ: claims to be proved, and no facts.

    `scopes` are decided together. `changed` are files that were written in place, which nothing else depends
    on. `asked`: what of both is to be read whatever its stamp says. `rereads` hold what is known of them.
    `links`: all files of more than one name. `unhinted`: what documents depend on of which no hint tells.
    `roots_differ`: a collection's folder is not as it is recorded. `is_still`: no folder moved meanwhile, so
    that what is gone is among it.
    """

    number: int
    scopes: frozenset[str] = frozenset()
    changed: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()
    rereads: tuple[Reread, ...] = ()
    links: Scan = NOTHING
    unhinted: Mapping[str, Set[str]] = field(default_factory=dict)
    roots_differ: bool = False
    is_still: bool = True
    cpu_ns: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """A pass that could not be done, and why: the database cannot be read beside the sync thread."""

    number: int
    reason: str = ""
