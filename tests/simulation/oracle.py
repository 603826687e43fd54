"""What the tree says of a path right now, worked out anew from its bytes. Knows nothing of the database."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache, partial

from docsync.formats import parse
from docsync.model import Content, ParsedFile, Problem, Severity
from docsync.names import Collection, covers, is_hidden, strip_folder
from docsync.sync.batch.load import ContentChecks
from docsync.sync.batch.review import DocumentRules, ReadFile, Review
from docsync.sync.setup import Settings, fingerprints
from tests.simulation.asset_tree import AssetTree
from tests.simulation.fake_filesystem import FakeFilesystem
from tests.simulation.name_table import File
from tests.simulation.tree import LinkKind


class Sort(Enum):
    """What lies at a path, as far as a daemon with the present settings can know."""

    FOREIGN = auto()  # no collection has it
    LOST = auto()  # its root is missing
    SHUT = auto()  # a folder above cannot be read
    ABSENT = auto()
    SKIPPED = auto()  # a pipe, or a link that is not followed
    DENIED = auto()
    LARGE = auto()
    BROKEN = auto()
    GOOD = auto()


BAD = (Sort.SHUT, Sort.DENIED, Sort.LARGE, Sort.BROKEN)


@dataclass(frozen=True, slots=True)
class Finding:
    """What lies at a path, and what was read from it."""

    sort: Sort
    type: str | None = None
    parsed: ParsedFile | None = None
    content_hash: str | None = None
    size: int = 0


@lru_cache(maxsize=4096)
def known_parse(format_name: str, path: str, octets: bytes, allow_conflicts: bool = False) -> ParsedFile:
    """The real parse, remembered: it is a function of its arguments."""
    return parse(format_name, path, octets, allow_conflicts=allow_conflicts)


@lru_cache(maxsize=4096)
def reviewed(
    ignore: frozenset[str], read: ReadFile, content: Content, problems: tuple[Problem, ...]
) -> ParsedFile:
    """What the rules say of a valid file, remembered too."""
    return Review(DocumentRules(ignore)).review(read, content, problems)


def known_checks(rules: DocumentRules) -> ContentChecks:
    """The real checks, remembered."""

    def review(read: ReadFile, content: Content, problems: Sequence[Problem]) -> ParsedFile:
        return reviewed(rules.ignore, read, content, tuple(problems))

    parser = partial(known_parse, allow_conflicts="merge-conflict" in rules.ignore)
    return ContentChecks(parser, review, rules.ignore)


@lru_cache
def known_fingerprints(settings: Settings) -> dict[str, str]:
    """The real fingerprints, remembered."""
    return fingerprints(settings, settings.rules())


@lru_cache(maxsize=4096)
def hash_of(octets: bytes) -> str:
    """SHA-256, as in `content_hash`."""
    return hashlib.sha256(octets).hexdigest()


class Oracle:
    """The tree with the eyes of today's settings."""

    def __init__(self, filesystem: FakeFilesystem, settings: Settings, tree: AssetTree) -> None:
        self.filesystem = filesystem
        self.tree = tree
        self.settings = settings
        self._findings: dict[str, Finding] = {}
        self._changes = -1
        self._by_type = {collection.type: collection for collection in settings.collections}

    def collection(self, path: str) -> Collection | None:
        """The collection that has *path*."""
        type_ = self.tree.type_of(path)
        return self._by_type[type_] if type_ else None

    def is_lost(self, path: str) -> bool:
        """True when *path* lies beneath a root that is not there."""
        return any(covers(root, path) for root in self.tree.lost_roots())

    def shut_by(self, path: str) -> str | None:
        """The folder that keeps *path*, which lies inside a collection's root, from being looked at."""
        above = self.filesystem.shut_above(path)
        inside = above and any(covers(collection.path, path) for collection in self.settings.collections)
        return above if inside else None

    def at(self, path: str) -> Finding:
        """What lies at *path*."""
        if self._changes != self.filesystem.changes:
            self._findings.clear()
            self._changes = self.filesystem.changes
        if path not in self._findings:
            self._findings[path] = self._at(path)
        return self._findings[path]

    def _at(self, path: str) -> Finding:
        if self.is_lost(path):
            return Finding(Sort.LOST)
        if self.shut_by(path) is not None:
            return Finding(Sort.SHUT, self.tree.type_of(path))
        collection = self.collection(path)
        if path in self.filesystem.links:
            return self._at_link(path, collection)
        if collection is None:
            return Finding(Sort.FOREIGN)
        return self._at_file(path, collection, self.filesystem.files.get(path))

    def _at_link(self, path: str, collection: Collection | None) -> Finding:
        """A link to a folder is listed whatever its name is, every other one only if it is called like a document."""
        folder = collection.path if collection else self._folder_of(path)
        if folder is None:
            return Finding(Sort.FOREIGN)
        end = self.tree.end_of(path, folder)
        if end.kind is LinkKind.FOLDER:
            return Finding(Sort.SKIPPED)
        if end.kind is LinkKind.SHUT:
            return Finding(Sort.SHUT, collection.type if collection else None)
        if collection is None:
            return Finding(Sort.FOREIGN)
        if end.kind is LinkKind.OUTSIDE:
            return Finding(Sort.SKIPPED, collection.type)
        return self._at_file(path, collection, self.filesystem.files.get(end.path))

    def _folder_of(self, path: str) -> str | None:
        """The folder of a collection in which *path* is seen."""
        for collection in self.settings.collections:
            inner = strip_folder(collection.path, path)
            if inner is not None and not any(map(is_hidden, inner.split("/"))):
                return collection.path
        return None

    def _at_file(self, path: str, collection: Collection, file: File | None) -> Finding:
        if file is None:
            return Finding(Sort.ABSENT, collection.type)
        if file.octets is None:
            return Finding(Sort.SKIPPED, collection.type)
        if file.shut:
            return Finding(Sort.DENIED, collection.type)
        if len(file.octets) > self.settings.max_file_bytes:
            return Finding(Sort.LARGE, collection.type)
        return self._read(path, collection, file.octets)

    def _read(self, path: str, collection: Collection, octets: bytes) -> Finding:
        parsed = self.parsed(path, collection, octets)
        sort = Sort.BROKEN if parsed.content is None else Sort.GOOD
        return Finding(sort, collection.type, parsed, hash_of(octets), len(octets))

    def parsed(self, path: str, collection: Collection, octets: bytes) -> ParsedFile:
        """What these bytes say at *path*, what is said beyond their format included."""
        parsed = known_parse(collection.format, path, octets, "merge-conflict" in self.settings.ignore)
        if parsed.content is None:
            return parsed
        links = tuple(self.tree.resolve(path, reference) for reference in parsed.content.references)
        read = ReadFile(path, collection, octets, links)
        return reviewed(self.settings.ignore, read, parsed.content, parsed.problems)

    def said(self, path: str, finding: Finding) -> list[tuple[str, str]]:
        """The problems that are to be recorded of *path*: severity and code, errors first."""
        if finding.sort in (Sort.DENIED, Sort.SHUT):
            return [("error", "unreadable")]
        if finding.sort is Sort.LARGE:
            return [("error", "too-large")]
        if finding.parsed is None:
            return []
        problems = list(finding.parsed.problems)
        codes = [
            (problem.severity.value, problem.code)
            for problem in problems
            if problem.severity is Severity.ERROR or problem.code not in self.settings.ignore
        ]
        if len(self.tree.collections_of(path)) > 1:
            codes.append(("warning", "overlap"))
        return sorted(codes)
