"""The promises of one batch, on real files and a real database, with a clock that the test turns."""

import os
import shutil
from dataclasses import replace

import pytest

from docsync.model import Sign
from docsync.names import Collection
from docsync.policy.batch import Batch, DirtyPath
from docsync.store.document_rows import DocumentRows
from docsync.sync.batch.batch_context import BatchOptions
from docsync.verify import verify
from tests.helpers.project import PERSONAS, PROMPTS, Project

PROMPT = "---\nname: {name}\n---\nsystem:\n" + "You answer politely.\n" * 20


def test_files_become_rows(project: Project) -> None:
    project.persona("personas/team/ana.json", name="Ana", tags=["calm"], description="Asks twice.")
    project.sync()
    assert project.query(
        "SELECT id, type, name, file_path, description, tags, json_extract(document, '$.name') FROM documents"
    ) == [("persona/team/ana", "persona", "Ana", "personas/team/ana.json", "Asks twice.", '["calm"]', "Ana")]
    assert project.query("SELECT document_id, tag FROM document_tags") == [("persona/team/ana", "calm")]


def test_a_second_sync_of_the_same_tree_reads_and_writes_nothing(project: Project) -> None:
    project.persona("personas/ana.json")
    os.utime(project.root / "personas/ana.json", (1, 1))
    project.sync()
    revision = project.revision
    project.connection.execute("UPDATE files SET racy = 0")
    report = project.sync()
    assert (report.looked, report.applied.changed, project.revision) == (0, False, revision)


def test_the_same_content_under_a_new_stamp_makes_no_revision(project: Project) -> None:
    file = project.persona("personas/ana.json")
    project.sync()
    revision = project.revision
    os.utime(file, (1, 1))
    report = project.sync("personas/ana.json", sign=Sign.CLOSED)
    assert (report.applied.touched, project.revision) == (1, revision)


def test_an_edit_keeps_created_at_and_moves_updated_at(project: Project) -> None:
    project.persona("personas/ana.json", name="Ana")
    project.sync()
    first = "2020-01-01T00:00:00.000Z"
    DocumentRows(project.connection).set_created_at("persona/ana", first)
    project.persona("personas/ana.json", name="Anna")
    project.sync("personas/ana.json")
    ((name, created, updated),) = project.query("SELECT name, created_at, updated_at FROM documents")
    assert (name, created) == ("Anna", first)
    assert updated > first


def test_one_batch_is_one_revision(project: Project) -> None:
    for number in range(30):
        project.persona(f"personas/p{number}.json")
    project.sync()
    assert project.revision == 1
    assert project.query("SELECT count(*), min(revision), max(revision) FROM changes") == [(30, 1, 1)]


def test_a_scope_touches_nothing_outside_it(project: Project) -> None:
    project.persona("personas/a/one.json")
    project.persona("personas/b/two.json")
    project.sync("personas/a")
    assert project.paths() == ["personas/a/one.json"]


def test_a_broken_save_keeps_the_last_good_row_and_says_why(project: Project) -> None:
    project.persona("personas/ana.json", name="Ana")
    project.sync()
    project.write("personas/ana.json", '{"name": "Ana",\n "age": }')
    project.settle()
    assert project.names() == {"personas/ana.json": "Ana"}
    assert project.states() == {"persona/ana": "stale"}
    assert project.query("SELECT code, line, column FROM problems") == [("json-syntax", 2, 9)]


def test_a_broken_file_is_believed_only_after_the_debounce_time(project: Project) -> None:
    project.write("personas/ana.json", "{")
    project.sync()
    project.later(499)
    project.sync()
    assert project.problems() == []
    project.later(1)
    project.sync()
    assert [path for path, _ in project.problems()] == ["personas/ana.json"]


def test_a_file_that_keeps_being_rewritten_broken_is_reported_after_max_delay(project: Project) -> None:
    project.write("personas/ana.json", "{")
    for _ in range(20):
        project.last_hints["personas/ana.json"] = project.now_ns
        project.sync("personas/ana.json", sign=Sign.CLOSED)
        assert project.problems() == []
        project.later(100)
    project.sync("personas/ana.json", sign=Sign.CLOSED)
    assert [path for path, _ in project.problems()] == ["personas/ana.json"]


def test_a_mended_file_clears_its_problem_at_once(project: Project) -> None:
    project.write("personas/ana.json", "{")
    project.settle()
    project.persona("personas/ana.json", name="Ana")
    report = project.sync("personas/ana.json")
    assert project.problems() == []
    assert report.applied.cleared == [("personas/ana.json", "json-truncated")]
    assert project.states() == {"persona/ana": "ok"}


def test_since_survives_while_the_code_stays(project: Project) -> None:
    project.write("personas/ana.json", '{"a":')
    project.settle()
    project.connection.execute("UPDATE problems SET since = 'then'")
    project.write("personas/ana.json", '{"a": 1,\n\n')
    project.settle()
    assert project.query("SELECT line, since FROM problems") == [(3, "then")]


def test_a_broken_file_that_was_never_good_and_goes_leaves_nothing(project: Project) -> None:
    file = project.write("personas/ana.json", "{")
    project.settle()
    file.unlink()
    project.settle()
    assert project.problems() == []
    assert project.query("SELECT * FROM files") == []


def test_a_broken_file_that_goes_before_it_was_believed_is_forgotten(project: Project) -> None:
    file = project.write("personas/ana.json", "{")
    project.sync()
    file.unlink()
    project.sync("personas/ana.json", sign=Sign.GONE)
    assert project.engine.list_undecided() == set()
    assert project.engine.next_due_ns() is None


def test_a_deleted_file_goes_after_the_debounce_time(project: Project) -> None:
    project.persona("personas/keep.json")
    file = project.persona("personas/ana.json")
    project.sync()
    file.unlink()
    project.sync("personas/ana.json", sign=Sign.GONE)
    assert "personas/ana.json" in project.paths()
    project.later(500)
    project.sync("personas/ana.json")
    assert project.paths() == ["personas/keep.json"]
    assert project.query("SELECT op, id, content_hash FROM changes ORDER BY seq DESC LIMIT 1") == [
        ("delete", "persona/ana", None)
    ]
    assert project.query("SELECT count(*) FROM documents_fts") == [(1,)]


def test_a_file_that_is_deleted_and_written_again_never_goes(project: Project) -> None:
    file = project.persona("personas/ana.json", name="Ana")
    project.sync()
    file.unlink()
    project.sync("personas/ana.json", sign=Sign.GONE)
    project.later(5)
    project.persona("personas/ana.json", name="Anna")
    project.sync("personas/ana.json", sign=Sign.CLOSED)
    project.settle()
    assert project.names() == {"personas/ana.json": "Anna"}
    assert project.query("SELECT count(*) FROM changes WHERE op = 'delete'") == [(0,)]


def test_three_of_ten_deleted_files_go_after_half_a_second(project: Project) -> None:
    for number in range(10):
        project.persona(f"personas/p{number}.json")
    project.sync()
    for number in range(3):
        (project.root / f"personas/p{number}.json").unlink()
    project.sync()
    project.later(500)
    project.sync()
    assert len(project.paths()) == 7


def test_a_mass_deletion_is_held_until_it_is_released(project: Project) -> None:
    for number in range(100):
        project.persona(f"personas/p{number}.json", value=number)
    project.sync()
    shutil.rmtree(project.root / "personas")
    (project.root / "personas").mkdir()
    project.settle()
    assert len(project.paths()) == 100
    assert set(project.states().values()) == {"held"}
    assert len(project.engine.list_held("persona")) == 100
    project.settle()
    applied = project.engine.release("persona")
    assert len(applied.deleted) == 100
    assert project.paths() == []
    assert project.problems() == []


def test_held_files_that_return_are_held_no_more(project: Project) -> None:
    for number in range(50):
        project.persona(f"personas/p{number}.json", value=number)
    project.sync()
    os.rename(project.root / "personas", project.root / "away")
    (project.root / "personas").mkdir()
    project.settle()
    assert len(project.engine.list_held()) == 50
    os.rmdir(project.root / "personas")
    os.rename(project.root / "away", project.root / "personas")
    project.settle()
    assert project.engine.list_held() == []
    assert set(project.states().values()) == {"ok"}
    assert project.problems() == []


def test_a_hold_survives_a_restart(project: Project) -> None:
    for number in range(50):
        project.persona(f"personas/p{number}.json", value=number)
    project.sync()
    for number in range(40):
        (project.root / f"personas/p{number}.json").unlink()
    project.settle()
    project.start()
    project.settle()
    assert len(project.engine.list_held("persona")) == 40
    assert len(project.paths()) == 50


def test_a_hold_keeps_back_deletions_only(project: Project) -> None:
    for number in range(50):
        project.persona(f"personas/p{number}.json", value=number)
    project.sync()
    for number in range(40):
        (project.root / f"personas/p{number}.json").unlink()
    project.settle()
    project.persona("personas/new.json", name="New")
    project.sync("personas/new.json")
    assert "personas/new.json" in project.paths()


def test_a_folder_renamed_inside_lands_as_one_revision(project: Project) -> None:
    for number in range(200):
        project.persona(f"personas/old/p{number}.json", value=number)
    project.sync()
    revision = project.revision
    os.rename(project.root / "personas/old", project.root / "personas/new")
    project.sync("personas/old", sign=Sign.FOLDER)
    report = project.sync("personas/new", sign=Sign.FOLDER)
    assert project.revision == revision + 1
    assert len(report.applied.upserted) == len(report.applied.deleted) == 200
    assert all(path.startswith("personas/new/") for path in project.paths())


def test_both_halves_of_what_git_renamed_land_in_its_batch(project: Project) -> None:
    project.persona("personas/a.json", name="A")
    project.persona("personas/z.json", name="Z")
    project.sync()
    revision = project.revision
    os.rename(project.root / "personas/a.json", project.root / "personas/b.json")
    names = ("personas/a.json", "personas/b.json")
    project.last_hints = dict.fromkeys(names, project.now_ns)
    dirty = {path: DirtyPath(project.now_ns, project.now_ns, Sign.RENAMED) for path in names}
    project.engine.sync(
        Batch(dirty), project.now_ns, project.last_hints.get, options=BatchOptions(whole=True)
    )
    assert project.paths() == ["personas/b.json", "personas/z.json"]
    assert project.revision == revision + 1


def test_both_halves_of_a_rename_wait_until_both_names_are_quiet(project: Project) -> None:
    project.persona("personas/a.json", name="A")
    project.persona("personas/z.json", name="Z")
    project.sync()
    os.rename(project.root / "personas/a.json", project.root / "personas/b.json")
    project.last_hints = {"personas/a.json": project.now_ns, "personas/b.json": project.now_ns}
    report = project.sync("personas/a.json", "personas/b.json", sign=Sign.RENAMED)
    assert project.paths() == ["personas/a.json", "personas/z.json"]
    project.now_ns = report.again["personas/b.json"]
    project.sync("personas/b.json", sign=Sign.CLOSED)
    assert project.paths() == ["personas/b.json", "personas/z.json"]


def test_a_file_that_takes_the_name_of_an_equal_one_is_not_shown_twice(project: Project) -> None:
    project.persona("personas/a.json", name="A")
    project.persona("personas/b.json", name="A")
    project.persona("personas/z.json", name="Z")
    project.sync()
    os.rename(project.root / "personas/a.json", project.root / "personas/b.json")
    project.sync("personas/a.json", "personas/b.json", sign=Sign.RENAMED)
    assert project.paths() == ["personas/b.json", "personas/z.json"]


def test_names_that_move_up_one_by_one_land_together(project: Project) -> None:
    """What was b.json is c.json, and what was a.json is b.json: neither is shown under two names."""
    project.persona("personas/a.json", name="A")
    project.persona("personas/b.json", name="B")
    project.sync()
    moved = ("personas/a.json", "personas/b.json", "personas/c.json")
    os.rename(project.root / moved[1], project.root / moved[2])
    os.rename(project.root / moved[0], project.root / moved[1])
    project.last_hints = dict.fromkeys(moved, project.now_ns)
    report = project.sync(*moved, sign=Sign.RENAMED)
    assert project.names() == {moved[0]: "A", moved[1]: "B"}
    project.now_ns = report.again[moved[1]]
    project.sync(*report.again, sign=Sign.CLOSED)
    assert project.names() == {moved[1]: "A", moved[2]: "B"}


@pytest.mark.parametrize("third", ["personas/0.json", "personas/z.json"])
def test_a_file_that_takes_one_of_two_names_while_the_other_gets_a_third_lands(
    project: Project, third: str
) -> None:
    one, two = project.persona("personas/b.json", name="B"), project.root / "personas/c.json"
    two.hardlink_to(one)
    mover = project.persona("personas/m.json", name="M")
    project.sync()
    mover.replace(one)
    (project.root / third).hardlink_to(two)
    names = ("personas/b.json", "personas/c.json", "personas/m.json", third)
    project.last_hints = dict.fromkeys(names, project.now_ns)
    report = project.sync(*names, sign=Sign.RENAMED)
    project.later(10)
    project.sync(*report.again, sign=Sign.CLOSED)
    assert project.names() == {"personas/b.json": "M", "personas/c.json": "B", third: "B"}


def test_swapped_names_never_lose_a_row(project: Project) -> None:
    a, b = project.persona("personas/a.json", name="A"), project.persona("personas/b.json", name="B")
    project.sync()
    spare = project.root / "spare"
    os.rename(a, spare)
    project.sync("personas/a.json", sign=Sign.GONE)
    os.rename(b, a)
    project.last_hints = dict.fromkeys(("personas/a.json", "personas/b.json"), project.now_ns)
    project.sync("personas/a.json", "personas/b.json", sign=Sign.RENAMED)
    os.rename(spare, b)
    assert len(project.paths()) == 2
    project.later(10)
    project.sync("personas/a.json", "personas/b.json", sign=Sign.RENAMED)
    project.settle()
    assert project.names() == {"personas/a.json": "B", "personas/b.json": "A"}
    assert project.query("SELECT count(*) FROM changes WHERE op = 'delete'") == [(0,)]


def test_copying_a_folder_and_deleting_the_first_is_not_held(project: Project) -> None:
    for number in range(60):
        project.persona(f"personas/x/p{number}.json", value=number)
    project.sync()
    shutil.copytree(project.root / "personas/x", project.root / "personas/y")
    project.sync("personas/y")
    shutil.rmtree(project.root / "personas/x")
    project.settle()
    assert project.engine.list_held() == []
    assert len(project.paths()) == 60


def test_a_missing_root_deletes_nothing_and_says_so(project: Project) -> None:
    project.persona("personas/ana.json")
    project.sync()
    os.rename(project.root / "personas", project.root / "away")
    project.settle()
    assert project.paths() == ["personas/ana.json"]
    assert project.problems() == [("personas", "root-missing")]
    assert project.states() == {"persona/ana": "stale"}
    os.rename(project.root / "away", project.root / "personas")
    project.settle()
    assert project.problems() == []
    assert project.states() == {"persona/ana": "ok"}


def test_a_root_that_goes_between_the_scan_and_the_deletion_deletes_nothing(project: Project) -> None:
    project.persona("personas/keep.json")
    file = project.persona("personas/ana.json")
    project.sync()
    file.unlink()
    project.sync()
    project.later(500)
    os.rename(project.root / "personas", project.root / "away")
    project.sync("personas/ana.json")
    assert len(project.paths()) == 2


def test_a_folder_that_never_existed_is_absent_and_no_problem(project: Project) -> None:
    os.rmdir(project.root / "prompts")
    project.settle()
    assert project.problems() == []
    assert project.engine.root_states()["prompt_template"] == "absent"


def test_a_replaced_root_is_adopted_and_its_deletions_pass_the_guard(project: Project) -> None:
    for number in range(30):
        project.persona(f"personas/p{number}.json", value=number)
    project.sync()
    os.rename(project.root / "personas", project.root / "away")
    project.persona("personas/new.json", name="New")
    project.settle()
    assert "personas/new.json" in project.paths()
    assert len(project.engine.list_held("persona")) == 30


def test_the_only_document_of_a_collection_may_be_deleted(project: Project) -> None:
    file = project.persona("personas/ana.json")
    project.sync()
    file.unlink()
    project.settle()
    assert project.paths() == []


def test_an_unreadable_folder_deletes_nothing_beneath_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.persona("personas/shut/ana.json")
    project.persona("personas/open.json")
    project.sync()
    scandir = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("/shut"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    project.settle()
    assert len(project.paths()) == 2
    assert project.problems() == [("personas/shut", "unreadable"), ("personas/shut/ana.json", "unreadable")]
    assert project.states() == {"persona/open": "ok", "persona/shut/ana": "stale"}
    monkeypatch.undo()
    project.settle()
    assert project.problems() == []
    assert set(project.states().values()) == {"ok"}


def test_a_file_not_due_yet_is_left_alone(project: Project) -> None:
    project.persona("personas/ana.json", name="Ana")
    project.sync(resting=frozenset({"personas/ana.json"}))
    assert project.paths() == []
    project.sync()
    assert project.paths() == ["personas/ana.json"]


def test_a_prompt_cut_to_less_than_half_in_place_is_suspicious(project: Project) -> None:
    full = PROMPT.format(name="Greeter")
    project.write("prompts/g.prompty", full)
    project.sync()
    project.write("prompts/g.prompty", full[:40])
    project.sync("prompts/g.prompty", sign=Sign.CLOSED)
    assert project.query("SELECT length(json_extract(document, '$.body')) > 100 FROM documents") == [(1,)]
    project.settle()
    assert project.query("SELECT length(json_extract(document, '$.body')) > 100 FROM documents") == [(0,)]


def test_a_shorter_prompt_renamed_into_place_is_believed_at_once(project: Project) -> None:
    full = PROMPT.format(name="Greeter")
    project.write("prompts/g.prompty", full)
    project.sync()
    project.replace("prompts/g.prompty", full[:40])
    project.sync("prompts/g.prompty", sign=Sign.RENAMED)
    assert project.query("SELECT length(json_extract(document, '$.body')) > 100 FROM documents") == [(0,)]


def test_an_emptied_prompt_is_never_visible(project: Project) -> None:
    project.write("prompts/g.prompty", PROMPT.format(name="Greeter"))
    project.sync()
    project.write("prompts/g.prompty", "")
    project.sync("prompts/g.prompty", sign=Sign.CLOSED)
    project.later(30)
    project.write("prompts/g.prompty", PROMPT.format(name="Greeter 2"))
    project.sync("prompts/g.prompty", sign=Sign.CLOSED)
    assert project.names() == {"prompts/g.prompty": "Greeter 2"}
    assert project.problems() == []


def test_a_changed_pattern_brings_the_rows_in_step_at_the_next_start(project: Project) -> None:
    for name in ("a", "b"):
        project.persona(f"personas/{name}.json")
        project.persona(f"personas/drafts/{name}.json")
    project.sync()
    narrower = Collection("persona", "personas", ("**/*.json",), "json", exclude=("drafts/**",))
    project.start(collections=(narrower, PROMPTS))
    project.settle()
    assert project.paths() == ["personas/a.json", "personas/b.json"]
    project.start(collections=(PERSONAS, PROMPTS))
    project.settle()
    assert len(project.paths()) == 4


def test_a_removed_collection_goes_through_the_guard(project: Project) -> None:
    project.persona("personas/a.json")
    project.persona("personas/b.json")
    project.sync()
    project.start(collections=(PROMPTS,))
    project.settle()
    assert len(project.engine.list_held("persona")) == 2
    project.engine.release(None)
    assert project.paths() == []


def test_a_changed_limit_reloads_and_spends_a_revision_only_on_what_differs(project: Project) -> None:
    project.persona("personas/small.json")
    project.persona("personas/large.json", text="x" * 2000)
    project.start(max_file_bytes=1000)
    project.settle()
    assert project.problems() == [("personas/large.json", "too-large")]
    revision = project.revision
    project.start(max_file_bytes=10_000)
    project.settle()
    assert project.paths() == ["personas/large.json", "personas/small.json"]
    assert project.query("SELECT file_path FROM documents WHERE revision > ?", revision) == [
        ("personas/large.json",)
    ]


def test_a_raised_parser_version_reloads_the_collection(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.persona("personas/a.json")
    project.settle()
    revision = project.revision
    project.connection.execute("UPDATE files SET racy = 0")
    monkeypatch.setattr("docsync.sync.setup._ROW_VERSION", 999)
    project.start()
    assert project.sync().looked == 1
    assert project.revision == revision
    project.connection.execute("UPDATE files SET racy = 0")
    project.start()
    assert project.sync().looked == 0


def test_a_folder_that_is_back_is_read_by_the_rules_of_this_start_although_its_files_rest(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.persona("personas/a.json")
    project.settle()
    (project.root / "personas").rename(project.root / "elsewhere")
    project.connection.execute("UPDATE files SET racy = 0")
    monkeypatch.setattr("docsync.sync.setup._ROW_VERSION", 999)
    project.start()
    project.settle()
    (project.root / "elsewhere").rename(project.root / "personas")
    assert project.sync("personas", resting=frozenset({"personas/a.json"})).looked == 0
    assert project.sync("personas/a.json").looked == 1
    project.connection.execute("UPDATE files SET racy = 0")
    project.start()
    assert project.sync().looked == 0


def test_a_file_matched_twice_belongs_to_the_first_collection_with_a_warning(project: Project) -> None:
    second = Collection("copy", "personas", ("**/*.json",), "json")
    project.persona("personas/a.json")
    project.start(collections=(PERSONAS, second))
    project.settle()
    assert project.query("SELECT id FROM documents") == [("persona/a",)]
    assert project.problems() == [("personas/a.json", "overlap")]


def test_a_file_that_moves_to_another_collection_changes_its_id_in_one_revision(project: Project) -> None:
    project.persona("personas/a.json")
    project.sync()
    revision = project.revision
    project.start(collections=(Collection("character", "personas", ("**/*.json",), "json"), PROMPTS))
    project.sync()
    assert project.query("SELECT id FROM documents") == [("character/a",)]
    assert project.query("SELECT op, id FROM changes WHERE revision = ? ORDER BY seq", revision + 1) == [
        ("delete", "persona/a"),
        ("upsert", "character/a"),
    ]


def test_references_are_brought_up_to_date_when_their_file_appears_or_goes(project: Project) -> None:
    project.write("prompts/p.prompty", "---\nname: P\nsample: ${file:p.json}\n---\nhello\n")
    project.sync()
    statuses = "SELECT status, resolved FROM document_references WHERE kind <> 'env'"
    assert project.query(statuses) == [("missing", "prompts/p.json")]
    sample = project.write("prompts/p.json", "{}")
    project.sync("prompts/p.json")
    assert project.query(statuses) == [("ok", "prompts/p.json")]
    sample.unlink()
    project.sync("prompts/p.json")
    assert project.query(statuses) == [("missing", "prompts/p.json")]


def test_a_reference_of_a_file_that_is_missing_but_kept_follows_its_target(project: Project) -> None:
    for name in ("p", "q"):
        project.write(f"prompts/{name}.prompty", "---\nname: P\nsample: ${file:p.json}\n---\nhello\n")
    project.sync()
    for name in ("p", "q"):
        (project.root / f"prompts/{name}.prompty").unlink()
    project.write("prompts/p.json", "{}")
    project.settle()
    assert len(project.engine.list_held()) == 2
    assert project.query("SELECT DISTINCT status FROM document_references WHERE kind <> 'env'") == [("ok",)]


def test_a_preview_changes_nothing(project: Project) -> None:
    project.persona("personas/a.json")
    applied = project.engine.preview(project.now_ns)
    assert applied.upserted == ["personas/a.json"]
    assert (project.paths(), project.revision) == ([], 0)


@pytest.mark.parametrize("name", ["pipe", "link-out", "link-folder"])
def test_what_is_no_document_is_skipped_and_listed_once(project: Project, name: str) -> None:
    path = project.root / "personas/x.json"
    if name == "pipe":
        os.mkfifo(path)
    elif name == "link-out":
        path.symlink_to(project.write("elsewhere.json", "{}"))
    else:
        (project.root / "outside").mkdir()
        (project.root / "personas/x.json").symlink_to(project.root / "outside")
    project.settle()
    assert project.problems() == [("personas/x.json", "skipped")]
    revision = project.revision
    project.settle()
    assert project.revision == revision


def test_a_link_inside_the_folder_is_read(project: Project) -> None:
    project.persona("personas/.data/ana.json", name="Ana")
    (project.root / "personas/ana.json").symlink_to(".data/ana.json")
    project.settle()
    assert project.names() == {"personas/ana.json": "Ana"}


def test_a_name_that_is_not_utf8_is_listed_escaped(project: Project) -> None:
    with open(os.fsencode(project.root) + b"/personas/\xff.json", "wb") as file:
        file.write(b"{}")
    project.settle()
    assert project.problems() == [("personas/\\xff.json", "name")]


def test_names_that_differ_in_case_or_unicode_form_are_both_synced_and_both_warned_of(
    project: Project,
) -> None:
    project.persona("personas/Zoe\u0308.json", name="NFD")
    project.persona("personas/other.json")
    project.settle()
    assert project.problems() == []
    project.persona("personas/zo\u00eb.json", name="NFC")
    project.sync("personas/zo\u00eb.json")
    assert len(project.paths()) == 3
    assert project.problems() == [
        ("personas/Zoe\u0308.json", "name-twin"),
        ("personas/zo\u00eb.json", "name-twin"),
    ]
    (project.root / "personas/zo\u00eb.json").unlink()
    project.settle()
    assert project.problems() == []


def test_folders_that_differ_in_case_make_twins_too(project: Project) -> None:
    project.persona("personas/A/x.json")
    project.persona("personas/a/x.json")
    project.settle()
    assert {code for _, code in project.problems()} == {"name-twin"}
    shutil.rmtree(project.root / "personas/A")
    project.settle()
    assert project.problems() == []


def test_twins_are_warned_of_whatever_they_hold_and_whichever_came_first(project: Project) -> None:
    both = [("personas/A.json", "name-twin"), ("personas/a.json", "name-twin")]
    project.persona("personas/a.json")
    project.write("personas/A.json", "{")
    project.settle()
    assert project.problems() == [("personas/A.json", "json-truncated"), *both]
    project.persona("personas/A.json")
    project.settle()
    assert project.problems() == both
    said = project.query("SELECT * FROM problems")
    revision = project.revision
    project.start(max_file_bytes=100_000)
    project.settle()
    assert (project.query("SELECT * FROM problems"), project.revision) == (said, revision)


def test_a_name_that_is_no_file_any_more_is_no_twin(project: Project) -> None:
    project.write("personas/a.json", "{")
    project.persona("personas/A.json")
    project.settle()
    assert ("personas/A.json", "name-twin") in project.problems()
    (project.root / "personas/a.json").unlink()
    os.mkfifo(project.root / "personas/a.json")
    project.settle()
    assert project.problems() == [("personas/a.json", "skipped")]


def test_a_document_that_is_kept_without_a_file_is_no_twin(project: Project) -> None:
    project.start(max_delete_ratio=0.0, min_deletes=0)
    project.persona("personas/a.json")
    project.persona("personas/A.json")
    project.settle()
    (project.root / "personas/A.json").unlink()
    project.settle()
    assert project.problems() == [("personas/A.json", "held")]
    project.persona("personas/A.json")
    project.settle()
    assert {code for _, code in project.problems()} == {"name-twin"}


def test_a_broken_file_is_not_warned_of_references_that_nobody_follows(project: Project) -> None:
    (project.root / "schema.json").write_text('{"required": ["description"]}')
    project.start(collections=(replace(PROMPTS, schema="schema.json"),))
    project.write("prompts/p.prompty", "---\nname: P\nsample: ${file:data.json}\n---\nhello\n")
    project.settle()
    assert project.problems() == [("prompts/p.prompty", "schema")]


def test_a_row_that_another_file_took_over_leaves_its_own_file_to_its_new_collection(
    project: Project,
) -> None:
    project.persona("personas/a.json")
    project.settle()
    project.write("personas/a.json", "{")
    project.persona("people/a.json")
    legacy = Collection("legacy", "personas", ("**/*.json",), "json")
    project.start(collections=(legacy, replace(PERSONAS, path="people"), PROMPTS))
    again = set(project.sync().again)
    for _ in range(3):
        project.later(600)
        again |= project.sync(*again or {"prompts"}).again.keys()
    assert project.problems() == [("personas/a.json", "json-truncated")]
    assert verify(project.settings, project.database).differences == ()


def test_what_lies_where_a_released_document_was_is_listed_at_once(project: Project) -> None:
    project.start(max_delete_ratio=0.0, min_deletes=0)
    project.persona("personas/a.json").unlink()
    project.persona("personas/a.json")
    project.settle()
    (project.root / "personas/a.json").unlink()
    os.mkfifo(project.root / "personas/a.json")
    project.settle()
    assert project.problems() == [("personas/a.json", "held")]
    project.engine.release(None)
    assert project.problems() == [("personas/a.json", "skipped")]


def test_a_name_that_is_shown_as_another_file_is_called_leaves_that_one_its_place(project: Project) -> None:
    project.write("personas/\\xff.json", "{")
    with open(os.fsencode(project.root) + b"/personas/\xff.json", "wb") as file:
        file.write(b"{}")
    project.settle()
    said, revision = project.problems(), project.revision
    for scope in ("", "personas/\udcff.json", "personas/\\xff.json"):
        project.sync(scope)
    assert (said, project.revision) == ([("personas/\\xff.json", "json-truncated")], revision)
    (project.root / "personas/\\xff.json").unlink()
    project.sync("personas/\\xff.json")
    assert project.problems() == [("personas/\\xff.json", "name")]


def test_a_reference_of_a_broken_file_follows_its_target(project: Project) -> None:
    good = "---\nname: P\nsample: ${file:p.json}\n---\nhello\n"
    project.write("prompts/p.prompty", good)
    project.sync()
    project.write("prompts/p.json", "{}")
    project.write("prompts/p.prompty", "---\nname: P\n")
    project.settle()
    assert project.states() == {"prompt_template/p": "stale"}
    assert project.query("SELECT status FROM document_references") == [("ok",)]
