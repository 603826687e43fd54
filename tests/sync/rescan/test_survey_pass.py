"""A pass over real files: what it claims, what it does not, and what becomes of a tree that moves meanwhile."""

import errno
import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from docsync.model import Problem, ReadFailure, RefusedPath
from docsync.names import Collection
from docsync.permission import Audience, Mode
from docsync.scan import FileTree, read
from tests.helpers.passes import decide, list_claims, rescan, walk
from tests.helpers.project import PERSONAS, Project

A, B, C = "personas/a.json", "personas/b.json", "personas/c.json"


@pytest.fixture
def quiet(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A few documents, in folders, that are in the database; their stamps are believed at once."""
    monkeypatch.setattr(read, "_TICK_NS", 0)
    for path in (A, B, "personas/team/d.json", "personas/team/deep/e.json", "personas/old/f.json"):
        age(project.persona(path))
    age(project.write("prompts/p.prompty", "---\nname: P\nsample: ${file:s.json}\n---\nhello\n"))
    age(project.write("prompts/s.json", '{"a": 1}'))
    age_folders(project.root)
    project.settle()
    return project


def age(file: Path) -> None:
    """Another stamp, of a time that no clock shows any more."""
    os.utime(file, (1_700_000_000, 1_700_000_000.5))


def refuse_to_look(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    """Let nobody look into *folder*."""
    right = os.scandir

    def refuse(place: str) -> object:
        if str(place).endswith(folder):
            raise PermissionError(errno.EACCES, "Permission denied", place)
        return right(place)

    monkeypatch.setattr(os, "scandir", refuse)


def age_folders(root: Path) -> None:
    for folder, _, _ in os.walk(root):
        os.utime(folder, (1_700_000_000, 1_700_000_000.5))


def settle(project: Project) -> None:
    """Decide what walks find until nothing is in doubt."""
    while True:
        decide(project, walk(project))
        if project.engine.next_due_ns() is None:
            return
        project.later(600)


def test_a_tree_that_is_as_it_was_gives_an_empty_delivery(quiet: Project) -> None:
    settle(quiet)  # what was read right after it was written is believed now
    assert list_claims(walk(quiet)) == []


def test_a_file_that_was_written_in_place_stands_apart(quiet: Project) -> None:
    settle(quiet)
    quiet.persona(A, name="another")
    delivery = walk(quiet)
    assert (delivery.changed, delivery.scopes) == ((A,), frozenset())
    decide(quiet, delivery)
    assert quiet.names()[A] == "another"


def test_two_names_that_change_places_are_decided_together(quiet: Project) -> None:
    settle(quiet)
    spare = quiet.root / "personas/spare"
    os.rename(quiet.root / A, spare)
    os.rename(quiet.root / B, quiet.root / A)
    os.rename(spare, quiet.root / B)
    delivery = walk(quiet)
    assert delivery.changed == ()
    assert delivery.scopes == {A, B}
    decide(quiet, delivery)
    assert (quiet.names()[A], quiet.names()[B]) == ("b", "a")


def test_a_new_folder_and_one_that_is_gone_are_one_scope_each(quiet: Project) -> None:
    settle(quiet)
    os.rename(quiet.root / "personas/team", quiet.root / "personas/crew")
    assert walk(quiet).scopes == {"personas/team", "personas/crew"}


def test_a_folder_that_moved_unheard_of_lands_in_one_revision(quiet: Project) -> None:
    settle(quiet)
    revision = quiet.revision
    os.rename(quiet.root / "personas/team", quiet.root / "personas/crew")
    rescan(quiet)
    assert quiet.paths()[:3] == [A, B, "personas/crew/d.json"]
    assert not [path for path in quiet.paths() if path.startswith("personas/team")]
    assert quiet.revision == revision + 1


@pytest.mark.parametrize("at", range(1, 14))
def test_a_folder_that_moves_while_it_is_walked_is_never_half_seen(quiet: Project, at: int) -> None:
    settle(quiet)

    def move(pieces: int) -> None:
        if pieces == at:
            os.rename(quiet.root / "personas/team", quiet.root / "personas/crew")

    delivery = walk(quiet, move)
    assert delivery.scopes in ({"personas/team", "personas/crew"}, frozenset())


@pytest.mark.parametrize("at", range(1, 20))
def test_what_is_recorded_while_it_is_walked_and_moves_on_is_found_whole(quiet: Project, at: int) -> None:
    settle(quiet)

    def move(pieces: int) -> None:
        if pieces == at:
            quiet.persona("personas/fresh/x.json")
            quiet.sync("personas/fresh")
            os.rename(quiet.root / "personas/fresh", quiet.root / "personas/stale")

    delivery = walk(quiet, move)
    assert delivery.scopes in ({"personas/fresh", "personas/stale"}, frozenset())


def test_of_a_tree_that_never_holds_still_nothing_that_is_gone_is_delivered(quiet: Project) -> None:
    settle(quiet)
    (quiet.root / A).unlink()
    quiet.persona(B, name="new")

    def stir(pieces: int) -> None:
        quiet.write(f"personas/draft{pieces}.tmp", "")

    delivery = walk(quiet, stir)
    assert list_claims(delivery) == [B]
    assert walk(quiet).scopes == {A}


def test_what_is_delivered_and_no_longer_so_is_dropped(quiet: Project) -> None:
    settle(quiet)
    kept = (quiet.root / A).rename(quiet.root / "kept")
    delivery = walk(quiet)
    assert delivery.scopes == {A}
    kept.rename(quiet.root / A)
    revision = quiet.revision
    decide(quiet, delivery)
    assert quiet.engine.list_undecided() == set()
    quiet.later(600)
    quiet.sync()
    assert quiet.revision == revision


def test_many_files_that_go_unheard_of_are_held_together(quiet: Project) -> None:
    quiet.start(min_deletes=2)
    settle(quiet)
    for path in [path for path in quiet.paths() if path.startswith("personas")][:4]:
        (quiet.root / path).unlink()
    settle(quiet)
    assert len(quiet.engine.list_held()) == 4
    assert list_claims(walk(quiet)) == [], "a held file that is still missing is no news"


def test_a_path_that_rests_is_left_alone(quiet: Project) -> None:
    settle(quiet)
    quiet.persona(A, name="being written")
    decide(quiet, walk(quiet), frozenset({A}))
    assert quiet.names()[A] == "a"


def test_a_file_of_which_only_the_stamp_is_new_is_read_beside(quiet: Project) -> None:
    settle(quiet)
    age(quiet.root / A)  # another ctime
    delivery = walk(quiet)
    assert [one.entry.path for one in delivery.rereads] == [A]
    report = decide(quiet, delivery)
    assert (report.looked, report.applied.touched) == (0, 1)
    assert list_claims(walk(quiet)) == []


def test_a_stamp_that_is_new_once_more_is_not_believed_of_the_walk(quiet: Project) -> None:
    settle(quiet)
    age(quiet.root / A)
    delivery = walk(quiet)
    quiet.persona(A, name="newer")
    decide(quiet, delivery)
    assert quiet.names()[A] == "newer"


def test_whoever_wants_everything_read_gets_what_no_stamp_tells(
    quiet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(quiet)
    row = quiet.query("SELECT content_hash FROM files WHERE file_path = ?", A)
    quiet.connection.execute("UPDATE files SET content_hash = 'other' WHERE file_path = ?", (A,))
    assert list_claims(walk(quiet)) == []
    delivery = walk(quiet, reads_all=True)
    assert (delivery.changed, A in delivery.asked) == ((A,), True)
    decide(quiet, delivery)
    assert quiet.query("SELECT content_hash FROM files WHERE file_path = ?", A) == row


def test_a_broken_file_that_is_as_it_was_is_no_news(quiet: Project) -> None:
    quiet.start(max_file_bytes=100)
    quiet.write(A, "{ not json")
    quiet.write(B, '{"name": "' + "x" * 200 + '"}')
    settle(quiet)
    assert {path for path, _ in quiet.problems()} == {A, B}
    settle(quiet)
    assert list_claims(walk(quiet)) == []
    assert walk(quiet, reads_all=True).changed == ()


def test_a_file_that_cannot_be_read_is_no_news_until_it_can(
    quiet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(quiet)
    right = FileTree.read

    def refuse(self: FileTree, path: str) -> object:
        problem = Problem(path, "unreadable", "cannot be read: permission denied")
        return RefusedPath(problem) if path == A else right(self, path)

    monkeypatch.setattr(FileTree, "read", refuse)
    quiet.persona(A, name="closed")
    settle(quiet)
    assert (A, "unreadable") in quiet.problems()
    assert list_claims(walk(quiet)) == []
    monkeypatch.setattr(FileTree, "read", lambda self, path: ReadFailure.CHANGING)
    assert list_claims(walk(quiet)) == [A]
    monkeypatch.setattr(FileTree, "read", right)
    settle(quiet)
    assert quiet.names()[A] == "closed"


def test_what_is_skipped_as_it_is_recorded_is_no_news(quiet: Project) -> None:
    os.mkfifo(quiet.root / C)
    settle(quiet)
    assert (C, "skipped") in quiet.problems()
    assert list_claims(walk(quiet)) == []
    os.unlink(quiet.root / C)
    assert list_claims(walk(quiet)) == [C]


def test_a_root_that_goes_or_is_another_one_is_delivered(quiet: Project) -> None:
    settle(quiet)
    os.rename(quiet.root / "prompts", quiet.root / "away")
    assert list_claims(walk(quiet)) == ["roots"]
    settle(quiet)
    assert ("prompts", "root-missing") in quiet.problems()
    assert list_claims(walk(quiet)) == [], "it is recorded"
    os.rename(quiet.root / "away", quiet.root / "prompts")
    settle(quiet)
    assert ("prompts", "root-missing") not in quiet.problems()
    assert list_claims(walk(quiet)) == []


def test_documents_beneath_a_missing_folder_of_another_collection_are_told_of_once(project: Project) -> None:
    team = Collection("team", "personas/team", ("**/*.yaml",), "yaml")
    project.start(collections=(PERSONAS, team))
    project.write("personas/team/y.yaml", "name: Y\n")
    project.persona("personas/team/x.json")
    settle(project)
    os.rename(project.root / "personas/team", project.root / "away")
    settle(project)
    assert set(project.paths()) == {"personas/team/x.json", "personas/team/y.yaml"}
    assert set(list_claims(walk(project))) <= {"roots"}


def test_a_root_that_moves_while_it_is_walked_is_walked_anew(quiet: Project) -> None:
    settle(quiet)

    def swap(pieces: int) -> None:
        if pieces == 5:
            os.rename(quiet.root / "prompts", quiet.root / "away")
            (quiet.root / "prompts").mkdir()

    assert list_claims(walk(quiet, swap)) == ["prompts/p.prompty", "prompts/s.json", "roots"]


def test_a_reference_to_what_is_no_document_is_looked_at(quiet: Project) -> None:
    settle(quiet)
    (quiet.root / "prompts/s.json").unlink()
    assert list_claims(walk(quiet)) == ["prompts/s.json"]
    settle(quiet)
    assert ("prompts/p.prompty", "missing-reference") in quiet.problems()
    assert list_claims(walk(quiet)) == []


def test_an_asset_that_changed_unheard_of_is_taken_in(quiet: Project) -> None:
    settle(quiet)
    quiet.write("prompts/s.json", '{"a": 2}')
    assert list_claims(walk(quiet)) == ["prompts/s.json"]
    settle(quiet)
    assets = quiet.query("SELECT assets FROM documents WHERE file_path = 'prompts/p.prompty'")
    assert json.loads(assets[0][0]) == {"prompts/s.json": '{"a": 2}'}
    assert list_claims(walk(quiet)) == []


def test_an_asset_is_read_by_whoever_wants_everything_read(
    quiet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(quiet)
    assert list_claims(walk(quiet, reads_all=True)) == [], "it is what is stored"
    right = FileTree.read_asset

    def read_other(*asked: Any) -> Any:
        return replace(right(*asked), octets=b'{"a": 2}')  # type: ignore[type-var]  # they are bytes here

    monkeypatch.setattr(FileTree, "read_asset", read_other)
    assert list_claims(walk(quiet)) == [], "stamps are believed"
    assert "prompts/s.json" in walk(quiet, reads_all=True).asked


def test_what_cannot_be_taken_in_is_read_in_vain_once_and_is_no_news(quiet: Project) -> None:
    age(quiet.write("prompts/large.txt", "x" * 300_000))
    age(quiet.write("prompts/r.prompty", "---\nname: R\n---\n{% include 'large.txt' %}\n"))
    age_folders(quiet.root)
    quiet.settle()
    settle(quiet)
    assert list_claims(walk(quiet)) == []


@pytest.mark.parametrize("target", ["missing", "prompts"])
def test_a_collection_that_is_a_link_to_nothing_keeps_no_walk_from_its_end(
    quiet: Project, target: str
) -> None:
    settle(quiet)
    (quiet.root / "prompts").rename(quiet.root / "away")
    (quiet.root / "prompts").symlink_to(target)
    settle(quiet)
    (quiet.root / A).unlink()
    delivery = walk(quiet)
    assert delivery.is_still
    assert delivery.scopes == {A}


def test_folders_of_the_future_are_believed(quiet: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(quiet)
    monkeypatch.setattr(read, "_TICK_NS", 10_000_000)
    now_ns = time.time_ns() - 3_600 * 10**9
    (quiet.root / "personas/draft").write_text("")
    monkeypatch.setattr("docsync.scan.walk.time.time_ns", lambda: now_ns)
    assert walk(quiet).is_still


def test_a_shut_folder_is_not_forgotten_when_the_one_above_it_moves(
    quiet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(quiet)
    (quiet.root / "personas/shut").mkdir()
    refuse_to_look(monkeypatch, "personas/shut")

    def move(pieces: int) -> None:
        if pieces == 8:
            (quiet.root / "personas/draft").write_text("")

    assert "personas/shut" in walk(quiet, move).scopes


def test_a_name_that_moved_over_another_and_was_written_anew_is_decided_with_it(quiet: Project) -> None:
    settle(quiet)
    with (quiet.root / B).open():  # so that its inode is not given away
        (quiet.root / A).replace(quiet.root / B)
        quiet.persona(A, name="another")
        delivery = walk(quiet)
    assert delivery.changed == ()
    assert delivery.scopes == {A, B}


def test_many_names_in_one_folder_are_delivered_as_the_folder(
    quiet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(quiet)
    monkeypatch.setattr("docsync.sync.rescan.survey_pass.MAX_SCOPES", 2)
    for path in ("personas/n1.json", "personas/n2.json", "personas/n3.json", "personas/team/n.json"):
        quiet.persona(path)
    assert walk(quiet).scopes == {"personas", "personas/team/n.json"}


def test_names_that_look_alike_are_warned_of(quiet: Project) -> None:
    settle(quiet)
    quiet.persona("personas/A.json")
    settle(quiet)
    assert {path for path, code in quiet.problems() if code == "name-twin"} == {A, "personas/A.json"}
    assert list_claims(walk(quiet)) == []
    quiet.start(ignore=frozenset({"name-twin"}))
    settle(quiet)
    assert quiet.problems() == []


def test_what_is_held_keeps_no_walk_from_being_enough_after_new_rules(quiet: Project) -> None:
    settle(quiet)
    for path in [path for path in quiet.paths() if path.startswith("personas")][:4]:
        (quiet.root / path).unlink()
    quiet.start(min_deletes=2, ignore=frozenset({"duplicate-key"}))
    quiet.sync()
    settle(quiet)
    assert len(quiet.engine.list_held()) == 4
    assert not quiet.engine.needs_whole


def test_a_wider_database_is_found_although_no_file_has_changed(quiet: Project) -> None:
    (quiet.root / A).chmod(0o600)
    settle(quiet)
    assert list_claims(walk(quiet)) == []
    quiet.start(audience=lambda: Audience(Mode.SHARED))
    quiet.engine._reload.scanned = True
    assert list_claims(walk(quiet)) == [A]
    settle(quiet)
    assert (A, "more-private") in quiet.problems()


def test_a_second_name_of_a_file_is_seen(quiet: Project) -> None:
    settle(quiet)
    os.link(quiet.root / A, quiet.root / C)
    delivery = walk(quiet)
    assert delivery.links.shared == {A, C}
    assert quiet.engine.open_delivery(delivery) >= {A, C}
    settle(quiet)
    assert quiet.engine.links.find_news(walk(quiet).links) == set()


def test_what_documents_depend_on_behind_a_link_is_handed_over(quiet: Project) -> None:
    settle(quiet)
    (quiet.root / "prompts/s.json").rename(quiet.root / "prompts/real.json")
    (quiet.root / "prompts/s.json").symlink_to("real.json")
    assert quiet.engine.dependents.list_unhinted() == set()
    quiet.engine.open_delivery(walk(quiet))
    assert quiet.engine.dependents.list_unhinted() == {"prompts/s.json"}
    quiet.write("prompts/p.prompty", "---\nname: P\n---\nhello\n")
    settle(quiet)
    assert quiet.engine.dependents.list_unhinted() == set()


def test_what_lies_beneath_a_folder_that_cannot_be_read_is_told_of_once(
    quiet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(quiet)
    right = os.scandir
    refuse_to_look(monkeypatch, "personas/team")
    assert list_claims(walk(quiet)) == ["personas/team"]
    settle(quiet)
    shut = {path for path, code in quiet.problems() if code == "unreadable"}
    assert shut == {"personas/team", "personas/team/d.json", "personas/team/deep/e.json"}
    assert list_claims(walk(quiet)) == []
    monkeypatch.setattr(os, "scandir", right)
    settle(quiet)
    assert not [path for path, code in quiet.problems() if code == "unreadable"]
    assert list_claims(walk(quiet)) == []


def test_a_large_tree_is_compared_and_looked_at_again_in_pieces(project: Project) -> None:
    for number in range(600):
        project.persona(f"personas/{number % 550}/{number}.json")
    settle(project)
    pieces: list[int] = []
    walk(project, pieces.append)
    assert len(pieces) > 550


def test_what_several_documents_take_in_is_read_once_and_a_document_is_left_to_who_can_parse_it(
    quiet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    age(quiet.write("prompts/t.txt", "text"))
    age(quiet.write("prompts/u.txt", "other"))
    for name in ("q", "r"):
        names = ("t.txt", "u.txt", "p.prompty")
        taken = "".join(f"{{% include '{one}' %}}" for one in names)
        age(quiet.write(f"prompts/{name}.prompty", f"---\nname: {name}\n---\n{taken}\n"))
    age_folders(quiet.root)
    quiet.settle()
    settle(quiet)
    right, reads = FileTree.read_asset, list[str]()

    def read_asset(tree: FileTree, asset: str, by: str) -> Any:
        reads.append(asset)
        return right(tree, asset, by)

    monkeypatch.setattr(FileTree, "read_asset", read_asset)
    assert walk(quiet, reads_all=True).asked == {"prompts/p.prompty"}
    assert sorted(reads) == ["prompts/s.json", "prompts/t.txt", "prompts/u.txt"]
