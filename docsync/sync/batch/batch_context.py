"""What one batch has in hand between its survey and its commit. Holds values and decides nothing."""

from collections.abc import Set
from dataclasses import dataclass, field

from docsync.change import Refuse
from docsync.diff import Difference
from docsync.model import Entry, Stamp
from docsync.sync.batch.deletions import Deletions
from docsync.sync.batch.load import LookContext


@dataclass(slots=True)
class BatchContext:
    """A batch under way.

    `skipped` are the names that are no documents, `stale` the files to read, `refused` the paths that cannot be taken,
    `renames` maps a new name to the entry of the old one, `upserted` maps a path to its type, `again` a path to the time
    of its next look (monotonic nanoseconds), `gone` are the files first seen missing, `appeared` the paths with content
    that is new to them, `unreadable` the known paths beneath a folder that cannot be read, `names` those that came or went.
    `roots` are the collections' folders that are not what they were, and therefore in the scope.
    """

    resting: Set[str]
    skipped: Set[str]
    difference: Difference
    look: LookContext
    deletions: Deletions
    refused: list[Refuse]
    stale: dict[str, Stamp]
    renames: dict[str, Entry] = field(default_factory=dict)
    upserted: dict[str, str] = field(default_factory=dict)
    again: dict[str, int] = field(default_factory=dict)
    gone: list[Entry] = field(default_factory=list)
    appeared: list[str] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    names: list[str] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)
