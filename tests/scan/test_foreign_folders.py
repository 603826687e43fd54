"""Folders that other programs keep are not entered: by name, and by what lies in them, now and later."""

from collections.abc import Callable
from pathlib import Path

import pytest

from docsync.names import Collection
from docsync.scan import FileTree, read

PROMPTS = Collection("prompt_template", ".", ("**/*.prompty",), "prompty")


class Project:
    """A project whose prompts may lie anywhere in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, text: str = "x") -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def found(self, *scopes: str, collections: tuple[Collection, ...] = (PROMPTS,)) -> set[str]:
        return set(FileTree(self.root, collections, 100).scan(scopes or ("",)).found)

    def walked(self) -> set[str]:
        walk = FileTree(self.root, [PROMPTS], 100).begin_walk()
        for _ in range(2):
            list(walk.visit())
            list(walk.recheck())
        list(walk.visit())
        return set(walk.scan().found)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path / "project")
    project.write("greet.prompty")
    return project


def make_environment(folder: Path) -> None:
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\n")


def make_worktree(folder: Path) -> None:
    (folder / ".git").write_text("gitdir: /somewhere/.git/worktrees/feature\n")


def make_worktree_of_submodule(folder: Path) -> None:
    (folder / ".git").write_text("gitdir: ../.git/modules/shared/worktrees/feature")


MARKERS = (make_environment, make_worktree, make_worktree_of_submodule)


@pytest.mark.parametrize("name", ["node_modules", "@eaDir", "__MACOSX", "venv", "lost+found"])
def test_a_folder_with_the_name_of_a_foreign_one_is_not_entered(project: Project, name: str) -> None:
    project.write(f"a/{name}/b/c.prompty")

    assert project.found() == project.walked() == {"greet.prompty"}
    for scope in (f"a/{name}", f"a/{name}/b", f"a/{name}/b/c.prompty"):
        assert project.found(scope) == set()


@pytest.mark.parametrize("mark", MARKERS)
def test_a_folder_with_a_marker_in_it_is_not_entered(project: Project, mark: Callable[[Path], None]) -> None:
    folder = project.write("a/b/c.prompty").parent.parent
    mark(folder)

    assert project.found() == project.walked() == {"greet.prompty"}
    for scope in ("a", "a/b", "a/b/c.prompty"):
        assert project.found(scope) == set()


@pytest.mark.parametrize("mark", MARKERS)
def test_a_folder_is_entered_again_when_its_marker_goes(
    project: Project, mark: Callable[[Path], None]
) -> None:
    folder = project.write("a/b.prompty").parent
    tree = FileTree(project.root, [PROMPTS], 100)
    mark(folder)
    assert "a/b.prompty" not in tree.scan([""]).found
    for marker in folder.iterdir():
        if marker.suffix != ".prompty":
            marker.unlink()

    assert "a/b.prompty" in tree.scan(["a"]).found


def test_the_walk_of_a_rescan_sees_that_a_marker_came_or_went_meanwhile(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "_TICK_NS", 0)  # every stamp is believed at once
    going = project.write("a/b.prompty").parent
    coming = project.write("c/d.prompty").parent
    make_worktree(going)
    walk = FileTree(project.root, [PROMPTS], 100).begin_walk()
    list(walk.visit())
    (going / ".git").unlink()
    make_environment(coming)

    list(walk.recheck())
    list(walk.visit())

    assert set(walk.scan().found) == {"greet.prompty", "a/b.prompty"}


@pytest.mark.parametrize(
    "text",
    [
        "gitdir: ../.git/modules/shared",
        "gitdir: /elsewhere/repository.git",
        "worktrees/feature",
        "gitdir:",
        "",
        "x" * 10_000,
    ],
)
def test_a_submodule_and_a_clone_are_entered(project: Project, text: str) -> None:
    project.write("shared/a.prompty")
    project.write("shared/.git", text)
    (project.write("clone/b.prompty").parent / ".git").mkdir()

    assert project.found() == {"greet.prompty", "shared/a.prompty", "clone/b.prompty"}


def test_the_folder_of_a_collection_is_entered_whatever_lies_in_it(project: Project) -> None:
    make_worktree(project.root)
    inner = Collection("p", "venv/prompts", ("**/*.prompty",), "prompty")
    make_environment(project.write("venv/prompts/a.prompty").parent)

    assert project.found() == {"greet.prompty"}
    assert project.found(collections=(PROMPTS, inner)) == {"greet.prompty", "venv/prompts/a.prompty"}
    assert project.found("venv/prompts/a.prompty", collections=(inner,)) == {"venv/prompts/a.prompty"}


def test_a_worktree_with_the_folder_of_a_collection_in_it_is_entered(project: Project) -> None:
    inner = Collection("p", "trees/main/prompts", ("**/*.prompty",), "prompty")
    project.write("trees/main/prompts/a.prompty")
    project.write("trees/other/prompts/a.prompty")
    for name in ("main", "other"):
        make_worktree(project.root / "trees" / name)

    assert project.found(collections=(inner, PROMPTS)) == {"greet.prompty", "trees/main/prompts/a.prompty"}


@pytest.mark.parametrize("name", ["node_modules", "feature"])
def test_a_folder_that_a_pattern_spells_out_is_entered(project: Project, name: str) -> None:
    asking = Collection("p", ".", ("*.prompty", f"{name}/**/*.prompty"), "prompty")
    make_worktree(project.write(f"{name}/x/a.prompty").parent.parent)

    assert project.found(collections=(asking,)) == {"greet.prompty", f"{name}/x/a.prompty"}
    assert project.found(f"{name}/x/a.prompty", collections=(asking,)) == {f"{name}/x/a.prompty"}
    assert project.found() == {"greet.prompty"}


def test_a_link_to_a_file_in_such_a_folder_is_read_as_it_was_asked_for(project: Project) -> None:
    project.write("node_modules/pkg/a.prompty")
    (project.root / "b.prompty").symlink_to("node_modules/pkg/a.prompty")
    (project.root / "venv").symlink_to("node_modules")

    assert project.found() == {"greet.prompty", "b.prompty"}
    assert not FileTree(project.root, [PROMPTS], 100).scan([""]).found.keys() & {"venv"}
