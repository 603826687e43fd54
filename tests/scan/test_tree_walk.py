"""A walk in pieces finds what one scan finds, and says what moved meanwhile."""

import os
from pathlib import Path
from random import Random

import pytest

from docsync.names import EVERYTHING, Collection
from docsync.scan import FileTree, read
from docsync.scan.tree_walk import TreeWalk

PERSONAS = Collection("persona", "personas", ("**/*.json",), "json")
TEAM = Collection("team", "personas/team", ("*.json",), "json")
PROMPTS = Collection("prompt", "prompts", ("**/*.prompty",), "prompty")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree in which every stamp is believed at once."""
    monkeypatch.setattr(read, "_TICK_NS", 0)
    for path in ("personas/a.json", "personas/team/b.json", "personas/team/deep/c.json", "prompts/p.prompty"):
        write(tmp_path / path)
    return tmp_path


def write(file: Path, text: str = "{}") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def tree_of(root: Path, *collections: Collection) -> FileTree:
    return FileTree(root, collections or (TEAM, PERSONAS, PROMPTS), 1_000)


def finish(walk: TreeWalk) -> TreeWalk:
    """Walk until nothing moves any more."""
    for _ in walk.visit():
        pass
    for _ in range(5):
        for _ in walk.recheck():
            pass
        if walk.is_still:
            return walk
        for _ in walk.visit():
            pass
    raise AssertionError("it never holds still")


def put(root: Path, file: Path, kind: str) -> None:
    """Something of *kind* at *file*."""
    match kind:
        case "pipe":
            os.mkfifo(file)
        case "second":
            os.link(root / "personas/a.json", file)
        case "file":
            file.write_text("{}")
        case _:
            targets: dict[str, Path | str] = {
                "link": root / "personas/a.json",
                "dangling": "nothing",
                "out": "/etc/hostname",
            }
            file.symlink_to(targets[kind])


@pytest.mark.parametrize("seed", range(30))
def test_a_walk_finds_what_a_scan_finds(root: Path, seed: int) -> None:
    random = Random(seed)
    folders = (
        "personas",
        "personas/team",
        "personas/team/deep",
        "personas/\udcff",
        "prompts/.hidden",
        "prompts",
    )
    for number in range(random.randint(5, 150)):
        file = root / random.choice(folders) / f"{number}.{random.choice(('json', 'prompty', 'txt'))}"
        file.parent.mkdir(parents=True, exist_ok=True)
        put(root, file, random.choice(("file", "file", "file", "pipe", "link", "second", "dangling", "out")))
    tree = tree_of(root)
    assert finish(tree.begin_walk()).scan() == tree.scan([EVERYTHING])


def test_the_whole_project_may_be_a_collection(root: Path) -> None:
    tree = tree_of(root, Collection("all", ".", ("**/*.json",), "json"))
    assert finish(tree.begin_walk()).scan() == tree.scan([EVERYTHING])


@pytest.mark.parametrize("gone", ["personas", "prompts", "personas/team"])
def test_a_folder_that_is_not_there_is_empty(root: Path, gone: str) -> None:
    os.rename(root / gone, root / "away")
    tree = tree_of(root)
    assert finish(tree.begin_walk()).scan() == tree.scan([EVERYTHING])


@pytest.mark.parametrize("at", range(1, 12))
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("personas/team", "prompts/team"),
        ("personas/team/deep", "personas/deep"),
        ("personas/a.json", "personas/team/deep/a.json"),
        ("personas/team/deep/c.json", "personas/c.json"),
        ("personas/team/b.json", "personas/a.json"),
    ],
)
def test_what_moves_while_it_is_walked_is_seen_where_it_is(root: Path, at: int, old: str, new: str) -> None:
    tree = tree_of(root)
    walk = tree.begin_walk()
    for piece, _ in enumerate(walk.visit(), 1):
        if piece == at:
            os.rename(root / old, root / new)
    assert finish(walk).scan() == tree.scan([EVERYTHING])


def test_the_files_of_folders_that_moved_are_told(root: Path) -> None:
    walk = finish(tree_of(root).begin_walk())
    assert walk.changed == set()
    os.rename(root / "personas/team/deep", root / "personas/deep")
    finish(walk)
    assert walk.changed == {
        "personas/a.json",
        "personas/team/b.json",
        "personas/team/deep/c.json",
        "personas/deep/c.json",
    }


def test_the_files_are_told_although_every_folder_moved(root: Path) -> None:
    walk = tree_of(root, PERSONAS).begin_walk()
    for _ in walk.visit():
        pass
    for folder, _, _ in os.walk(root):
        write(Path(folder, "new.json"))
    finish(walk)
    assert walk.changed == walk.scan().found.keys()


def test_a_stamp_that_is_too_young_is_not_believed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "_TICK_NS", 10**15)
    walk = tree_of(root).begin_walk()
    for _ in walk.visit():
        pass
    for _ in walk.recheck():
        pass
    assert not walk.is_still
    assert walk.scan().found == {}


def test_a_large_folder_is_left_now_and_then(root: Path) -> None:
    for number in range(300):
        write(root / f"prompts/{number}.prompty")
    pieces = sum(1 for _ in tree_of(root, PROMPTS).begin_walk().visit())
    assert pieces >= 5
