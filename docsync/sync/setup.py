"""Assembles an engine from plain settings: tree, store, checks, grace period, guard. Opens nothing."""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import apsw

from docsync.clock import SYSTEM, Clock, iso, parse_iso
from docsync.errors import ConfigError
from docsync.formats import get_format, parse
from docsync.git import GitDirectories, find_git
from docsync.lint import RULES
from docsync.lint.schema import Schema, compile_schema
from docsync.model import Timing
from docsync.names import Collection, to_printable
from docsync.permission import PRIVATE, Audience, Mode
from docsync.policy.grace_period import GracePeriod
from docsync.policy.guard import Deletion, Guard
from docsync.real_path import real_path
from docsync.regular_file import read_regular
from docsync.scan import FileTree
from docsync.store.retention import DEFAULT_KEEP_CHANGES
from docsync.store.sqlite import SqliteStore
from docsync.sync.batch.assets import AssetRules
from docsync.sync.batch.engine import Engine, EngineParts
from docsync.sync.batch.load import ContentChecks, Loader
from docsync.sync.batch.review import DocumentRules, Review
from docsync.sync.ports import DeclaredStore, Tree

# Moves whenever the same content would give another row, another search text or another warning.
_ROW_VERSION = 4
_MAX_SCHEMA_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting that decides what ends up in the database. `root` is the project's folder.

    `mode` is who may read it, None where docsync is to decide; `audience` tells who may read it now.
    """

    root: Path
    collections: tuple[Collection, ...]
    timing: Timing = field(default_factory=Timing)
    max_file_bytes: int = 1_048_576
    min_deletes: int = 20
    max_delete_ratio: float = 0.5
    ignore: frozenset[str] = frozenset()
    redact_secrets: bool = False
    takes_assets: bool = True
    keep_changes: int = DEFAULT_KEEP_CHANGES
    mode: Mode | None = None
    frozen_rules: DocumentRules | None = field(default=None, compare=False)
    audience: Callable[[], Audience] = field(default=lambda: PRIVATE, compare=False)

    def tree(self) -> FileTree:
        """The files of this project. Raises ConfigError in a process that does not read names as UTF-8."""
        _demand_utf8()
        return FileTree(self.root, self.collections, self.max_file_bytes)

    def git(self) -> GitDirectories:
        """The repositories that these files are in at this moment."""
        return find_git(self.root, [collection.path for collection in self.collections])

    def freeze_rules(self) -> "Settings":
        """These settings with the rules read now: a change of a schema counts from the next start on."""
        return replace(self, frozen_rules=self.rules())

    def rules(self) -> DocumentRules:
        """The checks of documents beyond their format. Raises ConfigError for an invalid schema."""
        if self.frozen_rules is not None:
            return self.frozen_rules
        schemas = dict(_schemas(self.root, self.collections))
        return DocumentRules(self.ignore, self.redact_secrets, schemas, self.takes_assets)


def _demand_utf8() -> None:
    """Raises ConfigError where the system's names are decoded by another encoding: ids would be others."""
    encoding = sys.getfilesystemencoding()
    if encoding.lower() != "utf-8":
        raise ConfigError(
            f"the locale's encoding is {encoding}; docsync reads file names as UTF-8: "
            "set LANG=C.UTF-8 or PYTHONUTF8=1 before Python starts"
        )


@dataclass(frozen=True, slots=True)
class EngineSources:
    """What an engine is assembled from: the tree, the store, and the checks that contents go through.

    `fingerprints` are those of today's rules, by type.
    """

    tree: Tree
    store: DeclaredStore
    checks: ContentChecks
    fingerprints: Mapping[str, str]
    audience: Callable[[], Audience] = lambda: PRIVATE


def build_engine(settings: Settings, connection: apsw.Connection, clock: Clock = SYSTEM) -> Engine:
    """An engine that keeps the database behind *connection* equal to the project's files."""
    store = SqliteStore(connection, lambda: iso(clock.wall_ns()), settings.keep_changes)
    rules = settings.rules()
    checks, prints = build_checks(rules), fingerprints(settings, rules)
    sources = EngineSources(settings.tree(), store, checks, prints, settings.audience)
    return assemble_engine(settings, sources, clock)


def assemble_engine(settings: Settings, sources: EngineSources, clock: Clock) -> Engine:
    """An engine that keeps the store of *sources* equal to the tree of *sources*."""
    tree, store = sources.tree, sources.store
    changed = store.declare(settings.collections, sources.fingerprints)
    reload = {type_: sources.fingerprints[type_] for type_ in changed}
    grace = GracePeriod(settings.timing, settings.min_deletes)
    guard = Guard(settings.min_deletes, settings.max_delete_ratio)
    guard.remember(store.list_held(), _date_deletions(store, clock))
    loader = Loader(tree, sources.checks, grace, store)
    return Engine(
        EngineParts(tree, store, loader, grace, guard, clock, sources.audience), settings.timing, reload
    )


def _date_deletions(store: DeclaredStore, clock: Clock) -> dict[str, Deletion]:
    """The deletions of an earlier process by path, on the monotonic clock of this one.

    One that comes from the future was applied now: the wall clock was set back.
    """
    now_ns, wall_ns = clock.monotonic_ns(), clock.wall_ns()
    return {
        one.path: (one.type, now_ns - max(0, wall_ns - parse_iso(one.at))) for one in store.list_deletions()
    }


def build_checks(rules: DocumentRules) -> ContentChecks:
    """The formats of docsync, and a review by *rules*."""
    parser = partial(parse, allow_conflicts="merge-conflict" in rules.ignore)
    assets = AssetRules(rules.takes_assets, rules.redact_secrets)
    return ContentChecks(parser, Review(rules).review, rules.ignore, assets)


def build_loader(tree: Tree, grace: GracePeriod, rules: DocumentRules) -> Loader:
    """A loader of the files of *tree* by *rules*."""
    return Loader(tree, build_checks(rules), grace)


def _schemas(root: Path, collections: tuple[Collection, ...]) -> Iterator[tuple[str, Schema]]:
    """The schema of each type that has one."""
    for collection in collections:
        octets = read_schema(root, collection)
        if collection.schema is not None and octets is not None:
            yield collection.type, compile_schema(to_printable(collection.schema), octets)


def read_schema(root: Path, collection: Collection) -> bytes | None:
    """The schema that *collection* names, None if it names none.

    Raises ConfigError where it lies outside of the project or cannot be read.
    """
    if collection.schema is None:
        return None
    real, shown = real_path(root), to_printable(collection.schema)
    if os.path.commonpath([real, real_path(root / collection.schema)]) != real:
        raise ConfigError(
            f"{shown}: the schema of {collection.type!r} lies outside of the "
            f"project; put it below {to_printable(str(root))}"
        )
    try:
        return read_regular(root / collection.schema, _MAX_SCHEMA_BYTES).octets
    except OSError as error:
        reason = f"the schema of {collection.type!r} cannot be read: {error.strerror}"
        raise ConfigError(f"{shown}: {reason}; its path is relative to {to_printable(str(root))}") from None


def fingerprints(settings: Settings, rules: DocumentRules) -> dict[str, str]:
    """The fingerprint of each type: *rules* are those of *settings*."""
    schemas = rules.schemas
    return {each.type: _fingerprint(settings, each, schemas.get(each.type)) for each in settings.collections}


def _fingerprint(settings: Settings, collection: Collection, schema: Schema | None) -> str:
    """A hash of every rule that can change a row of *collection*; another hash means loading it again."""
    rules: Mapping[str, object] = {
        "rows": _ROW_VERSION,
        "format": collection.format,
        "parser": get_format(collection.format).version,
        # All collections together decide which of them has a file, and whether another one claims it too.
        "collections": [
            (each.type, each.path, each.include, each.exclude, each.ignore) for each in settings.collections
        ],
        "max_file_bytes": settings.max_file_bytes,
        "ignore": sorted(settings.ignore),
        "lint": {rule.code: rule.version for rule in RULES},
        "redact_secrets": settings.redact_secrets,
        "assets": settings.takes_assets,
        "schema": schema and schema.digest,
    }
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()
