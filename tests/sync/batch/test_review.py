"""Bugs that were found by thinking: each was shown to happen before it was mended."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from docsync.clock import SYSTEM
from docsync.errors import StoreReason, StoreUnavailable
from docsync.git import GitDirectories
from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.policy.batch import Batch, DirtyPath
from docsync.sync.batch.batch_context import BatchOptions
from docsync.sync.thread.git_hold import BatchExtent, GitAtWork, GitHold
from docsync.sync.thread.pending_requests import PendingRequests
from docsync.sync.thread.request import Request, RequestKind
from tests.helpers.project import PERSONAS, PROMPTS, Project
from tests.helpers.rig import Rig


def refuse() -> None:
    raise GitAtWork


def test_a_deletion_first_seen_in_an_undone_batch_belongs_to_the_whole_one_that_follows(
    project: Project,
) -> None:
    project.persona("personas/keep.json")
    file = project.persona("personas/ana.json")
    project.sync()
    file.unlink()
    project.persona("personas/new.json")
    batch = Batch({"": DirtyPath(project.now_ns, project.now_ns, Sign.FOLDER)})
    with pytest.raises(GitAtWork):
        project.engine.sync(
            batch, project.now_ns, project.last_hints.get, options=BatchOptions(confirm=refuse)
        )
    report = project.engine.sync(
        batch, project.now_ns, project.last_hints.get, options=BatchOptions(whole=True)
    )
    assert report.applied.upserted == ["personas/new.json"]
    assert report.applied.deleted == ["personas/ana.json"]


def test_a_root_that_came_back_in_an_undone_batch_is_scanned_by_the_next(project: Project) -> None:
    project.persona("personas/ana.json", name="Ana")
    project.sync()
    os.rename(project.root / "personas", project.root / "away")
    project.settle()
    os.rename(project.root / "away", project.root / "personas")
    project.persona("personas/ana.json", name="Anna")
    nothing = Batch({"prompts/none.prompty": DirtyPath(project.now_ns, project.now_ns, Sign.GONE)})
    with pytest.raises(GitAtWork):
        project.engine.sync(
            nothing, project.now_ns, project.last_hints.get, options=BatchOptions(confirm=refuse)
        )
    project.engine.sync(nothing, project.now_ns, project.last_hints.get)
    assert project.names() == {"personas/ana.json": "Anna"}


def test_an_appearance_that_was_rolled_back_excuses_nothing(project: Project) -> None:
    for number in range(30):
        project.persona(f"personas/p{number}.json", name="same")
    project.sync()
    project.now_ns += 61 * 10**9
    copies = [project.persona(f"personas/copy{number}.json", name="same") for number in range(30)]
    batch = Batch({EVERYTHING: DirtyPath(project.now_ns, project.now_ns, Sign.FOLDER)})
    with pytest.raises(GitAtWork):
        project.engine.sync(
            batch, project.now_ns, project.last_hints.get, options=BatchOptions(confirm=refuse)
        )
    for copy in copies:
        copy.unlink()
    for number in range(25):
        (project.root / f"personas/p{number}.json").unlink()
    project.settle()
    assert len(project.engine.list_held()) == 25


def test_a_reload_is_recorded_only_when_a_missing_folder_was_read_by_the_new_rules(project: Project) -> None:
    project.write(
        "prompts/p.prompty", "---\nname: P\nmodel:\n  connection:\n    apiKey: hunter2\n---\nhello\n"
    )
    project.settle()
    os.rename(project.root / "prompts", project.root / "away")
    project.start(redact_secrets=True)
    project.settle()
    os.rename(project.root / "away", project.root / "prompts")
    project.settle()
    project.start()
    project.settle()
    assert project.query("SELECT document FROM documents WHERE document LIKE '%hunter2%'") == []


def test_a_reload_is_recorded_only_when_a_resting_file_was_read_by_the_new_rules(project: Project) -> None:
    project.write(
        "prompts/p.prompty", "---\nname: P\nmodel:\n  connection:\n    apiKey: hunter2\n---\nhello\n"
    )
    project.settle()
    project.start(redact_secrets=True)
    project.sync(resting=frozenset({"prompts/p.prompty"}))
    project.sync("prompts/p.prompty", sign=Sign.CLOSED)
    assert project.query("SELECT document FROM documents WHERE document LIKE '%hunter2%'") == []


def test_a_collection_that_comes_to_claim_the_same_files_is_warned_of(project: Project) -> None:
    project.persona("personas/a.json")
    project.settle()
    project.start(collections=(PERSONAS, PROMPTS, replace(PERSONAS, type="copy")))
    project.settle()
    assert project.problems() == [("personas/a.json", "overlap")]


def test_a_removed_key_of_a_mounted_volume_goes_with_the_swap(project: Project) -> None:
    for version, people in (("one", "ab"), ("two", "a")):
        for person in people:
            project.persona(f"personas/..{version}/{person}.json", name=f"{person} {version}")
    (project.root / "personas/..data").symlink_to("..one")
    for person in "ab":
        (project.root / f"personas/{person}.json").symlink_to(f"..data/{person}.json")
    project.settle()
    assert len(project.paths()) == 2
    (project.root / "personas/..data").unlink()
    (project.root / "personas/..data").symlink_to("..two")
    revision = project.revision
    project.sync("personas", sign=Sign.SWAPPED)
    assert project.names() == {"personas/a.json": "a two"}
    assert project.revision == revision + 1


def test_a_pair_of_names_that_never_gets_quiet_lands_together_all_the_same(project: Project) -> None:
    project.persona("personas/x/a.json", name="A")
    project.persona("personas/z.json", name="Z")
    project.sync()
    os.rename(project.root / "personas/x", project.root / "personas/y")
    for _ in range(120):
        project.last_hints = {"personas/x": project.now_ns, "personas/y": project.now_ns}
        project.sync("personas/x", "personas/y")
        assert len(project.paths()) == 2
        project.later(5)
    assert project.paths() == ["personas/y/a.json", "personas/z.json"]


def test_a_look_is_answered_although_the_database_fails_at_the_answer() -> None:
    waiting, request = (
        PendingRequests(SYSTEM, lambda _: None, lambda _: True),
        Request(RequestKind.LOOK, asked_ns=0),
    )
    waiting.add([request])
    waiting.mark_begun([request], set(), Batch())

    def fail(_: object) -> NoReturn:
        raise StoreUnavailable(StoreReason.IO_ERROR, "no")

    with pytest.raises(StoreUnavailable):
        waiting.answer(fail, lambda _: None)
    waiting.give_up("stopping")
    assert request.answer.done()


def test_a_look_does_not_wait_for_what_changed_after_it_was_asked(project: Project) -> None:
    rig = Rig(project)
    rig.settle()
    project.write("personas/a.json", "{")
    rig.hint("personas/a.json", Sign.CLOSED)
    rig.later(20)
    request = Request(RequestKind.LOOK, (), (EVERYTHING,), asked_ns=rig.now_ns)
    rig.inbox.ask(request)
    rig.step()
    assert not request.answer.done()
    rig.later(30)
    project.write("personas/a.json", "{ ")
    rig.hint("personas/a.json", Sign.CLOSED)
    rig.later(15)
    rig.step()
    assert request.answer.done()


def repository(root: Path) -> Callable[[], GitDirectories]:
    (root / ".git").mkdir()
    (root / ".git/index").write_text("one")
    return lambda: GitDirectories(root / ".git")


def test_where_hints_cannot_be_proved_a_batch_after_git_is_of_everything(tmp_path: Path) -> None:
    gate = GitHold(repository(tmp_path), lambda: False)
    assert gate.enter(1) is BatchExtent.PLAIN
    (tmp_path / ".git/index").write_text("two!")
    assert gate.enter(2) is BatchExtent.EVERYTHING


def test_an_index_that_changed_while_nothing_was_dirty_concerns_no_later_batch(tmp_path: Path) -> None:
    gate = GitHold(repository(tmp_path), lambda: True)
    (tmp_path / ".git/index").write_text("two!")
    gate.rest()
    gate.rest()
    assert gate.enter(1) is BatchExtent.PLAIN


def test_a_lock_from_the_future_is_stale(tmp_path: Path) -> None:
    git = repository(tmp_path)()
    lock = tmp_path / ".git/index.lock"
    lock.write_text("")
    assert git.is_working()
    os.utime(lock, (2**31, 2**31))
    assert not git.is_working()


def test_a_walk_goes_on_when_a_name_goes_under_it(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        project.persona(f"personas/p{number}.json")
        project.persona(f"personas/d{number}/inner.json")
    (project.root / "elsewhere").mkdir()
    (project.root / "personas/link").symlink_to(project.root / "elsewhere")
    lstat = os.lstat

    def gone(path: str) -> os.stat_result:
        if str(path).endswith("/link"):
            raise FileNotFoundError(2, "gone", path)
        return lstat(path)

    monkeypatch.setattr(os, "lstat", gone)
    project.sync()
    assert len(project.paths()) == 10


def test_a_held_deletion_alone_is_told_of_in_the_singular(project: Project) -> None:
    for number in range(30):
        project.persona(f"personas/p{number}.json", value=number)
    project.sync()
    shutil.rmtree(project.root / "personas")
    (project.root / "personas").mkdir()
    project.settle()
    project.persona("personas/late.json")
    project.sync()
    (project.root / "personas/late.json").unlink()
    project.settle()
    ((message,),) = project.query("SELECT message FROM problems WHERE file_path = 'personas/late.json'")
    assert "others" not in message


def test_a_file_that_was_back_for_a_moment_is_missing_anew(project: Project) -> None:
    project.persona("personas/keep.json")
    file = project.persona("personas/ana.json")
    project.sync()
    file.unlink()
    project.sync()
    project.later(400)
    project.persona("personas/ana.json", name="back")
    batch = Batch({EVERYTHING: DirtyPath(project.now_ns, project.now_ns, Sign.FOLDER)})
    with pytest.raises(GitAtWork):
        project.engine.sync(
            batch, project.now_ns, project.last_hints.get, options=BatchOptions(confirm=refuse)
        )
    file.unlink()
    project.later(200)
    project.sync()
    assert "personas/ana.json" in project.paths()
    project.later(500)
    project.sync()
    assert project.paths() == ["personas/keep.json"]
