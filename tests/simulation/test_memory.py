"""The database of dictionaries and the real one keep the same contract, to the letter of what a reader sees."""

from collections.abc import Callable, Iterator
from random import Random

import pytest

from docsync.change import AdoptRoot, Delete, ForgetDeletions, Relink, RowChange, Touch, Warn
from docsync.errors import StoreUnavailable
from docsync.model import Entry, FileState, ReferenceStatus
from docsync.names import EVERYTHING, Collection
from docsync.sync.ports import DeclaredStore
from tests.simulation.backend import Backend, MemoryBackend, Opened, SqliteMemoryBackend, store_on
from tests.simulation.faults import Crash
from tests.simulation.generator import generate
from tests.simulation.simulation import Simulation
from tests.simulation.snapshot import Snapshot
from tests.simulation.step import Verb
from tests.store.make import PERSONAS, hold, problem, reference, refuse, stamp, upsert, warning

PROMPTS = Collection("prompt", "prompts", ("**/*.json",), "json")
PATHS = ("personas/a.json", "personas/A.json", "personas/team/b.json", "prompts/c.json")


class Place:
    """A database, open, and the store that writes to it; every transaction is a second after the one before."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.seconds = 0
        self.store: DeclaredStore = store_on(opened.writer, self._now)
        self.declare({"persona": "1", "prompt": "1"})

    def _now(self) -> str:
        self.seconds += 1
        return f"2026-01-01T00:00:{self.seconds:02}.000Z"

    def declare(self, prints: dict[str, str]) -> set[str]:
        declared = [collection for collection in (PERSONAS, PROMPTS) if collection.type in prints]
        return store_on(self.opened.writer, self._now).declare(declared, prints)

    def seen(self) -> Snapshot:
        return self.opened.reader.take()


@pytest.fixture(params=[MemoryBackend, SqliteMemoryBackend])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with request.param().open() as opened:
        yield Place(opened)


def entry(place: Place, path: str) -> Entry:
    return place.store.index([path])[path]


def test_a_batch_is_written_and_seen(place: Place) -> None:
    applied = place.store.apply([upsert(PATHS[0], tags=("b", "a")), refuse(PATHS[2])])
    seen = place.seen()
    assert (applied.revision, applied.upserted, applied.refused, seen.revision) == (1, [PATHS[0]], 1, 1)
    assert (set(seen.rows), set(seen.files)) == ({PATHS[0]}, {PATHS[0], PATHS[2]})
    assert seen.tags == {"persona/a": ("a", "b")}
    assert seen.said(PATHS[2]) == [("error", "json-syntax")]


def test_a_trial_leaves_nothing(place: Place) -> None:
    assert place.store.apply([upsert(PATHS[0])], keep=False).upserted == [PATHS[0]]
    assert (place.seen().rows, place.seen().revision, place.store.index([EVERYTHING])) == ({}, 0, {})


@pytest.mark.parametrize(("fault", "reason"), [("locked", "locked"), ("full", "disk_full")])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_refused_batch_leaves_nothing(place: Place, fault: str, reason: str, number: int) -> None:
    failed: list[str] = []
    place.opened.faults.failed = failed.append
    place.opened.faults.arm(fault, number)
    with pytest.raises(StoreUnavailable) as caught:
        place.store.apply([upsert(PATHS[0]), upsert(PATHS[2])])
    assert (caught.value.reason, failed, place.seen().rows) == (reason, [fault], {})
    assert place.store.apply([upsert(PATHS[0])]).revision == 1


def test_a_crash_is_possible_before_a_commit_and_after_it(place: Place) -> None:
    committed: list[int] = []
    place.opened.faults.committed = lambda: committed.append(place.seen().revision)
    found = set()
    for number in range(1, 40):
        before = place.seen()
        place.opened.faults.arm("crash", number)
        try:
            place.store.apply([upsert(PATHS[0], name=f"Ana {number}")])
        except Crash:
            found.add(place.seen().revision - before.revision)
        place.opened.faults.disarm()
    assert found == {0, 1}
    assert committed == list(range(1, len(committed) + 1))


def test_what_a_batch_has_written_is_known_while_it_goes_on(place: Place) -> None:
    known: list[object] = []

    def changes() -> Iterator[RowChange]:
        yield upsert(PATHS[0])
        known.extend([place.store.rows("persona"), list(place.store.index(["personas"]))])
        yield Delete(PATHS[0])
        known.append(place.store.index([PATHS[0]]))

    place.store.apply(changes())
    assert known == [1, [PATHS[0]], {}]


def test_a_file_takes_over_the_id_of_another_one(place: Place) -> None:
    place.store.apply([upsert("old/a.json"), hold(entry_of("old/a.json"))])
    applied = place.store.apply([upsert("new/a.json", name="New")])
    seen = place.seen()
    assert (applied.upserted, set(seen.rows), set(seen.files)) == (
        ["new/a.json"],
        {"new/a.json"},
        {"new/a.json"},
    )
    assert seen.problems == {}


def entry_of(path: str) -> Entry:
    return Entry(path, "persona", FileState.OK, stamp(), "hash", 10)


def test_the_fingerprint_of_other_rules_asks_for_a_reload_until_it_is_recorded(place: Place) -> None:
    place.store.mark_loaded({"persona": "1", "prompt": "1"})
    assert place.declare({"persona": "2", "prompt": "1"}) == {"persona"}
    assert place.declare({"persona": "1", "prompt": "1"}) == {"persona"}
    place.store.mark_loaded({"persona": "1"})
    assert place.declare({"persona": "1", "prompt": "1"}) == set()


def test_a_removed_collection_stays_while_it_has_documents(place: Place) -> None:
    place.store.apply([upsert(PATHS[0]), AdoptRoot("persona", 7, 9)])
    place.declare({"prompt": "1"})
    assert place.store.roots() == {"persona": (7, 9), "prompt": None}
    place.store.apply([Delete(PATHS[0])])
    place.declare({"prompt": "1"})
    assert place.store.roots() == {"prompt": None}


def _change(random: Random, known: dict[str, Entry]) -> RowChange:
    """Any change that sync could make of a path that is known, or not."""
    path = random.choice(PATHS)
    type_ = "prompt" if path.startswith("prompts") else random.choice(("persona", "persona", "prompt"))
    found = known.get(path)
    links = tuple(reference(to) for to in random.sample((*PATHS, None), random.randint(0, 2)))
    said = tuple(warning(path, code, line=random.randint(1, 3)) for code in random.sample(("a", "b", "c"), 2))
    makes: list[Callable[[], RowChange]] = [
        lambda: upsert(path, name=random.choice(("Ana", "Bo")), type=type_, size=random.randint(1, 3)),
        lambda: upsert(
            path, tags=tuple(random.sample("abc", 2)), references=links, type=type_, problems=said
        ),
        lambda: refuse(
            path, problem(path, random.choice(("x", "y"))), state=random.choice(list(FileState)[1:3])
        ),
        lambda: Delete(path, counts=random.random() < 0.7),
        lambda: ForgetDeletions(random.choice((None, "persona"))),
        lambda: Touch(path, stamp(random.randint(1, 9)), racy=random.random() < 0.5),
        lambda: AdoptRoot("persona", 1, random.randint(1, 3)),
        lambda: Warn(path, "name-twin", random.choice((None, warning(path, "name-twin", line=None)))),
    ]
    if found is not None and found.has_document:
        makes.append(lambda: hold(found, random.choice(("kept", "still kept"))))
    return random.choice(makes)()


@pytest.mark.parametrize("seed", range(40))
def test_any_changes_leave_the_same_behind_in_both(seed: int) -> None:
    random = Random(seed)
    with MemoryBackend().open() as first, SqliteMemoryBackend().open() as second:
        places = Place(first), Place(second)
        for _ in range(25):
            known = places[0].store.index([EVERYTHING])
            changes = [_change(random, known) for _ in range(random.randint(0, 4))]
            links = places[0].store.links([EVERYTHING])
            if links and not changes:
                link = random.choice(links)
                changes = [Relink(link.document_id, link.ordinal, random.choice(list(ReferenceStatus)[:2]))]
            applied = [place.store.apply(changes) for place in places]
            for one in applied:
                one.cleared.sort()
            assert applied[0] == applied[1], f"seed {seed}: {changes}"
            assert _answers(places[0]) == _answers(places[1]), f"seed {seed}: {changes}"


def _answers(place: Place) -> object:
    """Everything that can be asked of a store, and everything that a reader sees."""
    store, scopes = place.store, [*PATHS, "personas", "personas/team", EVERYTHING]
    stamps = [entry.stamp for entry in store.index([EVERYTHING]).values() if entry.stamp]
    standing = [store.read_state([scope]) for scope in scopes]
    return (
        [list(store.index([scope]).items()) for scope in scopes],
        [sorted(store.links([scope]), key=repr) for scope in scopes],
        store.links_of(PATHS),
        [store.twin_groups([scope], PATHS[:2]) for scope in scopes],
        store.names_of({(stamp.device, stamp.inode) for stamp in stamps[:2]}),
        [store.warnings("name-twin", [scope]) for scope in scopes],
        [(each.revision, each.broken, each.held) for each in standing],
        [store.rows(type_) for type_ in ("persona", "prompt")],
        store.roots(),
        store.list_deletions(),
        place.seen().digest(),
        place.opened.reader.changes(3),
        sorted(place.opened.reader.ids_with("Ana")),
    )


@pytest.mark.parametrize("seed", range(60))
def test_the_same_history_leaves_the_same_trace_in_both(seed: int) -> None:
    """But for faults, which count the places where they strike."""
    history = tuple(step for step in generate(seed) if step.verb is not Verb.FAULT)
    bases: list[Backend] = [MemoryBackend(), SqliteMemoryBackend()]
    traces = [Simulation(history, base, traced=True).run().trace for base in bases]
    assert traces[0] == traces[1]
