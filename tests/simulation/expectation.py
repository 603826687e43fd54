"""What the database must say of a path once it had the time: promise P1, path by path. Never looks at how it came."""

import json
from collections.abc import Iterator, Set

from docsync.names import ancestors
from tests.simulation.asset_oracle import asset_codes, asset_complaints, is_settled
from tests.simulation.oracle import Finding, Oracle, Sort
from tests.simulation.snapshot import FileRow, Row, Snapshot

_KEPT_STATES = {Sort.SHUT: ("unreadable", "held"), Sort.DENIED: ("unreadable",)}


def complaints(path: str, oracle: Oracle, seen: Snapshot) -> Iterator[str]:
    """What is wrong with what *seen* says of *path*. Beneath a root that is away it is as it was: nothing can be said."""
    folder = oracle.filesystem.folders.get(path)
    if folder is not None and folder.shut:
        return  # it is listed as unreadable, whatever it is called
    finding = oracle.at(path)
    row, file = seen.rows.get(path), seen.files.get(path)
    if finding.sort in (Sort.FOREIGN, Sort.ABSENT):
        yield from _absent(path, row, file, seen)
    elif finding.sort is Sort.SKIPPED:
        yield from _skipped(path, row, file, seen)
    elif finding.sort in (Sort.SHUT, Sort.DENIED):
        yield from _closed(path, finding, row, file)
    elif finding.sort in (Sort.LARGE, Sort.BROKEN):
        yield from _broken(path, finding, file)
    elif finding.sort is Sort.GOOD:
        yield from _good(path, finding, oracle, row, file)
    yield from _said(path, finding, oracle, seen)


def _said(path: str, finding: Finding, oracle: Oracle, seen: Snapshot) -> Iterator[str]:
    if finding.sort in (Sort.DENIED, Sort.LARGE, Sort.BROKEN, Sort.GOOD):
        # What looks alike is for the comparison with a new database; what the last version had, no file tells.
        said = sorted(told for told in seen.said(path) if told[1] not in ("name-twin", "fm-gone"))
        wanted = sorted([*oracle.said(path, finding), *asset_codes(oracle, path, finding)])
        if said != wanted:
            yield f"{path}: problems {said}, should be {wanted}"


def _absent(path: str, row: Row | None, file: FileRow | None, seen: Snapshot) -> Iterator[str]:
    if row is None and (file is not None or path in seen.problems):
        yield f"{path}: is not there, but remembered as {file} with {seen.said(path)}"
    elif row is not None and (file is None or file.state != "held"):
        yield f"{path}: is not there and not held, but has a row"


def _skipped(path: str, row: Row | None, file: FileRow | None, seen: Snapshot) -> Iterator[str]:
    if row is not None and (file is None or file.state != "held"):
        yield f"{path}: is skipped, but has a row that is not held"
    if row is None and seen.said(path) != [("warning", "skipped")]:
        yield f"{path}: is not followed, but is not listed as skipped: {seen.said(path)}"


def _closed(path: str, finding: Finding, row: Row | None, file: FileRow | None) -> Iterator[str]:
    if row is None and finding.sort is Sort.SHUT:
        return
    states = _KEPT_STATES[finding.sort]
    if file is None or file.state not in states:
        yield f"{path}: cannot be read, but is {file.state if file else 'unknown'}"


def _broken(path: str, finding: Finding, file: FileRow | None) -> Iterator[str]:
    if file is None or file.state != "broken" or file.content_hash not in (finding.content_hash, None):
        yield f"{path}: is broken, but remembered as {file}"


def _good(
    path: str, finding: Finding, oracle: Oracle, row: Row | None, file: FileRow | None
) -> Iterator[str]:
    if row is None or file is None:
        yield f"{path}: is good, but has no row"
        return
    if (
        row.content_hash != finding.content_hash
        or file.state != "ok"
        or file.content_hash != finding.content_hash
    ):
        yield f"{path}: is good ({finding.content_hash}), but its row is of {row.content_hash}, its state {file}"
    collection = oracle.collection(path)
    if collection is None or (row.type, row.id) != (collection.type, collection.document_id(path)):
        yield f"{path}: has the wrong id {row.id}"
    yield from content_complaints(row, finding)


def _taken(oracle: Oracle, seen: Snapshot) -> Iterator[str]:
    for path, row in seen.rows.items():
        finding = oracle.at(path)
        if seen.files[path].state == "ok" and is_settled(oracle, row, finding):
            yield from asset_complaints(oracle, row, finding)


def content_complaints(row: Row, finding: Finding) -> Iterator[str]:
    """Whether a row says what its bytes say."""
    content = finding.parsed.content if finding.parsed else None
    if content is None:
        yield f"{row.path}: the row's bytes are no valid file"
        return
    wanted = (content.name, content.document, content.description, list(content.tags))
    if (row.name, row.document, row.description, json.loads(row.tags)) != wanted:
        yield f"{row.path}: the row does not say what its bytes say"


def taken_complaints(asset: str, oracle: Oracle, seen: Snapshot) -> Iterator[str]:
    """What is wrong with what documents took in of the file *asset*."""
    for path, row in seen.rows.items():
        finding, file = oracle.at(path), seen.files.get(path)
        if file is not None and file.state == "ok" and is_settled(oracle, row, finding):
            yield from asset_complaints(oracle, row, finding, asset)


def whole_complaints(oracle: Oracle, seen: Snapshot, blind: Set[str]) -> Iterator[str]:
    """What is wrong with the database as a whole, once all is quiet; of *blind* paths nobody can know."""
    paths = {*oracle.filesystem.files, *oracle.filesystem.links, *seen.rows, *seen.files, *seen.problems}
    roots = {collection.path for collection in oracle.settings.collections}
    shut = {name for name, folder in oracle.filesystem.folders.items() if folder.shut}
    # A folder may be called like a document, whose row then is held at best.
    folders = {path for path in oracle.filesystem.folders if oracle.collection(path) is None} | roots | shut
    for path in sorted(paths - blind - folders):
        yield from complaints(path, oracle, seen)
    for path in sorted(folders & {*seen.problems}):
        if not _may_be_blamed(path, oracle, seen):
            yield f"{path}: has problems {seen.said(path)}, but there is nothing wrong with it"
    yield from _references(oracle, seen)
    yield from _taken(oracle, seen)


def _may_be_blamed(path: str, oracle: Oracle, seen: Snapshot) -> bool:
    if path in seen.rows and seen.files[path].state == "held":
        return True  # a folder lies where the document did
    folder = oracle.filesystem.folders.get(path)
    return folder is None or folder.shut or oracle.is_lost(path) or oracle.shut_by(path) is not None


def _references(oracle: Oracle, seen: Snapshot) -> Iterator[str]:
    ids = {row.id: row.path for row in seen.rows.values()}
    pointers = [(id_, pointer) for id_, several in seen.references.items() for pointer in several]
    for id_, (_, target, _, resolved, status) in pointers:
        if status not in ("ok", "missing") or resolved is None:
            continue
        # Where nobody can look, also beneath a folder that is no collection's any more, it says what it said.
        end = oracle.filesystem.real(resolved) or ""
        hidden = (
            oracle.filesystem.shut_above(resolved)
            or oracle.filesystem.shut_above(end)
            or any(oracle.is_lost(name + "/x") for name in ancestors(resolved))
        )
        if hidden or oracle.is_lost(ids[id_]):
            continue
        file = oracle.filesystem.files.get(end)
        there = "ok" if file is not None and file.octets is not None else "missing"
        if status != there:
            yield f"{ids[id_]}: refers to {target}, which is {there}, not {status}"
