"""Loads one file: reads and parses it, and returns the change for its row. Never writes.

Bad news waits for its grace period.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from docsync.change import Delete, Refuse, RowChange, Touch, Upsert
from docsync.clock import iso
from docsync.formats import get_format
from docsync.model import (
    Content,
    Document,
    Entry,
    FileBytes,
    FileState,
    ParsedFile,
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
from docsync.sync.batch.assets import DEFAULT_RULES, AssetReader, AssetRules, AssetStore, Gathered
from docsync.sync.batch.conflict_copies import describe_conflict_copy
from docsync.sync.batch.look import LookContext
from docsync.sync.batch.reference_targets import ReferenceTargets
from docsync.sync.batch.review import ReadFile
from docsync.sync.ports import Parse, Tree


@dataclass(frozen=True, slots=True)
class ContentChecks:
    """What the content of a file goes through: `parse` by its format, then `review` by the rules.

    `ignore` are the codes of warnings that are not recorded. `assets` says which files are taken in.
    """

    parse: Parse
    review: Callable[[ReadFile, Content, Sequence[Problem]], ParsedFile]
    ignore: frozenset[str] = frozenset()
    assets: AssetRules = DEFAULT_RULES


class Loader:
    """Returns the change that makes the row of a path equal to its file, or None during its grace period.

    `ignore` are the codes of warnings that are not recorded, `redacts`: assets are stored without secrets.
    """

    def __init__(
        self, tree: Tree, checks: ContentChecks, grace: GracePeriod, store: AssetStore | None = None
    ) -> None:
        """*store* tells what is stored of the assets of a document."""
        self._tree = tree
        self._store = store
        self._assets = AssetReader(tree, checks.parse, checks.assets, grace, store)
        self.targets = ReferenceTargets(tree)
        self._parse = checks.parse
        self._review = checks.review
        self.ignore = checks.ignore
        self.redacts = checks.assets.redact_secrets
        self._grace = grace

    def load(self, path: str, look: LookContext) -> RowChange | None:
        """The change for *path* now. Paths that were caught being written are added to `look.again`."""
        entry, claims = look.known.get(path), self._tree.collections_of(path)
        match self._tree.read(path):
            case ReadFailure.CHANGING:
                return self._load_changing(path, claims, look)
            case ReadFailure.GONE:
                return self._load_gone(path, entry, look)
            case RefusedPath(problem, stamp):
                state = FileState.UNREADABLE if stamp is None else FileState.BROKEN
                return self._refuse_if_believed(Refuse(path, claims[0].type, state, (problem,), stamp), look)
            case FileBytes() as read:
                return self._load_content(path, claims, read, look)

    def _load_changing(self, path: str, claims: Sequence[Collection], look: LookContext) -> RowChange | None:
        """The change for a file that changes while it is read: it is looked at again.

        If that lasts longer than the grace period, the file is refused.
        """
        hint = (
            "some program writes it all the time, or its file system gives it a wrong size; move it elsewhere"
        )
        problem = Problem(path, "unreadable", "changes whenever it is read", hint=hint)
        refused = self._refuse_if_believed(
            Refuse(path, claims[0].type, FileState.UNREADABLE, (problem,)), look
        )
        if refused is None:
            look.again.add(path)
        return refused

    def _load_gone(self, path: str, entry: Entry | None, look: LookContext) -> RowChange | None:
        if entry is None:
            return None
        if not entry.has_document:
            return Delete(path)
        # It went after the scan. How long it has been missing counts from a scan that does not find it.
        look.again.add(path)
        return None

    def _load_content(
        self, path: str, claims: Sequence[Collection], read: FileBytes, look: LookContext
    ) -> RowChange | None:
        content_hash = hashlib.sha256(read.octets).hexdigest()
        entry, collection = look.known.get(path), claims[0]
        if (
            entry
            and _is_known(entry, content_hash, collection)
            and not self._must_review(path, collection, look)
        ):
            self._grace.settle(path, entry.type)
            unchanged = entry.stamp == read.stamp and entry.racy == read.racy
            return None if unchanged else Touch(path, read.stamp, read.racy)
        file = ReadFile(path, collection, read.octets)
        parsed = self._parse(collection.format, path, read.octets)
        gathered = Gathered()
        if parsed.content is not None:
            links = self.targets.resolve_all(path, parsed.content.references)
            if parsed.content.template_kind is not None:
                gathered = self._gather(path, parsed.content, links, look)
            file = replace(file, links=links, taken_variables=gathered.variables)
            parsed = self._review_linked(file, parsed.content, parsed.problems)
        gone = self._warn_gone_front_matter(file, content_hash, entry, parsed.content)
        problems = self._collect_problems(path, (*parsed.problems, *gathered.problems, *gone), claims)
        if parsed.content is None:
            broken = Refuse(
                path, collection.type, FileState.BROKEN, problems, read.stamp, content_hash, read.racy
            )
            return self._refuse_if_believed(broken, look)
        is_suspicious = (
            self._is_suspicious(entry, read.stamp, collection, look.sign(path))
            or self._is_vanished(gone, entry, content_hash)
            or self._is_unfinished(path, collection, look)
        )
        if is_suspicious and not look.believes(self._grace, path, read.stamp):
            return None
        document = _document(file, parsed.content, content_hash, read.stamp)
        document = replace(document, assets=gathered.assets) if gathered.assets else document
        return Upsert(document, read.stamp, read.racy, problems)

    def _must_review(self, path: str, collection: Collection, look: LookContext) -> bool:
        """True where bytes that are known may give another row: by the rules, or by what they take in."""
        return collection.type in look.reload or self._assets.have_changed(path)

    def _gather(
        self, path: str, content: Content, links: Iterable[ResolvedReference], look: LookContext
    ) -> Gathered:
        """What the document needs beside its file, each of which is waited for if no hint tells of it."""
        gathered = self._assets.gather(path, content, links, look)
        for asset in gathered.assets:
            self.targets.note(path, asset.path)
        return gathered

    def _review_linked(self, file: ReadFile, content: Content, problems: Sequence[Problem]) -> ParsedFile:
        """The review of *file*; of one that is refused nothing is said that depends on other files."""
        reviewed = self._review(file, content, problems)
        return reviewed if reviewed.content else self._review(replace(file, links=()), content, problems)

    def _refuse_if_believed(self, change: Refuse, look: LookContext) -> RowChange | None:
        entry = look.known.get(change.path)
        if entry is not None and entry.state is change.state is FileState.UNREADABLE:
            return change  # believed before; perhaps for another reason
        return change if look.believes(self._grace, change.path, change.stamp) else None

    def _collect_problems(
        self, path: str, found: Iterable[Problem], claims: Sequence[Collection]
    ) -> tuple[Problem, ...]:
        """What was *found*, and the warnings of a conflict copy and of a second collection."""
        problems = list(found)
        if copy := describe_conflict_copy(path, claims[0]):
            problems.append(copy)
        if len(claims) > 1:
            first, second = claims[0].type, claims[1].type
            message = f"also matches the collection {second!r}; {first!r} comes first and has it"
            problems.append(
                Problem(path, "overlap", message, Severity.WARNING, hint="exclude it from one of them")
            )
        return tuple(p for p in problems if p.severity is Severity.ERROR or p.code not in self.ignore)

    def _warn_gone_front_matter(
        self, file: ReadFile, content_hash: str, entry: Entry | None, content: Content | None
    ) -> tuple[Problem, ...]:
        """The warning of a file without front matter whose last version had some: until the next version."""
        if content is None or content.value is None or entry is None or self._store is None:
            return ()
        format_ = get_format(file.collection.format)
        if not entry.has_document or not format_.lacks_front_matter(content.value):
            return ()
        # The very text that the row holds is compared with nothing: what was said of it stays.
        is_stored = entry.state is FileState.OK and entry.content_hash == content_hash
        if is_stored:
            return tuple(self._store.warnings("fm-gone", (file.path,)).values())
        if not self._store.has_front_matter(file.path):
            return ()
        message = "the last version had front matter, this one has none: all of it is the body"
        hint = "bring it back, or begin the file with an empty one: two lines of '---'"
        return (Problem(file.path, "fm-gone", message, Severity.WARNING, 1, 1, hint),)

    @staticmethod
    def _is_vanished(gone: Sequence[Problem], entry: Entry | None, content_hash: str) -> bool:
        """True when front matter is *gone* in content that is not the row's own."""
        return bool(gone) and (entry is None or entry.content_hash != content_hash)

    def _is_unfinished(self, path: str, collection: Collection, look: LookContext) -> bool:
        """True for an unhinted file that is open for writing, in a format whose beginning is valid too."""
        if path in look.hints or get_format(collection.format).proves_complete:
            return False
        return self._tree.write_state(path) is WriteState.OPEN

    @staticmethod
    def _is_suspicious(entry: Entry | None, stamp: Stamp, collection: Collection, sign: Sign | None) -> bool:
        """True below half of the last good size, in a format whose beginning alone is valid too."""
        if entry is None or entry.good_size is None or sign is Sign.RENAMED:
            return False
        return not get_format(collection.format).proves_complete and 2 * stamp.size < entry.good_size


def _document(file: ReadFile, content: Content, content_hash: str, stamp: Stamp) -> Document:
    id_ = file.collection.document_id(file.path)
    modified = iso(stamp.mtime_ns)
    return Document(id_, file.collection.type, file.path, content, content_hash, modified, file.links)


def _is_known(entry: Entry, content_hash: str, collection: Collection) -> bool:
    """True when these very bytes were parsed before, for better or worse, by the same collection."""
    parsed = entry.state in (FileState.OK, FileState.BROKEN)
    return parsed and entry.content_hash == content_hash and entry.type == collection.type
