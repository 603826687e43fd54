"""The folders of the collections, and whether their changes would be noticed. Reads no document."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from docsync.doctor.finding import Diagnosis, Level
from docsync.doctor.target import Target
from docsync.foreign import FolderRule
from docsync.model import RefusedPath, RootState, Scan, Sign
from docsync.names import EVERYTHING, Collection, to_printable
from docsync.scan.left_out import survey_left_out
from docsync.status import Reason
from docsync.sync.thread.barrier import Barrier
from docsync.upkeep.fresh import FRESH
from docsync.watch import PollSettings, open_source

_TOPIC = "watcher"
_LEFT_OUT_ADVICE = "why a certain file is left out says: docsync check PATH"
_READ_ADVICE = "let the user that runs docsync read it"
# Reasons of a source that need no action.
_CONFIGURED_REASONS = frozenset({"polling"})


def examine_folders(target: Target) -> Iterator[Diagnosis]:
    """Each collection's folder, and what in it is no document."""
    tree = target.sync.tree()
    scan, roots = tree.scan([EVERYTHING]), tree.roots()
    for collection in target.sync.collections:
        yield _folder(collection, roots[collection.type].state, scan)
    reported = {collection.path for collection in target.sync.collections}
    beneath = {path: one for path, one in scan.unreadable.items() if path not in reported}
    yield from _summarize(beneath, "cannot be read", Level.ERROR, _READ_ADVICE)
    yield from _summarize(scan.skipped, "is never a document", Level.NOTE, "")
    survey = survey_left_out(str(target.sync.root), target.sync.collections)
    empty = {one.path for one in target.sync.collections if not _count(one, scan)}
    survey.unmatched = [(one, glob) for one, glob in survey.unmatched if one.path not in empty]
    for sentence in survey.list_sentences(with_meant=True):
        yield Diagnosis("files", Level.NOTE, sentence, _LEFT_OUT_ADVICE)


def _folder(collection: Collection, state: RootState, scan: Scan) -> Diagnosis:
    place, topic = to_printable(collection.path), collection.type
    if state is RootState.MISSING:
        advice = "make it, or take its collection out of docsync.toml"
        return Diagnosis(topic, Level.WARNING, f"{place}: no such folder, so there are no documents", advice)
    if state is RootState.OUTSIDE:
        advice = "put the folder itself there, mount it, or keep docsync.toml in a folder above both"
        return Diagnosis(topic, Level.ERROR, f"{place}: a link that leads out of the project", advice)
    if state is not RootState.OK or collection.path in scan.unreadable:
        return Diagnosis(topic, Level.ERROR, f"{place}: cannot be read", _READ_ADVICE)
    number = _count(collection, scan)
    if not number:
        patterns = ", ".join(collection.include)
        return Diagnosis(
            topic, Level.WARNING, f"{place}: no file in it matches {patterns}", "see: docsync config show"
        )
    return Diagnosis(topic, Level.OK, f"{place}: {number} {'file' if number == 1 else 'files'}")


def _count(collection: Collection, scan: Scan) -> int:
    return sum(type_ == collection.type for type_ in scan.types.values())


def _summarize(found: Mapping[str, RefusedPath], what: str, level: Level, advice: str) -> Iterator[Diagnosis]:
    """One finding for all of *found*, with the first of them."""
    if not found:
        return
    path, first = min(found.items())
    rest = f", and {len(found) - 1} more" if len(found) > 1 else ""
    yield Diagnosis(
        "files",
        level,
        f"{to_printable(path) or '.'}: {what} ({to_printable(first.problem.message)}){rest}",
        advice,
    )


def examine_watcher(target: Target) -> Iterator[Diagnosis]:
    """What a watcher that is started now says of itself, and whether its hints arrive, within a second.

    For a project without a daemon: what the watcher of a daemon is like, its status tells.
    """
    watched = [collection.path for collection in target.sync.collections]
    with ExitStack() as stack:
        barrier = None
        if target.folder.is_relative_to(target.sync.root) and _is_writable(target.folder):
            # A folder that goes again: a user who only looks must leave nothing that is in a daemon's way.
            folder = Path(stack.enter_context(TemporaryDirectory(prefix=FRESH, dir=target.folder)))
            watched.append(folder.relative_to(target.sync.root).as_posix())
            barrier = Barrier(folder, watched[-1])
        yield from _examine_source(target, watched, barrier)


def _is_writable(folder: Path) -> bool:
    """True when heartbeat files can be written to *folder*; `examine_database` reports it if not."""
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _examine_source(target: Target, watched: Sequence[str], barrier: Barrier | None) -> Iterator[Diagnosis]:
    tree = target.sync.tree()
    rule = FolderRule.make(target.sync.collections)
    polling = PollSettings(lambda: tree.scan([EVERYTHING]).found, target.poll_ms, rule)

    def hint(path: str, _sign: Sign) -> None:
        if barrier:
            barrier.take(path)

    with open_source(target.sync.root, watched, hint, mode=target.mode, polling=polling) as source:
        yield _prove_source(source.name, barrier)
        for reason in source.reasons():
            advice = Reason(reason.code, reason.message, "", reason.path).advice
            level = Level.NOTE if reason.code in _CONFIGURED_REASONS else Level.WARNING
            yield Diagnosis(_TOPIC, level, f"{reason.code}: {to_printable(reason.message)}", advice)


def _prove_source(name: str, barrier: Barrier | None) -> Diagnosis:
    if barrier is None or name != "inotify":
        return Diagnosis(_TOPIC, Level.OK, name)
    begun = time.perf_counter()
    if barrier.wait():
        ms = (time.perf_counter() - begun) * 1e3
        return Diagnosis(_TOPIC, Level.OK, f"{name}: a file that was written came back after {ms:.1f} ms")
    advice = 'set mode = "poll" under [watch], and report this'
    return Diagnosis(_TOPIC, Level.ERROR, f"{name}: a file that was written did not come back", advice)
