"""A database made anew from the tree as it is: what another one, whatever it went through, must say too. Judges by that."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from docsync.clock import iso
from docsync.model import Sign
from docsync.names import EVERYTHING, fold_path
from docsync.policy.batch import Batch, DirtyPath
from docsync.sync.setup import EngineSources, assemble_engine
from tests.simulation.clock import SimulatedClock
from tests.simulation.expectation import whole_complaints
from tests.simulation.memory import Memory, MemoryStore
from tests.simulation.oracle import Oracle, Sort, known_checks, known_fingerprints
from tests.simulation.snapshot import Reader, Snapshot, Told

_fold = lru_cache(maxsize=4096)(fold_path)
# The reference may be to where nobody can look now: it says what it said. Front matter that is gone was there.
_FROM_BEFORE = {"held", "missing-reference", "fm-gone"}


def fresh_problems(oracle: Oracle) -> Mapping[str, Sequence[Told]]:
    """The problems that a new database has once nothing is undecided."""
    settings, clock, memory = oracle.settings, SimulatedClock(), Memory()
    store = MemoryStore(memory, lambda: iso(clock.time_ns()))
    sources = EngineSources(oracle.tree, store, known_checks(settings.rules()), known_fingerprints(settings))
    engine = assemble_engine(settings, sources, clock.given)
    batch = Batch({EVERYTHING: DirtyPath(clock.now_ns, clock.now_ns, Sign.FOLDER)})
    while batch.dirty or engine.list_undecided():
        engine.sync(batch, clock.now_ns, lambda _: None)
        batch = Batch()
        clock.advance(engine.next_due_ns() or 0)
    return memory.take().problems


def quiet_complaints(oracle: Oracle, seen: Snapshot, reader: Reader, blind: set[str]) -> Iterator[str]:
    """What is wrong with the database once all is quiet and a rescan is over; of *blind* paths nobody can know."""
    yield from whole_complaints(oracle, seen, blind)
    yield from problem_complaints(oracle, seen, blind)
    ids = sorted(row.id for row in seen.rows.values() if "common" in row.document)
    if sorted(reader.ids_with("common")) != ids:
        yield "the search does not find every document"


def problem_complaints(oracle: Oracle, seen: Snapshot, blind: set[str]) -> Iterator[str]:
    """Where *seen* says something else of a file than a new database; where nobody can look it says what it said."""
    names = [*oracle.filesystem.files, *oracle.filesystem.links]
    if not oracle.filesystem.links and len(set(map(_fold, names))) == len(names):
        return  # no file is spoken of because of another one: each was judged by itself
    fresh = fresh_problems(oracle)
    for path in sorted({*fresh, *seen.problems} - blind):
        file = seen.files.get(path)
        is_kept = file is not None and file.state == "held"
        if is_kept or oracle.at(path).sort in (Sort.LOST, Sort.SHUT) or path in oracle.tree.lost_roots():
            continue
        said, wanted = _said(seen.problems.get(path, ())), _said(fresh.get(path, ()))
        if said != wanted:
            yield f"{path}: has problems {said}, a new database says {wanted}"


def _said(problems: Sequence[Told]) -> list[tuple[object, ...]]:
    return sorted((told[:-1] for told in problems if told.code not in _FROM_BEFORE), key=repr)
