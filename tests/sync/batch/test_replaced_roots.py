"""A folder in the place of another: what the old one held goes only if the new one has some of it."""

import os
import shutil
from collections.abc import Iterable

import pytest

from docsync.clock import Clock
from docsync.model import Scan, Sign
from docsync.names import EVERYTHING
from docsync.policy.batch import Batch, DirtyPath
from docsync.scan import FileTree
from docsync.sync.batch.batch_context import BatchOptions
from tests.helpers.project import Project

FIVE = [f"personas/{letter}.json" for letter in "abcde"]


@pytest.fixture
def five(project: Project) -> Project:
    project.clock = Clock(lambda: project.now_ns, lambda: project.now_ns)
    project.start()
    for path in FIVE:
        project.persona(path)
    project.settle()
    project.later(1_000)
    return project


def swap(project: Project, *names: str, link: bool = False) -> None:
    """Put a folder with personas of *names* in the place of the other one."""
    for name in names:
        project.persona(f"next/{name}.json", swapped=True)
    (project.root / "next").mkdir(exist_ok=True)
    (project.root / "personas").rename(project.root / "old")
    if link:
        (project.root / "personas").symlink_to("next")
    else:
        (project.root / "next").rename(project.root / "personas")


def held(project: Project) -> list[str]:
    return [path for path, code in project.problems() if code == "held"]


@pytest.mark.parametrize("link", [False, True])
def test_a_folder_with_a_single_other_file_takes_no_row_with_it(five: Project, link: bool) -> None:
    swap(five, "other", link=link)
    five.settle()
    assert (held(five), five.paths()) == (FIVE, [*FIVE, "personas/other.json"])


def test_one_document_that_is_still_there_proves_the_folder(five: Project) -> None:
    swap(five, "a", "other")
    five.settle()
    assert (held(five), five.paths()) == ([], ["personas/a.json", "personas/other.json"])


def test_documents_that_are_there_under_other_names_prove_it_too(five: Project) -> None:
    (five.root / "next").mkdir()
    shutil.copy(five.root / "personas/a.json", five.root / "next/renamed.json")
    swap(five)
    five.settle()
    assert (held(five), five.paths()) == ([], ["personas/renamed.json"])


def test_a_document_under_another_name_proves_the_folder_also_for_what_goes_later(five: Project) -> None:
    (five.root / "next").mkdir()
    (five.root / "personas/a.json").rename(five.root / "next/renamed.json")
    swap(five)
    five.sync()
    five.later(100)
    five.sync()
    assert "personas/renamed.json" in five.paths()
    five.settle()
    assert (held(five), five.paths()) == ([], ["personas/renamed.json"])


def test_even_one_document_is_held(project: Project) -> None:
    project.persona("personas/a.json")
    project.settle()
    swap(project, "other")
    project.settle()
    assert held(project) == ["personas/a.json"]


@pytest.mark.parametrize("pause_ms", [100, 3_600_000])
@pytest.mark.parametrize("names", [(), ("other",)])
def test_a_kill_before_it_is_decided_forgets_nothing(
    five: Project, names: tuple[str, ...], pause_ms: int
) -> None:
    swap(five, *names)
    five.sync()
    five.later(pause_ms)
    five.start()
    five.settle()
    assert held(five) == FIVE


def test_a_folder_that_was_swapped_while_docsync_was_away_is_held_too(five: Project) -> None:
    swap(five, "other")
    five.start()
    five.settle()
    assert held(five) == FIVE


def test_what_is_released_is_done_with_and_the_new_folder_is_as_any(five: Project) -> None:
    swap(five, "other", "another", "third")
    five.settle()
    five.engine.release(None)
    five.start()
    five.settle()
    assert five.paths() == ["personas/another.json", "personas/other.json", "personas/third.json"]
    (five.root / "personas/other.json").unlink()
    five.settle()
    assert (held(five), len(five.paths())) == ([], 2)


def test_a_third_folder_is_compared_with_the_second_as_soon_as_that_is_decided_about(five: Project) -> None:
    swap(five, "a", "other")
    five.settle()
    assert five.paths() == ["personas/a.json", "personas/other.json"]
    shutil.rmtree(five.root / "old")
    swap(five, "other", "b")
    five.settle()
    shutil.rmtree(five.root / "old")
    assert (held(five), five.paths()) == ([], ["personas/b.json", "personas/other.json"])
    swap(five, "third")
    five.settle()
    assert held(five) == ["personas/b.json", "personas/other.json"]


def test_the_old_folder_back_ends_the_hold(five: Project) -> None:
    swap(five, "other")
    five.settle()
    (five.root / "personas").rename(five.root / "next")
    (five.root / "old").rename(five.root / "personas")
    five.settle()
    assert (held(five), five.paths()) == ([], FIVE)


def test_a_branch_of_other_documents_is_meant(five: Project) -> None:
    """Git makes the folder anew, since it has emptied it: what it deletes is in its history."""
    swap(five, "other")
    now_ns = five.now_ns
    batch = Batch({EVERYTHING: DirtyPath(now_ns, now_ns, Sign.FOLDER)})
    five.engine.sync(batch, now_ns, lambda _: None, options=BatchOptions(whole=True))
    five.settle()
    assert (held(five), five.paths()) == ([], ["personas/other.json"])


def test_files_that_go_from_the_same_folder_are_counted_as_ever(five: Project) -> None:
    five.persona("personas/other.json")
    for path in FIVE:
        os.unlink(five.root / path)
    five.settle()
    assert (held(five), five.paths()) == ([], ["personas/other.json"])


def test_a_folder_that_is_swapped_while_it_is_looked_at_takes_no_row_with_it(project: Project) -> None:
    """What is found in the new one then is of neither: else the new file would prove the folder."""
    two = FIVE[:2]
    for path in two:
        project.persona(path)
    project.settle()
    swaps = [lambda: swap(project, "other")]
    unchanged = FileTree.scan

    def scan(tree: FileTree, scopes: Iterable[str]) -> Scan:
        if swaps:
            swaps.pop()()
        return unchanged(tree, scopes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FileTree, "scan", scan)
        project.sync("personas")
    project.settle()
    assert (held(project), project.paths()) == (two, [*two, "personas/other.json"])
