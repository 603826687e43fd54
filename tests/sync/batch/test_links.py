"""Links to documents: a change of the file that they lead to is a change of theirs."""

import os

import pytest

from docsync.model import Scan, Sign, Stamp
from docsync.sync.batch.links import LinkTracker
from tests.helpers.project import Project
from tests.helpers.rig import Rig


@pytest.fixture
def links() -> LinkTracker:
    made = LinkTracker()
    made.mark_scanned([""], Scan({}, {}, links={"p/b": "p/a", "p/c": "p/sub/d", "p/e": "p/.store/f"}))
    return made


def test_a_link_is_dirty_with_its_target_or_a_folder_above_it(links: LinkTracker) -> None:
    assert links.find_links_to({"p/a"}) == ["p/b"]
    assert links.find_links_to({"p/sub"}) == ["p/c"]
    assert links.find_links_to({""}) == ["p/b", "p/c", "p/e"]
    assert links.find_links_to({"p/su", "p/x"}) == []
    assert links.find_links_to({"p/b"}) == ["p/a"]


def test_a_link_that_was_looked_at_and_is_none_any_more_is_forgotten(links: LinkTracker) -> None:
    links.mark_scanned(["p/b", "p/x"], Scan({}, {}, links={"p/x": "p/a"}))
    assert links.find_links_to({"p/a"}) == ["p/x"]
    assert links.find_links_to({"p/sub"}) == ["p/c"]


def test_links_to_hidden_names_are_told_apart(links: LinkTracker) -> None:
    assert links.list_unhinted() == {"p/e"}


def test_a_link_changes_with_its_target_in_one_revision(project: Project) -> None:
    project.persona("personas/a.json", name="one")
    os.symlink("a.json", project.root / "personas/b.json")
    project.settle()
    revision = project.revision
    project.persona("personas/a.json", name="two")
    project.sync("personas/a.json", sign=Sign.CLOSED)
    assert project.names() == {"personas/a.json": "two", "personas/b.json": "two"}
    assert project.revision == revision + 1


def test_whoever_waits_sees_what_was_written_behind_a_hidden_name(project: Project) -> None:
    project.persona("personas/.store/a.json", name="one")
    os.symlink(".store/a.json", project.root / "personas/a.json")
    project.settle()
    rig = Rig(project)
    project.persona("personas/.store/a.json", name="two")
    asked = rig.ask()
    rig.step()
    assert rig.answer(asked)
    assert project.names() == {"personas/a.json": "two"}


def test_a_link_rests_with_its_target_and_not_with_a_folder_that_is_looked_at_again(
    links: LinkTracker,
) -> None:
    assert links.find_idle_links({"p/a"}) == {"p/b"}
    assert links.find_idle_links({"p/a"}, {"p/b"}) == set()
    assert links.find_idle_links({"", "p/sub"}) == set()


def test_a_broken_link_waits_for_its_target_as_long_as_that_is_being_written(project: Project) -> None:
    project.persona("personas/a.json", name="one")
    os.symlink("a.json", project.root / "personas/b.json")
    project.settle()
    engine = project.engine
    (project.root / "personas/a.json").write_bytes(b"{")
    project.sync("personas/a.json", sign=Sign.CLOSED)
    late_ns = project.now_ns + 10**12
    assert set(engine.list_due(late_ns)) == {"personas/a.json", "personas/b.json"}
    assert engine.list_due(late_ns, {"personas/a.json"}) == []
    assert engine.next_due_ns({"personas/a.json"}) is None


def test_a_hard_link_whose_other_name_went_is_no_rename_of_it(project: Project) -> None:
    project.persona("personas/a.json", name="one")
    os.link(project.root / "personas/a.json", project.root / "personas/b.json")
    project.settle()
    (project.root / "personas/a.json").unlink()
    project.sync("personas/a.json", sign=Sign.GONE)
    project.later(50)
    project.sync("personas/b.json", sign=Sign.ATTRIBUTES)
    assert set(project.names()) == {"personas/a.json", "personas/b.json"}
    project.settle()
    assert set(project.names()) == {"personas/b.json"}


def test_a_second_name_stays_news_until_a_batch_is_applied(links: LinkTracker) -> None:
    stamp = Stamp(1, 1, 1, 7, 64)
    scan = Scan({"p/x": stamp}, {}, shared={"p/x"})
    for _ in range(2):  # the first batch failed
        links.mark_scanned(["p/x"], scan)
        assert links.find_other_names(lambda _: ["p/other"]) == ["p/other"]
    links.mark_applied()
    assert links.find_other_names(lambda _: ["p/other"]) == []
