"""What differs although no document's file does: references, assets, warnings. Never marks anything."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import dirname

from docsync.model import FileState, Scan, Stamp
from docsync.names import EVERYTHING
from docsync.store.survey_rows import START
from docsync.sync.batch import more_private, name_twins
from docsync.sync.batch.reference_targets import ReferenceTargets
from docsync.sync.delivery import WalkOrder
from docsync.sync.rescan.asset_texts import AssetTexts
from docsync.sync.rescan.differences import Divergence
from docsync.sync.rescan.ports import Sources

_PAGE = 64


@dataclass(slots=True)
class Aside:
    """The files to look at for documents that name them: `asked` ones whatever their stamps say."""

    targets: ReferenceTargets
    scopes: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)


def look_aside(sources: Sources, order: WalkOrder, found: Divergence, aside: Aside) -> Iterator[None]:
    """Compare the status of every reference, and the stamp of every asset, with what is recorded."""
    yield from _compare_references(sources, found, aside)
    yield from _compare_assets(sources, order, found, aside)


def _compare_references(sources: Sources, found: Divergence, aside: Aside) -> Iterator[None]:
    after = START
    while page := sources.rows.page_links(after, _PAGE):
        after = page[-1][0]
        for _, link in page:
            now = aside.targets.resolve(link.path, link.reference)
            if now.status is not link.status and now.path is not None and link.path not in found.kept:
                aside.scopes.add(now.path)
        yield


def _compare_assets(sources: Sources, order: WalkOrder, found: Divergence, aside: Aside) -> Iterator[None]:
    stamps: dict[tuple[str, str], Stamp | None] = {}
    texts = AssetTexts(sources, order)
    after = START
    while page := sources.rows.page_uses(after, _PAGE):
        after = page[-1][0]
        for _, use in page:
            aside.targets.note(use.path, use.asset)
            place = (use.asset, dirname(use.path))
            if place not in stamps:
                stamps[place] = sources.tree.stamp_asset(use.asset, use.path)
            is_new = stamps[place] != use.stamp
            is_doubtful = not is_new and (order.reads_all or use.racy) and not texts.are_equal(use)
            if (is_new or is_doubtful) and use.path not in found.kept and _is_good(sources, use.path):
                aside.scopes.add(use.asset)
                aside.asked |= {use.asset} if is_doubtful else set()
            yield
        yield


def _is_good(sources: Sources, path: str) -> bool:
    """True for a document that would be read again: a broken one keeps what it was complete with."""
    entry = sources.rows.find_entries((path,)).get(path)
    return entry is not None and entry.state is FileState.OK


def find_changed_warnings(sources: Sources, order: WalkOrder, found: Divergence, scan: Scan) -> set[str]:
    """The paths of which their names and modes want other warnings than are recorded."""
    rows, changed = sources.rows, set[str]()
    twins = (
        {}
        if name_twins.CODE in order.ignore
        else name_twins.find_name_twins(rows.twin_groups([EVERYTHING], ()), scan.found.keys())
    )
    recorded = rows.warnings(name_twins.CODE, [EVERYTHING])
    changed |= {path for path in twins.keys() | recorded.keys() if twins.get(path) != recorded.get(path)}
    is_ignored = more_private.CODE in order.ignore
    exposed = set() if is_ignored else {p for p in found.exposed if order.audience.exceeds(scan.closed[p])}
    changed |= exposed ^ rows.warnings(more_private.CODE, [EVERYTHING]).keys()
    return changed - found.kept
