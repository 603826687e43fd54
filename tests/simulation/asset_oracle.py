"""What the tree says of the files that a prompt takes in, and what is wrong with the texts of a row."""

import json
from collections.abc import Iterator
from posixpath import dirname, join, normpath

from docsync.formats.prompty.include import includes_of
from docsync.model import ReferenceStatus
from docsync.names import strip_folder
from tests.simulation.oracle import Finding, Oracle, Sort, known_parse
from tests.simulation.snapshot import Row, served_assets


def asset_complaints(oracle: Oracle, row: Row, finding: Finding, only: str | None = None) -> Iterator[str]:
    """Where the texts that *row* holds are not those of the tree; of the file *only*, or of all that it needs.

    Of one that is gone or no text any more, it may hold an earlier text.
    """
    served, needed = served_assets(row), dict(_needed(oracle, row, finding))
    for path in sorted(needed if only is None else needed.keys() & {only}):
        text = asset_text(oracle, path, row.path)
        if text is not None and served.get(path) != text:
            yield f"{row.path}: takes in {path}, which is {text!r}, not {served.get(path)!r}"
        is_gone = text is None and not oracle.tree.has_asset(path, row.path)
        if is_gone and path in served and needed[path]:
            yield f"{row.path}: {path} is not there and need not be, but has the text {served[path]!r}"
    if only is None and served.keys() - needed.keys():
        yield f"{row.path}: holds {sorted(served.keys() - needed.keys())}, which it does not take in"


def asset_codes(oracle: Oracle, path: str, finding: Finding) -> list[tuple[str, str]]:
    """What is warned of the prompt *path* because of files that it takes in, by the tree alone."""
    codes, seen, waiting = [], set[str](), list(_direct(oracle, path, finding))
    while waiting:
        asset, is_template, _, is_direct, is_optional = waiting.pop(0)
        if asset in seen:
            continue
        seen.add(asset)
        text = asset_text(oracle, asset, path)
        if text is None and oracle.tree.has_asset(asset, path):
            if is_template or is_direct == "sample" or not oracle.tree.can_be_read(asset, path):
                codes.append(("warning", "unusable-reference"))
        elif text is None and not is_direct and not is_optional:
            codes.append(("warning", "missing-reference"))
        elif text is not None and is_template:
            waiting += _taken_in(oracle, path, asset, text, finding)
    return [code for code in codes if code[1] not in oracle.settings.ignore]


def asset_text(oracle: Oracle, asset: str, by: str) -> str | None:
    """What the document *by* takes in of the file *asset* now: its text, or the body of a document that is good."""
    text, claims = oracle.tree.asset_text(asset, by), oracle.tree.collections_of(asset)
    if text is None or not claims:
        return text
    parsed = known_parse(claims[0].format, asset, text.encode(), "merge-conflict" in oracle.settings.ignore)
    body = json.loads(parsed.content.document).get("body") if parsed.content else None
    return body if isinstance(body, str) else None


_Need = tuple[
    str, bool, str, str, bool
]  # path, is a template, as named, kind where the prompt names it, optional


def _needed(oracle: Oracle, row: Row, finding: Finding) -> Iterator[tuple[str, bool]]:
    """The files that *row* takes in, by the texts that it holds; and whether each may be missing."""
    served, seen = served_assets(row), set[str]()
    waiting = list(_direct(oracle, row.path, finding))
    while waiting:
        asset, is_template, _, _, is_optional = waiting.pop(0)
        if asset not in seen:
            seen.add(asset)
            yield asset, is_optional
            if is_template and asset in served:
                waiting += _taken_in(oracle, row.path, asset, served[asset], finding)


def _direct(oracle: Oracle, path: str, finding: Finding) -> Iterator[_Need]:
    content = finding.parsed.content if finding.parsed else None
    for reference in content.references if content else ():
        link = oracle.tree.resolve(path, reference)
        is_template = reference.kind in ("include", "optional_include")
        is_taken = is_template or (reference.kind in ("sample", "file") and reference.at != "body")
        if not is_taken or link.path is None or link.status is ReferenceStatus.OUTSIDE:
            continue
        if is_template or not oracle.tree.collections_of(link.path):
            is_optional = reference.kind == "optional_include"
            yield link.path, is_template, reference.target, reference.kind, is_optional


def _taken_in(oracle: Oracle, path: str, asset: str, text: str, finding: Finding) -> Iterator[_Need]:
    collection = oracle.collection(path)
    content = finding.parsed.content if finding.parsed else None
    for one in includes_of(text, content.template_kind if content else None):
        target = normpath(join(dirname(asset), one.name))
        if collection and strip_folder(collection.path, target):
            yield target, True, one.name, "", one.is_optional


def is_settled(oracle: Oracle, row: Row, finding: Finding) -> bool:
    """True when *row* is of the bytes that the tree has, so that more can be said of it."""
    return finding.sort is Sort.GOOD and row.content_hash == finding.content_hash
