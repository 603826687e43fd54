"""What no file can give back outlives every way of mending, and is remembered as a batch has remembered it."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from docsync.errors import Damaged
from docsync.model import Sign
from docsync.policy.batch import Batch, DirtyPath
from docsync.store.document_rows import DocumentRows
from docsync.upkeep.backup import back_up, restore_once
from docsync.upkeep.one_shot import ignore_repair
from docsync.verify import verify
from tests.helpers.project import Project
from tests.sync.batch.test_root_states import shut
from tests.upkeep.test_upkeep import Sound, change, change_all, opened

DOCUMENTS = 60
HELLO = "prompts/hello.prompty"
PROMPT = "---\nname: hello\ntags: [calm]\nsample: ${file:./x.json}\n---\nsystem:\nBe polite.\n"
MENDED = PROMPT.replace("name: hello", "name: mended")

Way = Callable[[Project], AbstractContextManager[Sound]]


@pytest.fixture
def filled(project: Project) -> Project:
    """A project whose database nobody has open."""
    for number in range(DOCUMENTS):
        project.persona(f"personas/p{number}.json", tags=["calm"], bio="word " * 80)
    project.write(HELLO, PROMPT)
    project.settle()
    project.close()
    return project


@contextmanager
def in_place(project: Project) -> Iterator[Sound]:
    change(project, "DELETE FROM document_tags")
    with opened(project) as sound:
        assert sound.told == ["in place"]
        yield sound


@contextmanager
def afresh(project: Project) -> Iterator[Sound]:
    with opened(project) as sound:
        sound.upkeep.rebuild("asked for")
        assert sound.told == ["afresh"]
        yield sound


@contextmanager
def started_over(project: Project) -> Iterator[Sound]:
    with opened(project) as sound:
        project.database.unlink()
        sound.upkeep.repair(Damaged("gone"))
        assert sound.told == ["started over"]
        yield sound


@contextmanager
def restored(project: Project) -> Iterator[Sound]:
    back_up(project.database, backup := project.root / "backup.db")
    restore_once(project.settings, project.database, backup, None, ignore_repair)
    with opened(project) as sound:
        yield sound


ways = pytest.mark.parametrize(
    "way", [in_place, afresh, started_over, restored], ids=lambda way: way.__name__
)


def sync(project: Project) -> None:
    with opened(project) as sound:
        sound.sync()


def take(sound: Sound, path: str) -> None:
    """One batch, after a write to *path* was closed."""
    now_ns = time.monotonic_ns()
    sound.upkeep.engine.sync(Batch({path: DirtyPath(now_ns, now_ns, Sign.CLOSED)}), now_ns, lambda _: None)


@ways
def test_a_broken_prompt_that_is_mended_in_place_is_taken_at_once(filled: Project, way: Way) -> None:
    filled.write(HELLO, "---\nname: [\n---\n")
    sync(filled)
    with way(filled) as sound:
        filled.write(HELLO, MENDED)
        take(sound, HELLO)
        assert sound.names[HELLO] == "mended", "good news travels at once"


def test_a_size_that_is_lost_lets_no_save_wait(filled: Project) -> None:
    filled.write(HELLO, "---\nname: [\n---\n")
    sync(filled)
    change(filled, f"UPDATE files SET good_size = NULL WHERE file_path = '{HELLO}'")
    with in_place(filled) as sound:
        filled.write(HELLO, MENDED)
        take(sound, HELLO)
        assert sound.names[HELLO] == "mended"


FILES = "SELECT file_path, type, id, good_size, twin_key, state FROM files ORDER BY file_path"
STATUS = "SELECT id, state, code FROM document_status ORDER BY id"
PROBLEMS = "SELECT file_path, ordinal, severity, code, message FROM problems ORDER BY file_path, ordinal"
HELD = "SELECT file_path, since FROM problems WHERE code = 'held' ORDER BY file_path"


def remembered(sound: Sound) -> list[Any]:
    """What is remembered of files, but for stamps: what was not seen since is looked at again."""
    return [sound.query(sql) for sql in (FILES, STATUS, PROBLEMS, HELD)]


@ways
def test_files_are_remembered_as_a_batch_has_remembered_them(filled: Project, way: Way) -> None:
    filled.persona("personas/Team/Ana.json", tags=["calm"])
    sync(filled)
    filled.write(HELLO, "---\nname: [\n---\n")
    filled.write("personas/p1.json", "{")
    filled.write("personas/Team/Ana.json", "{")
    for number in range(10, DOCUMENTS):
        (filled.root / f"personas/p{number}.json").unlink()
    with opened(filled) as sound:
        sound.sync()
        before = remembered(sound)
    with way(filled) as sound:
        assert remembered(sound) == before
        sound.sync()
        assert remembered(sound) == before
    assert {state for *_, state in before[0]} == {"ok", "broken", "held"}
    assert verify(filled.settings, filled.database).equal


@ways
def test_nothing_that_was_added_meanwhile_releases_what_is_held(filled: Project, way: Way) -> None:
    for number in range(10, DOCUMENTS):
        (filled.root / f"personas/p{number}.json").unlink()
    sync(filled)
    for number in range(4 * DOCUMENTS):
        filled.persona(f"personas/q{number}.json", tags=["calm"])
    sync(filled)
    with way(filled) as sound:
        sound.sync()
        assert len(sound.query(HELD)) == DOCUMENTS - 10
        assert len(sound.names) == 5 * DOCUMENTS + 1


def test_a_problem_goes_with_the_row_that_is_lost(filled: Project) -> None:
    filled.write("personas/p8.json", "{")
    sync(filled)
    change(filled, "UPDATE documents SET name = 'Ghost' WHERE id = 'persona/p8'")
    (filled.root / "personas/p8.json").unlink()
    with opened(filled) as sound:
        assert sound.told == ["in place"]
        sound.sync()
        assert sound.query("SELECT file_path FROM problems WHERE file_path <> 'prompts/hello.prompty'") == []
    assert verify(filled.settings, filled.database).equal


@pytest.mark.parametrize(
    "way", ["DELETE FROM document_tags", "DROP INDEX documents_name"], ids=["in place", "afresh"]
)
def test_a_text_that_is_lost_comes_back_with_its_file(
    filled: Project, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.persona("personas/shut/ana.json", tags=["calm"])
    sync(filled)
    change_all(filled.database, way, "UPDATE files SET search_rowid = NULL WHERE id = 'persona/shut/ana'")
    with monkeypatch.context() as patch:
        shut(patch, "/shut")
        with opened(filled) as sound:
            assert sound.query("SELECT text FROM documents_fts WHERE id = 'persona/shut/ana'") == [("",)]
            assert "personas/shut/ana.json" in sound.names
            sound.sync()
    sync(filled)
    assert verify(filled.settings, filled.database).differences == ()


def test_what_hangs_on_a_document_is_kept_even_if_its_text_is_lost(filled: Project) -> None:
    filled.write(HELLO, "---\nname: [\n---\n")
    sync(filled)
    spoil = "UPDATE documents_fts SET text = CAST(x'ff41' AS TEXT) WHERE id = 'prompt_template/hello'"
    change_all(filled.database, spoil)
    with opened(filled) as sound:
        assert sound.told == ["in place"]
        assert sound.query("SELECT tag FROM document_tags WHERE document_id = 'prompt_template/hello'") == [
            ("calm",)
        ]
        assert sound.query("SELECT target FROM document_references") == [("./x.json",)]


def test_a_document_that_is_mended_in_place_keeps_when_it_was_first_seen(filled: Project) -> None:
    early = "2026-01-01T00:00:00.000Z"
    filled.start()
    DocumentRows(filled.connection).set_created_at("persona/p8", early)
    filled.close()
    with in_place(filled) as sound:
        assert sound.query("SELECT created_at FROM documents WHERE id = 'persona/p8'") == [(early,)]
