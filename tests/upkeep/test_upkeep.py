"""Whatever was damaged comes back from the files, and what no file can give back any more is kept if it is sound."""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest

from docsync.errors import Damaged, NoDatabase, StoreUnavailable
from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.policy.batch import Batch, DirtyPath
from docsync.store.connection import open_reader_connection
from docsync.store.damage import inspect
from docsync.upkeep.inspector import INSPECT_NS
from docsync.upkeep.one_shot import rebuild_once
from docsync.upkeep.upkeep import DatabaseUpkeep, open_checked
from docsync.verify import verify
from tests.helpers.project import PERSONAS, PROMPTS, Project
from tests.store.breaking import KINDS, at_home, damage, garbage_header
from tests.store.faulty_vfs import under_fire
from tests.store.reading_child import watching_reader, write_by_another
from tests.upkeep.filling import DOCUMENTS, fill

SEED = int(os.environ.get("DOCSYNC_SEED", "20261121"))
SEEDS = 100 if os.environ.get("DOCSYNC_LONG") == "1" else 3
PROMPT = "---\nname: hello\nsample: ${file:./x.json}\n---\nsystem:\nBe polite.\n"


class Sound:
    """A database that was opened with `open_sound`, and what was told meanwhile."""

    def __init__(self, project: Project, upkeep: DatabaseUpkeep, told: list[str]) -> None:
        self._project = project
        self.upkeep = upkeep
        self.told = told

    def sync(self) -> None:
        """Go on until nothing is in doubt, as a daemon would."""
        now_ns = time.monotonic_ns()
        dirty = {EVERYTHING: DirtyPath(now_ns, now_ns, Sign.FOLDER)}
        self.upkeep.engine.sync(Batch(dirty), now_ns, lambda _: None)
        while (due_ns := self.upkeep.engine.next_due_ns()) is not None:
            self.upkeep.engine.sync(Batch(), due_ns, lambda _: None)

    def query(self, sql: str) -> list[Any]:
        with open_reader_connection(self._project.database) as reader:
            return reader.execute(sql).fetchall()

    @property
    def version(self) -> tuple[str, int]:
        standing = self.upkeep.engine.read_state([EVERYTHING])
        return standing.epoch, standing.revision

    @property
    def names(self) -> dict[str, str]:
        return dict(self.query("SELECT file_path, name FROM documents"))


@contextmanager
def opened(project: Project) -> Iterator[Sound]:
    """The database, once the look that is due at the start is over and what it found is mended."""
    told: list[str] = []
    with open_checked(project.settings, project.database, lambda how, reason: told.append(how)) as upkeep:
        upkeep.prove()
        yield Sound(project, upkeep, told)


def version_of(project: Project) -> tuple[str, int]:
    with open_reader_connection(project.database) as reader:
        state = {str(key): str(value) for key, value in reader.execute("SELECT key, value FROM sync_state")}
    return state["epoch"], int(state["revision"])


def change(project: Project, statement: str) -> None:
    change_all(project.database, statement)


def change_all(database: Path, *statements: str) -> None:
    """What becomes of a database that docsync has not open, and believes to be its own."""
    connection = apsw.Connection(str(database))
    for statement in statements:
        connection.execute(statement)
    connection.close()
    at_home(database)


def test_a_sound_database_is_opened_as_it_is(filled: Project) -> None:
    before = version_of(filled)
    with opened(filled) as sound:
        assert (sound.version, sound.told) == (before, [])
        sound.upkeep.check()
        now_ns = time.monotonic_ns()
        assert sound.upkeep.tick(now_ns) == now_ns + 200_000_000, (
            "an earlier life may have left something in the log"
        )
        assert sound.upkeep.tick(now_ns + 200_000_000) > now_ns + INSPECT_NS // 2


def test_a_database_that_is_not_there_is_made(project: Project) -> None:
    project.close()
    with opened(project) as sound:
        sound.sync()
        assert sound.version[1] == 0


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("seed", range(SEED, SEED + SEEDS))
def test_every_kind_of_damage_heals(
    filled: Project, kind: Callable[[Path, random.Random], None], seed: int
) -> None:
    before = version_of(filled)
    damage(filled.database, kind, random.Random(seed))
    with opened(filled) as sound:
        sound.sync()
        assert inspect(filled.database) is None
        epoch, revision = sound.version
        assert epoch != before[0] or revision >= before[1]
        assert (epoch != before[0]) == bool(sound.told and sound.told != ["in place"])
    report = verify(filled.settings, filled.database)
    assert report.differences == ()
    assert report.documents == DOCUMENTS


def test_a_damaged_row_is_mended_in_place_under_a_new_revision(filled: Project) -> None:
    epoch, revision = version_of(filled)
    change(filled, "UPDATE documents SET name = 'Ghost' WHERE id = 'persona/p7'")
    with opened(filled) as sound:
        assert sound.told == ["in place"]
        assert sound.version == (epoch, revision + 1)
        assert sound.names["personas/p7.json"] == "p7"
        last = "SELECT id, op FROM changes WHERE revision = (SELECT max(revision) FROM changes)"
        assert sound.query(last) == [("persona/p7", "upsert")]


def test_a_damaged_index_is_made_anew_in_place(filled: Project) -> None:
    epoch, revision = version_of(filled)
    let_an_index_lie(filled.database)
    with opened(filled) as sound:
        assert sound.told == ["in place"]
        assert sound.version == (epoch, revision + 1)
        assert find_by_name(sound, "p9") == [("persona/p9",)]


def let_an_index_lie(database: Path) -> None:
    """Let the index on names hold another name than the row: the row is put right while SQLite does not see the index."""
    change_all(
        database,
        "UPDATE documents SET name = 'lie' WHERE id = 'persona/p9'",
        "CREATE TABLE hidden AS SELECT * FROM sqlite_schema WHERE name = 'documents_name'",
        "PRAGMA writable_schema = ON",
        "DELETE FROM sqlite_schema WHERE name = 'documents_name'",
    )
    change_all(
        database,
        "UPDATE documents SET name = 'p9' WHERE id = 'persona/p9'",
        "PRAGMA writable_schema = ON",
        "INSERT INTO sqlite_schema SELECT * FROM hidden",
    )
    change_all(database, "DROP TABLE hidden")


def find_by_name(sound: Sound, name: str) -> list[Any]:
    return sound.query(f"SELECT id FROM documents INDEXED BY documents_name WHERE name = '{name}'")


def test_a_damaged_row_whose_file_is_gone_or_broken_is_told_as_deleted(filled: Project) -> None:
    change(filled, "UPDATE documents SET name = 'Ghost' WHERE id IN ('persona/p7', 'persona/p8')")
    (filled.root / "personas/p7.json").unlink()
    filled.write("personas/p8.json", "{]")
    with opened(filled) as sound:
        assert sound.told == ["in place"]
        assert not sound.names.keys() & {"personas/p7.json", "personas/p8.json"}
        last = "SELECT id, op FROM changes WHERE revision = (SELECT max(revision) FROM changes) ORDER BY id"
        assert sound.query(last) == [("persona/p7", "delete"), ("persona/p8", "delete")]
        sound.sync()
        assert sound.query("SELECT file_path, code FROM problems") == [("personas/p8.json", "json-syntax")]


def test_parts_of_a_sound_row_that_are_damaged_do_not_cost_the_last_good_version(filled: Project) -> None:
    filled.write("personas/p8.json", "{")
    change(filled, "DELETE FROM document_tags WHERE document_id = 'persona/p8'")
    with opened(filled) as sound:
        assert sound.told == ["in place"]
        sound.sync()
        assert sound.names["personas/p8.json"] == "p8"
        assert sound.query("SELECT tag FROM document_tags WHERE document_id = 'persona/p8'") == [
            ("calm",),
            ("t2",),
        ]
        assert sound.query("SELECT state FROM document_status WHERE id = 'persona/p8'") == [("stale",)]
        assert find_in_search(sound, "p8") == [("persona/p8",)]


def find_in_search(sound: Sound, word: str) -> list[Any]:
    return sound.query(f"SELECT id FROM documents_fts WHERE documents_fts MATCH '{word}'")


def test_what_cannot_be_mended_in_place_is_built_afresh_under_a_new_epoch(filled: Project) -> None:
    before = version_of(filled)
    change(filled, "DROP INDEX documents_name")
    with opened(filled) as sound:
        assert sound.told == ["afresh"]
        assert sound.version[0] != before[0]
        assert len(sound.names) == DOCUMENTS


def test_a_rebuild_keeps_the_last_good_version_of_a_broken_file(filled: Project) -> None:
    filled.write("personas/p8.json", "{")
    filled.write("prompts/hello.prompty", PROMPT)
    with opened(filled) as sound:
        sound.sync()
        filled.write("prompts/hello.prompty", "---\nname: [\n---\n")
        references = sound.query("SELECT * FROM document_references")
        sound.sync()
        sound.upkeep.rebuild("asked for")
        sound.sync()
        assert sound.names["personas/p8.json"] == "p8"
        assert sound.names["prompts/hello.prompty"] == "hello"
        assert sound.query("SELECT * FROM document_references") == references != []
        assert sound.query("SELECT state FROM document_status WHERE id = 'persona/p8'") == [("stale",)]
        assert inspect(filled.database) is None
    assert verify(filled.settings, filled.database).stale == ("persona/p8", "prompt_template/hello")


def test_a_rebuild_deletes_nothing_under_a_missing_folder(filled: Project) -> None:
    (filled.root / "personas").rename(filled.root / "elsewhere")
    with opened(filled) as sound:
        sound.sync()
        sound.upkeep.rebuild("asked for")
        sound.sync()
        assert len(sound.names) == DOCUMENTS
        assert sound.query("SELECT code FROM problems") == [("root-missing",)]


def test_a_rebuild_lets_the_guard_hold_a_mass_deletion(filled: Project) -> None:
    for number in range(DOCUMENTS - 1):
        (filled.root / f"personas/p{number}.json").unlink()
    with opened(filled) as sound:
        sound.upkeep.rebuild("asked for")
        sound.sync()
        assert len(sound.names) == DOCUMENTS
        assert sound.query("SELECT count(*) FROM document_status WHERE state = 'held'") == [(DOCUMENTS - 1,)]


def test_a_file_that_sqlite_refuses_is_moved_aside_and_only_the_last_one_is_kept(filled: Project) -> None:
    for generation in range(2):
        damage(filled.database, garbage_header, random.Random(SEED + generation))
        with opened(filled) as sound:
            assert sound.told == ["started over"]
            assert len(sound.names) == DOCUMENTS, "it is never seen half filled"
    aside = sorted(path.name for path in filled.database.parent.iterdir() if "damaged" in path.name)
    assert len([name for name in aside if not name.endswith(("-wal", "-shm"))]) == 1
    assert not list(filled.database.parent.glob("*.new*"))


def test_a_file_of_somebody_else_is_neither_moved_nor_changed(project: Project) -> None:
    project.close()
    for path in project.database.parent.iterdir():
        path.unlink()
    project.database.write_text("notes of somebody\n" * 500)
    with pytest.raises(NoDatabase), opened(project):
        pass
    assert project.database.read_text() == "notes of somebody\n" * 500
    assert [path.name for path in project.database.parent.iterdir()] == ["docsync.db"]


@pytest.mark.parametrize("suffix", ["", "-wal"], ids=["database", "log"])
def test_a_file_that_goes_while_it_is_open_is_noticed_and_replaced(filled: Project, suffix: str) -> None:
    with opened(filled) as sound:
        before = sound.version
        filled.database.with_name(filled.database.name + suffix).unlink()
        with pytest.raises(Damaged) as caught:
            sound.upkeep.check()
        sound.upkeep.repair(caught.value)
        assert sound.told == ["started over"]
        assert sound.version[0] != before[0]
        assert len(sound.names) == DOCUMENTS
        filled.persona("personas/more.json")
        sound.sync()
        assert "personas/more.json" in sound.names


def test_damage_while_it_is_open_is_found_on_a_schedule(filled: Project) -> None:
    with opened(filled) as sound:
        write_by_another(filled.database, b'"bio":"word', b'"bio":"Word')
        with pytest.raises(Damaged) as caught:
            tick_until_inspected(sound.upkeep)
        sound.upkeep.repair(caught.value)
        assert sound.told
        assert inspect(filled.database) is None


def test_damage_while_it_is_open_is_found_soon_when_somebody_doubts_it(filled: Project) -> None:
    with opened(filled) as sound:
        write_by_another(filled.database, b'"bio":"word', b'"bio":"Word')
        sound.upkeep.doubt()
        with pytest.raises(Damaged):
            tick_until_inspected(sound.upkeep, after_ns=10_000_000_000)


def tick_until_inspected(upkeep: DatabaseUpkeep, after_ns: int = 2 * INSPECT_NS) -> None:
    now_ns = time.monotonic_ns() + after_ns
    deadline = time.monotonic() + 30
    while upkeep.tick(now_ns) == now_ns + 100_000_000:
        assert time.monotonic() < deadline


def test_an_inspection_of_a_sound_database_comes_again_an_hour_later(filled: Project) -> None:
    with opened(filled) as sound:
        tick_until_inspected(sound.upkeep)
        assert sound.told == []


def test_trouble_that_is_not_found_again_passes_then_rebuilds_and_then_is_a_bug(filled: Project) -> None:
    error = Damaged("said so")
    error.__cause__ = apsw.ConstraintError("said so")
    with opened(filled) as sound:
        sound.upkeep.repair(error)
        assert sound.told == []
        sound.upkeep.repair(error)
        assert sound.told == ["afresh"]
        with pytest.raises(apsw.ConstraintError):
            sound.upkeep.repair(error)


def test_a_disk_that_is_full_puts_mending_off(filled: Project) -> None:
    change(filled, "DROP INDEX documents_name")
    with ExitStack() as stack:
        fire = stack.enter_context(under_fire())
        sound = stack.enter_context(opened(filled))
        before = sound.version
        fire.arm(["write"], 1, persistent=True, code=apsw.SQLITE_FULL)
        with pytest.raises(StoreUnavailable) as caught:
            sound.upkeep.rebuild("asked for")
        assert caught.value.reason == "disk_full"
        fire.cease()
        assert sound.version == before
        sound.upkeep.rebuild("asked for")
        assert sound.version != before


def test_readers_never_see_two_generations_at_once(filled: Project) -> None:
    with opened(filled) as sound, watching_reader(filled.database, DOCUMENTS) as seen:
        for turn in range(6):
            fill(filled, f"g{turn}")
            sound.upkeep.rebuild("asked for")
            epoch = sound.version[0]
            if turn == 4:
                filled.database.unlink()
                with pytest.raises(Damaged) as caught:
                    sound.upkeep.check()
                sound.upkeep.repair(caught.value)
                assert sound.version[0] != epoch
    print(seen)
    assert seen["mixed"] == []
    assert seen["reopened"] + seen["refused"] >= 1
    assert len(seen["generations"]) >= 2


def test_rebuild_once_builds_afresh_and_syncs(filled: Project) -> None:
    before = version_of(filled)
    filled.persona("personas/more.json")
    told: list[str] = []
    done = rebuild_once(filled.settings, filled.database, None, lambda how, reason: told.append(how))
    assert told == ["afresh"]
    assert done.epoch != before[0]
    assert verify(filled.settings, filled.database).documents == DOCUMENTS + 1


def test_other_columns_than_ours_are_built_afresh(filled: Project) -> None:
    change(filled, "ALTER TABLE documents RENAME COLUMN name TO nbme")
    filled.persona("personas/more.json")
    with opened(filled) as sound:
        assert sound.told == ["afresh"]
        assert len(sound.names) == DOCUMENTS + 1


def test_a_header_that_is_garbled_while_it_is_open_is_started_over(filled: Project) -> None:
    with opened(filled) as sound:
        before = sound.version
        write_by_another(filled.database, b"SQLite format 3", b"SQLite farmet 4")
        with pytest.raises(Damaged) as caught:
            tick_until_inspected(sound.upkeep)
        sound.upkeep.repair(caught.value)
        assert sound.told == ["started over"]
        assert sound.version[0] != before[0]
        assert len(sound.names) == DOCUMENTS


def test_text_that_is_none_is_found_by_the_sync_that_meets_it(filled: Project) -> None:
    """No check of the database looks there: it is built afresh when it comes up a second time."""
    change(filled, "UPDATE files SET content_hash = CAST(x'ff41' AS TEXT) WHERE id = 'persona/p9'")
    with opened(filled) as sound:
        for told in ([], ["afresh"]):
            with pytest.raises(Damaged) as caught:
                sound.sync()
            sound.upkeep.repair(caught.value)
            assert sound.told == told
        sound.sync()
        assert len(sound.names) == DOCUMENTS


def test_a_disk_that_cannot_be_read_is_not_taken_for_damage(filled: Project) -> None:
    octets = filled.database.read_bytes()
    with under_fire() as fire:
        fire.arm(["read"], 1, persistent=True)
        with pytest.raises(StoreUnavailable) as caught, opened(filled):
            pass
    assert caught.value.reason == "io_error"
    assert filled.database.read_bytes() == octets


def test_a_full_disk_does_not_turn_mending_in_place_into_more(filled: Project) -> None:
    epoch, revision = version_of(filled)
    change(filled, "UPDATE documents SET name = 'Ghost' WHERE id = 'persona/p7'")
    with under_fire() as fire:
        fire.arm(["sync"], 1, persistent=True, code=apsw.SQLITE_FULL)
        with pytest.raises(StoreUnavailable) as caught, opened(filled):
            pass
        assert (caught.value.reason, fire.fired > 0) == ("disk_full", True)
    with opened(filled) as sound:
        assert sound.version == (epoch, revision + 1)


def test_what_stands_in_the_way_of_starting_over_is_a_reason_to_try_again(filled: Project) -> None:
    with opened(filled) as sound:
        filled.database.unlink()
        obstacle = filled.database.with_name("docsync.db.new")
        obstacle.mkdir()
        error = Damaged("it is gone")
        with pytest.raises(StoreUnavailable) as caught:
            sound.upkeep.repair(error)
        assert caught.value.reason == "io_error"
        obstacle.rmdir()
        sound.upkeep.repair(error)
        sound.sync()
        assert len(sound.names) == DOCUMENTS


def test_a_file_that_takes_no_backup_is_started_over(filled: Project) -> None:
    with under_fire() as fire, opened(filled) as sound:
        fire.arm(["write"], 1, persistent=False, code=apsw.SQLITE_CORRUPT)
        sound.upkeep.rebuild("asked for")
        assert sound.told == ["started over"]
        assert len(sound.names) == DOCUMENTS


def test_mending_can_be_interrupted_and_is_done_the_next_time(filled: Project) -> None:
    def stop(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with opened(filled) as sound:
        for file in filled.database.parent.glob("docsync.db*"):
            file.unlink()
        error = Damaged("gone")
        with pytest.raises(KeyboardInterrupt):
            sound.upkeep.repair(error, stop)
        assert not filled.database.exists()
        assert not list(filled.database.parent.glob("docsync-fresh-*"))
        sound.upkeep.repair(error)
        assert len(sound.names) == DOCUMENTS


def test_a_schema_that_goes_meanwhile_does_not_keep_the_database_from_being_mended(filled: Project) -> None:
    schema = filled.write("persona.schema.json", '{"required": ["name"]}')
    filled.start(collections=(replace(PERSONAS, schema="persona.schema.json"), PROMPTS))
    filled.close()
    with opened(filled) as sound:
        schema.unlink()
        for file in filled.database.parent.glob("docsync.db*"):
            file.unlink()
        sound.upkeep.repair(Damaged("gone"))
        assert len(sound.names) == DOCUMENTS


def test_a_log_that_is_cut_while_it_is_open_is_noticed_and_no_state_is_told_twice(filled: Project) -> None:
    with opened(filled) as sound:
        filled.persona("personas/more.json")
        sound.sync()
        sound.upkeep.tick(time.monotonic_ns())
        epoch = sound.version[0]
        os.truncate(filled.database.with_name(filled.database.name + "-wal"), 100)
        with pytest.raises(Damaged, match="its log was cut or written over") as caught:
            sound.upkeep.check()
        sound.upkeep.repair(caught.value)
        sound.sync()
        assert sound.version[0] != epoch
        assert "personas/more.json" in sound.names
    assert verify(filled.settings, filled.database).equal
