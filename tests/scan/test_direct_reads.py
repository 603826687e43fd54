"""A document to which no link leads is opened at once; everything else step by step, and both say the same."""

import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from docsync.model import FileBytes, ReadFailure
from docsync.names import Collection
from docsync.scan import FileTree
from docsync.scan import tree as tree_module
from docsync.scan.read import WriteState

PERSONAS = Collection("persona", "personas", ("**/*.json",), "json")
NOTES = Collection("note", "notes", ("**/*.json",), "json")
PATH = "personas/team/deep/a.json"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the path of a descriptor")


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A project in a folder that is reached through a link, with another folder beside it."""
    for file in (tmp_path / "real" / PATH, tmp_path / "other/team/deep/a.json"):
        file.parent.mkdir(parents=True)
        file.write_text(f'"{file.parts[-5]}"')
    (tmp_path / "project").symlink_to("real")
    before = len(os.listdir("/proc/self/fd"))
    yield tmp_path / "project"
    assert len(os.listdir("/proc/self/fd")) == before, "a descriptor was left open"


def scanned(root: Path, *collections: Collection) -> FileTree:
    tree = FileTree(root, collections or (PERSONAS,), 100)
    tree.scan([""])
    return tree


def by_steps(root: Path, *collections: Collection) -> FileTree:
    """A tree that opens everything step by step: it never looked where its folders really are."""
    return FileTree(root, collections or (PERSONAS,), 100)


def test_a_plain_document_is_opened_at_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = scanned(root)
    monkeypatch.setattr(tree_module, "read_stable", None)
    monkeypatch.setattr(tree_module, "read_write_state", None)
    assert isinstance(tree.read(PATH), FileBytes)
    assert tree.write_state(PATH) is WriteState.CLOSED


def told(tree: FileTree, path: str) -> object:
    """All that a read tells but for whether the file is racy, which time decides."""
    read = tree.read(path)
    return (read.octets, read.stamp) if isinstance(read, FileBytes) else read


def put_a_folder(place: Path) -> None:
    place.unlink()
    place.mkdir()


def put_a_pipe(place: Path) -> None:
    place.unlink()
    os.mkfifo(place)


def put_another(folder: Path) -> None:
    folder.rename(folder.with_name("away"))
    folder.mkdir()


def replace_by_a_link(place: Path, target: str) -> None:
    shutil.move(place, place.with_name("away"))
    place.symlink_to(target)


CHANGES: dict[str, Callable[[Path], object]] = {
    "nothing": lambda root: None,
    "a file that is gone": lambda root: (root / PATH).unlink(),
    "a folder in its place": lambda root: put_a_folder(root / PATH),
    "a pipe in its place": lambda root: put_a_pipe(root / PATH),
    "a file that is too large": lambda root: (root / PATH).write_text("x" * 101),
    "a link to a file beside it": lambda root: replace_by_a_link(root / PATH, "away"),
    "a link out of the project": lambda root: replace_by_a_link(root / PATH, "../../../../other/team/deep/a.json"),
    "a link for its folder": lambda root: replace_by_a_link(root / "personas/team/deep", "away"),
    "a link for a folder above": lambda root: replace_by_a_link(root / "personas/team", "../../other/team"),
    "a link for the collection's folder": lambda root: replace_by_a_link(root / "personas", "away"),
    "a link out for the collection's folder": lambda root: replace_by_a_link(root / "personas", "../other"),
    "another folder above": lambda root: put_another(root / "personas/team"),
    "a second name": lambda root: os.link(root / PATH, root / "personas/b.json"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_happens_after_the_scan_gives_what_a_look_at_each_step_gives(root: Path, change: str) -> None:
    tree = scanned(root)
    CHANGES[change](root)
    assert told(tree, PATH) == told(by_steps(root), PATH)
    assert tree.write_state(PATH) is by_steps(root).write_state(PATH)


def test_a_collection_s_folder_that_is_a_link_is_read_at_once_and_after_it_was_turned(root: Path) -> None:
    (root / "second/team/deep").mkdir(parents=True)
    (root / "second/team/deep/a.json").write_text('"second"')
    (root / "notes").symlink_to("personas")
    tree = scanned(root, NOTES)
    path = "notes/team/deep/a.json"
    first = tree.read(path)
    (root / "notes").unlink()
    (root / "notes").symlink_to("second")
    second = tree.read(path)
    assert [read.octets for read in (first, second) if isinstance(read, FileBytes)] == [
        b'"real"',
        b'"second"',
    ]


def test_a_file_renamed_between_two_calls_is_not_taken_for_another(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, opened = scanned(root), os.open

    def open_and_rename(path: str, flags: int, *, dir_fd: int | None = None) -> int:
        descriptor = opened(path, flags, dir_fd=dir_fd)
        if (root / PATH).exists():
            (root / PATH).rename(root / "personas/b.json")
        return descriptor

    monkeypatch.setattr(os, "open", open_and_rename)
    assert tree.read(PATH) is ReadFailure.GONE


NAMES = ["personas", "personas/team", "personas/team/deep", PATH, "personas/b.json", "personas/team/c.json"]


def change_something(root: Path, dice: random.Random) -> None:
    place, away = root / dice.choice(NAMES), root / "away"
    match dice.randrange(4):
        case 0:
            place.unlink()
        case 1:
            place.symlink_to(dice.choice([root / dice.choice(NAMES), Path("team"), Path("../../other")]))
        case 2:
            place.write_text(str(dice.random())) if place.suffix else place.mkdir()
        case _:
            (away if os.path.lexists(away) else place).rename(place if os.path.lexists(away) else away)


def test_whatever_becomes_of_the_folders_it_is_read_alike(root: Path) -> None:
    seed = random.SystemRandom().randrange(2**32)
    dice = random.Random(seed)
    tree = scanned(root)
    for step in range(400):
        with suppress(OSError):
            change_something(root, dice)
        if dice.randrange(2):
            tree.scan([""])
            for path in NAMES[3:]:
                assert told(tree, path) == told(by_steps(root), path), f"seed {seed}, step {step}: {path}"
