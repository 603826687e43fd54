"""Documents in memory that are always those of the database: new within milliseconds, whole, and never of two states."""

import gc
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from weakref import ref

import pytest

from docsync import NoDatabase, Reader, TimedOut, UsageError, open_reader
from docsync.reader import Version
from docsync.reader.cached import CachedDocuments
from docsync.reader.poller import POLLER
from tests.daemon.running import Daemon
from tests.helpers.project import Project, Tell
from tests.reader.test_fallback import bring_back, files  # noqa: F401  # a fixture
from tests.reader.test_pool import in_child
from tests.reader.test_watch import rebuild

ANA = "persona/team/ana"
SECONDS = 60.0


@pytest.fixture
def cached(people: Project) -> Iterator[CachedDocuments]:
    with open_reader(database=people.database) as reader, reader.cached("persona") as opened:
        yield opened


def until(cache: CachedDocuments, is_so: Callable[[], object]) -> None:
    """Return once *is_so* holds; it is asked whenever the cache has another state."""
    with cache._changed:
        assert cache._changed.wait_for(is_so, SECONDS), cache


def caught_up(cache: CachedDocuments, project: Project) -> None:
    until(cache, lambda: cache.revision == project.revision)


def stored(rows: Any) -> dict[str, Any]:
    """What rows hold by their ids, but for when they were read."""
    return {row.id: {**row.to_dict(), "source": row.source, "epoch": row.epoch} for row in rows}


def test_it_is_a_mapping_of_the_rows_of_a_type(cached: CachedDocuments, reader: Reader) -> None:
    assert list(cached) == [ANA, "persona/team/ben", "persona/team/zoe"]
    assert (len(cached), ANA in cached, "persona/none" in cached) == (3, True, False)
    assert (cached[ANA].name, cached.get("persona/none"), cached.get("x", "other")) == ("Ana", None, "other")
    assert list(cached.values()) == list(reader.find(type="persona"))
    assert [id_ for id_, _ in cached.items()] == list(cached.keys())
    assert (cached.version, cached.source, cached.error) == (reader.version(), "database", None)
    with pytest.raises(KeyError, match="prompt_template/hello"):
        cached["prompt_template/hello"]


def test_a_type_that_no_collection_has_is_refused(reader: Reader) -> None:
    with pytest.raises(UsageError, match="'person': no collection has this type"):
        reader.cached("person")


def test_what_is_saved_is_there_after_the_commit(cached: CachedDocuments, people: Project) -> None:
    people.persona("personas/team/ana.json", name="Anna")
    people.persona("personas/aaa.json", name="New")
    (people.root / "personas/team/zoe.json").unlink()
    people.settle()
    caught_up(cached, people)
    assert {id_: row.name for id_, row in cached.items()} == {
        "persona/aaa": "New",
        ANA: "Anna",
        "persona/team/ben": "Ben",
    }
    assert list(cached) == sorted(cached)


def test_a_state_that_was_taken_never_changes(cached: CachedDocuments, people: Project) -> None:
    before = cached.rows
    people.persona("personas/team/ana.json", name="Anna")
    people.settle()
    caught_up(cached, people)
    assert (before[ANA].name, cached[ANA].name) == ("Ana", "Anna")
    with pytest.raises(TypeError, match="does not support item assignment"):
        before[ANA] = cached[ANA]  # type: ignore[index]  # as a service may try


def test_a_row_that_did_not_change_stays_what_it_was(cached: CachedDocuments, people: Project) -> None:
    ben, document = cached["persona/team/ben"], cached["persona/team/ben"].document
    people.persona("personas/team/ana.json", name="Anna")
    people.settle()
    caught_up(cached, people)
    assert cached["persona/team/ben"] is ben
    assert cached["persona/team/ben"].document is document


def test_the_state_of_a_document_is_kept_too(cached: CachedDocuments, people: Project) -> None:
    people.write("personas/team/ana.json", "{")
    people.settle()
    caught_up(cached, people)
    assert (cached[ANA].name, cached[ANA].state) == ("Ana", "stale")
    people.persona("personas/team/ana.json", name="Ana")
    people.settle()
    caught_up(cached, people)
    assert (cached[ANA].state, cached[ANA].since) == ("ok", None)


def test_a_folder_that_goes_and_comes_back_changes_the_state_of_all(
    cached: CachedDocuments, people: Project, reader: Reader
) -> None:
    away = (people.root / "personas").rename(people.root / "away")
    people.settle()
    caught_up(cached, people)
    assert {row.state for row in cached.values()} == {"stale"}
    assert stored(cached.values()) == stored(reader.find(type="persona"))
    away.rename(people.root / "personas")
    people.settle()
    caught_up(cached, people)
    assert {row.state for row in cached.values()} == {"ok"}
    assert stored(cached.values()) == stored(reader.find(type="persona"))


def test_after_any_history_it_equals_what_a_reader_finds(
    cached: CachedDocuments, people: Project, reader: Reader, tell: Tell
) -> None:
    seed = int.from_bytes(random.randbytes(4))
    rand, steps = random.Random(seed), 60
    names = [f"personas/h/{number}.json" for number in range(12)]

    def write(path: str) -> None:
        people.persona(path, name=f"n{rand.randrange(5)}", tags=["x"] * rand.randrange(2))

    def smash(path: str) -> None:
        people.write(path, "{")

    def remove(path: str) -> None:
        (people.root / path).unlink(missing_ok=True)

    def forbid(_: str) -> None:
        folder = people.root / "personas"
        folder.chmod(0o755 if folder.stat().st_mode & 0o777 != 0o755 else 0o000)

    for _ in range(steps):
        folder_open = (people.root / "personas").stat().st_mode & 0o777 == 0o755
        deed = rand.choice([write, write, smash, remove, forbid]) if folder_open else forbid
        deed(rand.choice(names))
        if rand.random() < 0.6:
            people.settle()
    (people.root / "personas").chmod(0o755)
    people.settle()
    caught_up(cached, people)
    tell(f"a cache after {steps} deeds equals a reader, seed {seed}")
    assert stored(cached.values()) == stored(reader.find(type="persona"))


def test_no_read_mixes_two_states(people: Project) -> None:
    """Each batch gives all of them one number: whoever sees two numbers at once has seen a mix."""
    for number in range(30):
        people.persona(f"personas/same/{number}.json", name="0")
    people.settle()
    over, seen = threading.Event(), set[str]()

    def look() -> None:
        while True:
            ended = over.is_set()  # asked before the look: the last state is always seen
            names = {row.name for id_, row in cache.items() if id_.startswith("persona/same/")}
            assert len(names) == 1
            seen.update(names)
            if ended:
                return

    with (
        open_reader(database=people.database) as reader,
        reader.cached("persona") as cache,
        ThreadPoolExecutor(2) as threads,
    ):
        tasks = [threads.submit(look) for _ in range(2)]
        for version in range(1, 6):
            for number in range(30):
                people.persona(f"personas/same/{number}.json", name=f"{version}")
            people.settle()
            caught_up(cache, people)
        over.set()
        assert [task.result(SECONDS) for task in tasks] == [None, None]
    assert "5" in seen


def test_many_changes_at_once_are_one_state(cached: CachedDocuments, people: Project) -> None:
    for number in range(2_500):
        people.persona(f"personas/many/{number:04}.json")
    people.settle()
    caught_up(cached, people)
    assert len(cached) == 2_503


def test_changes_of_other_types_move_its_revision_only(cached: CachedDocuments, people: Project) -> None:
    rows = dict(cached)
    people.write("prompts/hello.prompty", "---\nname: Other\n---\nsystem:\nHi\n")
    people.settle()
    caught_up(cached, people)
    assert all(cached[id_] is row for id_, row in rows.items())


def test_whoever_waits_is_told(cached: CachedDocuments, people: Project) -> None:
    before = cached.version
    with pytest.raises(TimedOut, match=r"no revision after 1 within 0 seconds"):
        cached.wait(before, 0)
    people.persona("personas/team/ana.json", name="Anna")
    people.settle()
    assert cached.wait(before, SECONDS).revision == people.revision
    assert cached.wait(people.revision - 1, 0) == cached.version
    assert cached.wait(Version("database", "another", 1_000), 0) == cached.version


def test_a_database_that_is_built_anew_is_followed(cached: CachedDocuments, people: Project) -> None:
    epoch = cached.epoch
    people.persona("personas/team/ana.json", name="Anna")
    rebuild(people)
    until(cached, lambda: cached.epoch != epoch and len(cached) == 3)
    assert (cached[ANA].name, cached[ANA].epoch) == ("Anna", cached.epoch)


def test_a_database_that_is_not_filled_yet_empties_nothing(cached: CachedDocuments, people: Project) -> None:
    people.close()
    for file in people.database.parent.iterdir():
        file.unlink()
    until_error(cached, "no database there")
    people.start()  # it has tables, and no first scan
    assert people.revision == 0
    until_error(cached, "not filled yet")
    assert len(cached) == 3
    people.settle()
    until(cached, lambda: cached.error is None)
    assert len(cached) == 3


def until_error(cache: CachedDocuments, text: str) -> None:
    until(cache, lambda: text in str(cache.error))


def test_without_a_database_the_last_rows_stay_and_it_says_so(
    cached: CachedDocuments, people: Project
) -> None:
    away = people.database.parent.rename(people.root / "away")
    until_error(cached, "no database there")
    assert (cached[ANA].name, cached.revision, cached.source) == ("Ana", 1, "database")
    away.rename(people.database.parent)
    until_error(cached, "None")
    people.persona("personas/team/ana.json", name="Anna")
    people.settle()
    caught_up(cached, people)
    assert cached[ANA].name == "Anna"


def test_while_files_answer_it_says_so_and_looks_again(files: Project) -> None:  # noqa: F811  # the fixture
    told: list[NoDatabase] = []
    with open_reader(files.root, on_fallback=told.append) as reader, reader.cached("persona") as cache:
        assert (cache.source, cache.revision, cache[ANA].name) == ("files", None, "Ana")
        assert len(told) == 2, "the reader, and the cache"
        ben = cache["persona/team/ben"]
        files.persona("personas/team/ana.json", name="Anna")
        until(cache, lambda: cache[ANA].name == "Anna")
        assert cache["persona/team/ben"] is ben
        bring_back(files)
        until(cache, lambda: cache.source == "database")
        assert (cache[ANA].name, cache.revision) == ("Ana", 1), "what the database holds, until it is synced"


def test_with_nothing_to_answer_it_is_refused_from_the_beginning(reader: Reader, people: Project) -> None:
    people.close()
    people.database.unlink()
    with pytest.raises(NoDatabase, match="no database there"):
        reader.cached("persona")
    assert POLLER.jobs() == []


def test_files_take_over_when_the_database_goes_also_where_a_warning_is_an_error(people: Project) -> None:
    people.write("docsync.toml", "")
    with open_reader(people.root) as reader, reader.cached("persona") as cache:
        people.close()
        people.database.parent.rename(people.root / ".docsync-away")
        until(cache, lambda: cache.source == "files")
        assert (len(cache), cache.error) == (3, None)


def test_all_caches_of_a_process_share_one_thread_that_ends_with_the_last(reader: Reader) -> None:
    def pollers() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name == "docsync-poll"]

    with reader.cached("persona") as one, reader.cached("prompt_template") as other:
        assert (len(one), len(other), len(pollers())) == (3, 1, 1)
        (thread,) = pollers()
    thread.join(SECONDS)
    assert pollers() == []
    with reader.cached("persona"):
        assert len(pollers()) == 1


def test_one_that_nobody_has_any_more_ends(reader: Reader) -> None:
    cache = reader.cached("persona")
    thread, kept = POLLER._thread, ref(cache)
    assert thread is not None
    del cache
    gc.collect()
    thread.join(SECONDS)
    assert (kept(), thread.is_alive()) == (None, False)


def test_after_close_to_read_is_a_mistake(reader: Reader) -> None:
    cache = reader.cached("persona")
    rows = cache.rows
    cache.close()
    cache.close()
    for read in (lambda: cache[ANA], lambda: cache.get(ANA), lambda: cache.version, lambda: len(cache)):
        with pytest.raises(RuntimeError, match="this cache is closed"):
            read()
    assert (rows[ANA].name, repr(cache)) == ("Ana", "<CachedDocuments persona: not in use>")
    assert cache._source.database._connection is None


def test_it_outlives_the_reader_that_made_it(people: Project) -> None:
    with open_reader(database=people.database) as reader:
        cache = reader.cached("persona")
    with cache:
        people.persona("personas/team/ana.json", name="Anna")
        people.settle()
        caught_up(cache, people)
        assert cache[ANA].name == "Anna"


def test_what_goes_wrong_in_its_thread_is_raised_for_who_reads(
    cached: CachedDocuments, people: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("docsync.reader.cached.read_state", fail)
    people.persona("personas/team/ana.json", name="Anna")
    people.settle()
    with cached._changed:
        cached._changed.wait_for(lambda: cached._failure, SECONDS)
    with pytest.raises(RuntimeError, match=r"kept no longer: ZeroDivisionError\('a bug'\)"):
        cached.get(ANA)


def test_the_child_of_a_fork_reads_everything_anew_and_keeps_it_by_itself(
    cached: CachedDocuments, people: Project
) -> None:
    def look() -> bool:
        assert POLLER.jobs() == []
        before = cached[ANA].name
        assert cached.revision is not None
        people.root.joinpath("child").touch()
        cached.wait(cached.revision, SECONDS)
        after = cached[ANA].name
        cached.close()
        return (before, after) == ("Ana", "Anna")

    with ThreadPoolExecutor(1) as threads:

        def save() -> None:
            deadline = time.monotonic() + SECONDS
            while not (people.root / "child").exists():
                assert time.monotonic() < deadline
                time.sleep(0.005)
            people.persona("personas/team/ana.json", name="Anna")
            people.settle()

        saving = threads.submit(save)
        assert in_child(look)
        saving.result(SECONDS)
    caught_up(cached, people)
    assert cached[ANA].name == "Anna"


def test_a_service_that_forgets_to_close_ends(people: Project) -> None:
    import subprocess
    import sys

    script = (
        "import sys; from docsync import open_reader; "
        "cache = open_reader(database=sys.argv[1]).cached('persona'); print(len(cache))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(people.database)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("3\n", "", 0)


def test_beside_a_daemon_a_save_is_there_without_a_query(tmp_path: Path, tell: Tell) -> None:
    daemon = Daemon(tmp_path / "project")
    daemon.persona("personas/ana.json", name="0")
    daemon.start()
    try:
        with open_reader(daemon.root, source="database") as reader, reader.cached("persona") as cache:
            took = []
            for number in range(1, 6):
                known = cache.version
                draft = daemon.write("ana.tmp", json.dumps({"name": f"{number}"}))
                begun = time.perf_counter()
                draft.rename(daemon.root / "personas" / f"p{number}.json")
                cache.wait(known, SECONDS)
                took.append((time.perf_counter() - begun) * 1e3)
                assert cache[f"persona/p{number}"].name == f"{number}"
        took.sort()
        tell(f"a save is in the cache after {took[0]:.0f} to {took[-1]:.0f} ms, median {took[2]:.0f}")
    finally:
        daemon.kill()


def test_a_daemon_that_is_killed_and_a_database_that_it_builds_anew(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path / "project")
    daemon.persona("personas/ana.json", name="Ana")
    daemon.start()
    try:
        with open_reader(daemon.root, source="database") as reader, reader.cached("persona") as cache:
            epoch = cache.epoch
            daemon.kill()
            assert cache["persona/ana"].name == "Ana"
            for file in daemon.database.parent.glob("docsync.db*"):
                file.unlink()
            daemon.persona("personas/ben.json", name="Ben")
            daemon.start()
            until(cache, lambda: cache.epoch != epoch and len(cache) == 2)
            assert {row.name for row in cache.values()} == {"Ana", "Ben"}
    finally:
        daemon.kill()
