"""Puts an engine together from plain settings: tree, store, formats, belief and guard. Opens nothing by itself."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import apsw

from docsync.belief import Belief
from docsync.formats import format_named, parse
from docsync.guard import Guard
from docsync.model import Timing
from docsync.names import Collection
from docsync.scan import FileTree
from docsync.store.sqlite import SqliteStore
from docsync.sync.engine import Engine, Parts
from docsync.sync.load import Loader, Rules, iso

# Moves whenever the same content would give another row or another search text.
_ROW_VERSION = 1


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides what ends up in the database. `root` is the project's folder."""

    root: Path
    collections: tuple[Collection, ...]
    timing: Timing = field(default_factory=Timing)
    max_file_bytes: int = 1_048_576
    min_deletes: int = 20
    max_delete_ratio: float = 0.5
    ignore: frozenset[str] = frozenset()

    def tree(self) -> FileTree:
        """The files of this project."""
        return FileTree(self.root, self.collections, self.max_file_bytes)


def build_engine(settings: Settings, connection: apsw.Connection) -> Engine:
    """An engine that keeps the database behind *connection* equal to the project's files."""
    store = SqliteStore(connection, lambda: iso(time.time_ns()))
    prints = {collection.type: fingerprint(settings, collection) for collection in settings.collections}
    reload = {type_: prints[type_] for type_ in store.declare(settings.collections, prints)}
    tree = settings.tree()
    belief = Belief(settings.timing, settings.min_deletes)
    guard = Guard(settings.min_deletes, settings.max_delete_ratio)
    parser = partial(parse, allow_conflicts="merge-conflict" in settings.ignore)
    loader = Loader(tree, parser, belief, Rules(settings.ignore))
    return Engine(Parts(tree, store, loader, belief, guard), settings.timing.settle_ns, reload)


def fingerprint(settings: Settings, collection: Collection) -> str:
    """A hash of every rule that can change a row of *collection*: another one means that it is loaded again."""
    rules: Mapping[str, object] = {
        "rows": _ROW_VERSION,
        "format": collection.format,
        "parser": format_named(collection.format).version,
        "path": collection.path,
        "max_file_bytes": settings.max_file_bytes,
        "ignore": sorted(settings.ignore),
    }
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()
