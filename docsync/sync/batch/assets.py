"""Reads the files that a document needs to be rendered, documents among them. Never writes.

A file that is gone, or no text any more, leaves its last good text where it was: a document is served with
all that it was complete with. Only what a document does not name any more goes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from docsync.formats.limits import LIMITS
from docsync.formats.source import FileRefused, decode_source
from docsync.model import (
    Asset,
    AssetUse,
    Content,
    Entry,
    FileBytes,
    FileState,
    Problem,
    ReadFailure,
    RefusedPath,
    ResolvedReference,
    Severity,
    Sign,
    Stamp,
)
from docsync.names import Collection
from docsync.policy.grace_period import GracePeriod
from docsync.scan.read import WriteState
from docsync.sync.batch.asset_names import Wanted, list_direct, list_taken_in
from docsync.sync.batch.look import LookContext
from docsync.sync.batch.redact_asset import redact_asset
from docsync.sync.ports import Parse, Tree

MAX_ASSETS, MAX_DEPTH, MAX_CHARACTERS = 64, 10, 1_048_576
"""So many files, so deep in each other, and so many characters of all of them, may a document need."""

CODE = "unusable-reference"
# Templates are parsed to see what they take in: beyond so many characters of all of them it would take too long.
_MAX_PARSED = 65_536


class AssetStore(Protocol):
    """What is stored of documents and their assets, as SqliteStore gives it."""

    def index(self, scopes: Iterable[str]) -> dict[str, Entry]: ...
    def asset_uses(self, scopes: Iterable[str], users: Iterable[str]) -> list[AssetUse]: ...
    def read_assets(self, path: str) -> Mapping[str, Asset]: ...
    def warnings(self, code: str, scopes: Iterable[str]) -> Mapping[str, Problem]: ...
    def has_front_matter(self, path: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class AssetRules:
    """Whether assets are taken at all, and without secrets."""

    takes: bool = True
    redact_secrets: bool = False


DEFAULT_RULES = AssetRules()


@dataclass(frozen=True, slots=True)
class Gathered:
    """The assets of a document, by path, and what is warned of them.

    `variables` are those that included texts want, None where nobody can tell.
    """

    assets: tuple[Asset, ...] = ()
    problems: tuple[Problem, ...] = ()
    variables: frozenset[str] | None = frozenset()


class AssetReader:
    """Gathers what documents need from one tree."""

    def __init__(
        self, tree: Tree, parse: Parse, rules: AssetRules, grace: GracePeriod, store: AssetStore | None
    ) -> None:
        self._tree = tree
        self._parse = parse
        self._rules = rules
        self._grace = grace
        self._store = store

    def have_changed(self, path: str) -> bool:
        """True where an asset of the document *path* is not, or may not be, what it was when it was taken in."""
        return self._store is not None and any(
            use.racy or self._tree.stamp_asset(use.asset, path) != use.stamp
            for use in self._store.asset_uses((), (path,))
        )

    def gather(
        self, path: str, content: Content, links: Iterable[ResolvedReference], look: LookContext
    ) -> Gathered:
        """All that the document *path* needs, read now; what is being written is left as it is known."""
        wanted = [
            one
            for one in list_direct(path, links)
            if one.is_template or not self._tree.collections_of(one.path)
        ]
        if not wanted or not self._rules.takes:
            return Gathered()
        known = self._store.read_assets(path) if self._store else {}
        gathering = _Gathering(
            self._tree,
            self._parse,
            self._rules,
            self._grace,
            path,
            content.template_kind,
            look,
            known,
            self._store,
        )
        gathering.read_all(wanted)
        assets = tuple(sorted(gathering.found.values(), key=lambda asset: asset.path))
        variables = None if gathering.variables is None else frozenset(gathering.variables)
        return Gathered(assets, tuple(gathering.problems), variables)


@dataclass(slots=True)
class _Gathering:
    """One document's assets in the making."""

    tree: Tree
    parse: Parse
    rules: AssetRules
    grace: GracePeriod
    document: str
    template_kind: str | None
    look: LookContext
    known: Mapping[str, Asset]
    store: AssetStore | None
    found: dict[str, Asset] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    characters: int = 0
    parsed: int = 0
    variables: set[str] | None = field(default_factory=set)

    def read_all(self, wanted: list[Wanted]) -> None:
        """Read *wanted* and what they take in, level by level."""
        while wanted:
            following: list[Wanted] = []
            for one in wanted:
                if one.path in self.found:
                    continue
                if not self._is_within_limits(one):
                    return
                asset = self.found[one.path] = self._read(one)
                self.characters += len(asset.text or "")
                if one.is_template and asset.text and "{" in asset.text:
                    following += self._look_into(asset.text, asset, one)
            wanted = following

    def _is_within_limits(self, one: Wanted) -> bool:
        if len(self.found) < MAX_ASSETS and one.depth <= MAX_DEPTH and self.characters <= MAX_CHARACTERS:
            return True
        limit = f"more than {MAX_ASSETS} files, {MAX_DEPTH} deep, or {MAX_CHARACTERS} characters"
        self._warn(one, f"the prompt takes in {limit}; the rest is left out")
        return False

    def _look_into(self, text: str, asset: Asset, one: Wanted) -> list[Wanted]:
        """What *text*, that of *asset*, takes in."""
        self.parsed += len(text)
        if self.parsed > _MAX_PARSED:
            self.variables = None
            self._warn(
                one, f"and others are more than {_MAX_PARSED} characters of templates: not looked into"
            )
            return []
        self._add_variables(text)
        is_current = one.is_current and asset.is_current
        return list(list_taken_in(text, self.template_kind, one, is_current=is_current))

    def _add_variables(self, text: str) -> None:
        from docsync.formats.prompty.template import variables_of  # for projects with prompts

        wanted = variables_of(text, {"format": {"kind": self.template_kind}}).names
        self.variables = None if wanted is None or self.variables is None else self.variables.union(wanted)

    def _read(self, one: Wanted) -> Asset:
        if one.path in self.look.resting:
            return self._keep(one)  # it is looked at when its own time comes
        match self.tree.read_asset(one.path, self.document):
            case ReadFailure.GONE:
                return self._read_gone(one)
            case ReadFailure.CHANGING:
                self.look.believes(self.grace, one.path)  # and looked at again
                return self._keep(one)
            case RefusedPath(problem, stamp):
                self._warn(one, f"cannot be taken in: {problem.message}")
                stamp = stamp or self.tree.stamp_asset(one.path, self.document)
                return replace(self._keep(one), stamp=stamp, racy=True)
            case FileBytes() as read:
                return self._read_content(one, read)

    def _keep(self, one: Wanted) -> Asset:
        """The text that is known of *one*, if any: nothing is known of its file."""
        return replace(self.known.get(one.path, Asset(one.path)), is_current=False)

    def _read_gone(self, one: Wanted) -> Asset:
        if one.is_optional:
            return Asset(one.path)
        if one.namer != self.document and one.is_current:  # what the document names is told of as a reference
            message = f"there is no file '{one.name}', which '{one.namer}' takes in"
            hint = "paths are relative to the file that takes in"
            self.problems.append(
                Problem(self.document, "missing-reference", message, Severity.WARNING, hint=hint)
            )
        return self._keep(one)

    def _read_content(self, one: Wanted, read: FileBytes) -> Asset:
        claims = self.tree.collections_of(one.path)
        try:
            asset = self._read_body(one, claims[0], read) if claims else self._read_text(one, read)
        except FileRefused as refused:
            if not one.must_be_text:
                return Asset(one.path, None, read.stamp, read.racy)
            self._warn(one, f"cannot be taken in: {refused.problems[0].message}")
            return replace(self._keep(one), stamp=read.stamp, racy=read.racy)
        if self._may_be_unfinished(one.path, claims, read) and not self._believes(one.path, read.stamp):
            return self._keep(one)
        return asset

    def _believes(self, path: str, stamp: Stamp) -> bool:
        """True once the grace period of *path* is over: the file is in doubt, and not who needs it."""
        is_over = self.look.believes(self.grace, path, stamp)
        if is_over:
            self.look.suspects.discard(path)
        return is_over

    def _read_text(self, one: Wanted, read: FileBytes) -> Asset:
        text = decode_source(one.path, read.octets, allow_conflicts=True, allow_blank=True).text
        if self.rules.redact_secrets:
            text = redact_asset(one.path, text)
        return Asset(one.path, text, read.stamp, read.racy)

    def _read_body(self, one: Wanted, collection: Collection, read: FileBytes) -> Asset:
        """The body of another document. Raises FileRefused where it has none that is good."""
        parsed = self.parse(collection.format, one.path, read.octets)
        document = json.loads(parsed.content.document) if parsed.content else {}
        if not isinstance(body := document.get("body"), str):
            raise FileRefused(*(parsed.problems[:1] or [Problem(one.path, CODE, "it has no text")]))
        line = document.get("body_line")
        return Asset(one.path, body, read.stamp, read.racy, body_line=line if isinstance(line, int) else 1)

    def _may_be_unfinished(self, path: str, claims: Sequence[Collection], read: FileBytes) -> bool:
        """As of a document whose beginning alone is valid, too."""
        if claims and self._is_believed(path, read):
            return False
        known = self.known.get(path, Asset(path)).text or ""
        has_shrunk = 2 * read.stamp.size < len(known.encode("utf-8", "surrogatepass"))
        if has_shrunk and self.look.sign(path) is not Sign.RENAMED:
            return True
        if claims and path in self.look.hints:
            return False  # a document is judged as itself
        # Also of one that was hinted at: a hint may be under way that it is being written again.
        return self.tree.asset_write_state(path, self.document) is WriteState.OPEN

    def _is_believed(self, path: str, read: FileBytes) -> bool:
        """True for a document with a row of these very bytes: they were judged when it got that."""
        entry = self.store.index((path,)).get(path) if self.store else None
        if entry is None or entry.state is not FileState.OK:
            return False
        return entry.content_hash == hashlib.sha256(read.octets).hexdigest()

    def _warn(self, one: Wanted, message: str) -> None:
        if one.is_current and len(self.problems) < LIMITS.problems:
            hint = "what a prompt takes in is UTF-8 text of at most 256 KiB"
            self.problems.append(
                Problem(self.document, CODE, f"'{one.path}' {message}", Severity.WARNING, hint=hint)
            )
