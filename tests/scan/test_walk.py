"""What lies in a folder: documents, names that are none, and what cannot be looked at."""

import errno
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docsync.model import Scan
from docsync.names import Collection
from docsync.scan import FileTree
from docsync.scan.read import stamp_of

PERSONAS = Collection("persona", "personas", ("**/*.json",), "json")


class Tree:
    """A folder of personas and a fresh look at it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "personas"
        self.folder.mkdir()

    def write(self, path: str, text: str = "{}") -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def scan(self, *scopes: str) -> Scan:
        return FileTree(self.root, [PERSONAS], 100).scan(scopes or ("",))

    def found(self, *scopes: str) -> list[str]:
        return sorted(path.removeprefix("personas/") for path in self.scan(*scopes).found)

    def skipped(self, *scopes: str) -> dict[str, str]:
        return {path: unread.problem.code for path, unread in self.scan(*scopes).skipped.items()}


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_files_are_found_with_stamp_and_type(tree: Tree) -> None:
    file = tree.write("team/a.json")
    scan = tree.scan()
    assert scan.found == {"personas/team/a.json": stamp_of(file.stat())}
    assert scan.types == {"personas/team/a.json": "persona"}


@pytest.mark.parametrize(
    "name",
    [
        *(
            ".hidden.json",
            "#a.json",
            "~a.json",
            "a.json~",
            "a.json.swp",
            "a.json.tmp",
            "a.json.bak",
            "a.JSON",
            "a.txt",
        ),
        *("json", "4913", ".git/a.json", ".a/b/c.json", "x.tmp/a.json"),
    ],
)
def test_names_that_are_no_documents_are_not_found_and_not_listed(tree: Tree, name: str) -> None:
    tree.write(name)
    assert (tree.found(), tree.skipped()) == ([], {})
    assert (tree.found(f"personas/{name}"), tree.skipped(f"personas/{name}")) == ([], {})


@pytest.mark.parametrize(
    "name",
    [
        "a.json.json",
        "with space .json",
        "é.json",
        "🦊.json",
        "x" * 250 + ".json",
        "*.json",
        "a\\b.json",
        "-.json",
    ],
)
def test_unusual_names_are_documents(tree: Tree, name: str) -> None:
    tree.write(name)
    assert tree.found() == tree.found(f"personas/{name}") == [name]


def test_both_twins_of_case_and_of_normal_form_are_found(tree: Tree) -> None:
    names = {"a.json", "A.json", "\u00e9.json", "e\u0301.json"}
    for name in names:
        tree.write(name)
    assert set(tree.found()) == names


def test_a_folder_that_is_named_like_a_document_is_walked_into(tree: Tree) -> None:
    tree.write("x.json/y.json")
    assert tree.found() == tree.found("personas/x.json") == ["x.json/y.json"]


def test_two_hard_links_are_two_documents(tree: Tree) -> None:
    os.link(tree.write("a.json"), tree.folder / "b.json")
    assert tree.found() == ["a.json", "b.json"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("new\nline.json", "new\\x0aline.json"),
        ("esc\x1b[31m.json", "esc\\x1b[31m.json"),
        ("right\u202eleft.json", "right\\u202eleft.json"),
        ("byte\udcff.json", "byte\\xff.json"),
    ],
)
def test_a_name_that_cannot_be_shown_is_listed_escaped(tree: Tree, name: str, shown: str) -> None:
    tree.write(name)
    for scope in ("", f"personas/{name}"):
        scan = tree.scan(scope)
        assert (scan.found, list(scan.skipped)) == ({}, [f"personas/{shown}"])
        assert scan.skipped[f"personas/{shown}"].problem.code == "name"
        assert scan.types[f"personas/{shown}"] == "persona"


def test_a_folder_whose_name_cannot_be_shown_is_listed_and_not_walked_into(tree: Tree) -> None:
    tree.write("bad\n/deep/a.json")
    for scope in ("", "personas/bad\n", "personas/bad\n/deep", "personas/bad\n/deep/a.json"):
        assert (tree.found(scope), tree.skipped(scope)) == ([], {"personas/bad\\x0a": "name"})


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))


def make_link_to_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def make_link_out(path: Path) -> None:
    outside = path.parent.parent / "outside.json"
    outside.write_text("{}")
    path.symlink_to(outside)


def make_link_to_sibling_with_longer_name(path: Path) -> None:
    outside = path.parent.parent / "personas-other" / "a.json"
    outside.parent.mkdir()
    outside.write_text("{}")
    path.symlink_to(outside)


def make_link_to_folder(path: Path) -> None:
    (path.parent / ".folder").mkdir()
    path.symlink_to(".folder")


@pytest.mark.parametrize(
    "make",
    [make_pipe, make_socket, make_link_to_device, make_link_out, make_link_to_sibling_with_longer_name, make_link_to_folder],
)  # fmt: skip
def test_what_is_no_regular_file_inside_is_skipped_and_listed(
    tree: Tree, make: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree.root)
    make(tree.folder / "x.json")
    for scope in ("", "personas/x.json"):
        assert (tree.found(scope), tree.skipped(scope)) == ([], {"personas/x.json": "skipped"})


@pytest.mark.parametrize("target", ["nowhere.json", "x.json", "a/../../x.json", "file.json/beneath"])
def test_a_link_with_nothing_behind_it_is_as_good_as_missing(tree: Tree, target: str) -> None:
    tree.write("file.json")
    (tree.folder / "x.json").symlink_to(target)
    for scope in ("", "personas/x.json"):
        scan = tree.scan(scope)
        assert not {"personas/x.json"} & {*scan.found, *scan.skipped, *scan.unreadable}


def test_a_link_inside_the_folder_has_the_stamp_of_its_file(tree: Tree) -> None:
    file = tree.write(".data/v1/a.json")
    (tree.folder / "a.json").symlink_to(".data/v1/a.json")
    assert (
        tree.scan().found == tree.scan("personas/a.json").found == {"personas/a.json": stamp_of(file.stat())}
    )


def test_a_config_map_is_read_through_both_of_its_links(tree: Tree) -> None:
    tree.write("..2026_01/a.json")
    (tree.folder / "..data").symlink_to("..2026_01")
    (tree.folder / "a.json").symlink_to("..data/a.json")
    assert (tree.found(), tree.skipped()) == (["a.json"], {})


def test_a_link_whose_target_may_not_be_looked_at_is_unreadable_and_not_missing(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.write(".shut/a.json")
    (tree.folder / "a.json").symlink_to(".shut/a.json")
    real = Path.stat

    def refuse(path: Path, **options: bool) -> os.stat_result:
        if path.name == "a.json":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, **options)

    monkeypatch.setattr(Path, "stat", refuse)
    scan = tree.scan()
    assert (list(scan.found), list(scan.unreadable)) == ([], ["personas/a.json"])


@pytest.mark.parametrize(
    ("name", "safe"), [("byte\udcff.json", "byte\\xff.json"), ("escape\x1b\n.json", "escape\\x1b\\x0a.json")]
)
def test_a_link_that_cannot_be_looked_behind_is_listed_under_a_name_that_can_be_stored(
    tree: Tree, name: str, safe: str
) -> None:
    os.symlink("x" * 300, tree.folder / name)
    scan = tree.scan()
    assert list(scan.unreadable) == list(scan.types) == [f"personas/{safe}"]
    assert scan.unreadable[f"personas/{safe}"].problem.path == f"personas/{safe}"


def test_an_unreadable_link_is_of_the_collection_whose_pattern_it_matches(tree: Tree) -> None:
    os.symlink("x" * 300, tree.folder / "a.json")
    others = Collection("note", "personas", ("**/*.md",), "markdown")
    scan = FileTree(tree.root, [others, PERSONAS], 100).scan([""])
    assert scan.types == {"personas/a.json": "persona"}


def test_a_file_beneath_a_linked_folder_is_not_reached_by_its_path_either(tree: Tree) -> None:
    tree.write("real/a.json")
    (tree.folder / "linked").symlink_to("real")
    assert tree.found("personas/linked/a.json") == []
    assert tree.skipped() == {"personas/linked": "skipped"}


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ENAMETOOLONG])
def test_a_folder_that_cannot_be_listed_is_unreadable(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    tree.write("shut/a.json")
    tree.write("b.json")
    real = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("/shut"):
            raise OSError(number, os.strerror(number))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    scan = tree.scan()
    assert (list(scan.found), list(scan.unreadable)) == (["personas/b.json"], ["personas/shut"])
    assert scan.types["personas/shut"] == "persona"


def test_a_folder_that_fails_in_the_middle_of_its_list_is_unreadable(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.write("a.json")
    real = os.scandir

    class Failing:
        def __init__(self, path: str) -> None:
            self.entries = real(path)

        def __enter__(self) -> Iterator["os.DirEntry[str]"]:
            yield from self.entries
            raise OSError(errno.EIO, "Input/output error")

        def __exit__(self, *_: object) -> None:
            self.entries.close()

    monkeypatch.setattr(os, "scandir", Failing)
    assert list(tree.scan().unreadable) == ["personas"]


def hide(monkeypatch: pytest.MonkeyPatch, folder: str, number: int = errno.EACCES) -> None:
    """Nobody may look at what lies beneath *folder*, nor list it."""
    lstat, scandir = os.lstat, os.scandir

    def look(path: str) -> os.stat_result:
        if f"{folder}/" in str(path):
            raise OSError(number, os.strerror(number))
        return lstat(path)

    def list_names(path: str) -> object:
        if f"{folder}/" in f"{path}/":
            raise OSError(number, os.strerror(number))
        return scandir(path)

    monkeypatch.setattr(os, "lstat", look)
    monkeypatch.setattr(os, "scandir", list_names)


@pytest.mark.parametrize(
    "scope", ["personas/shut", "personas/shut/a.json", "personas/shut/deep/b.json", "personas/shut/new.json"]
)
def test_what_a_folder_hides_is_unreadable_for_that_folder_from_wherever_it_is_looked_at(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    tree.write("shut/a.json")
    tree.write("shut/deep/b.json")
    hide(monkeypatch, "personas/shut")
    assert tree.scan(scope).unreadable == tree.scan().unreadable
    assert list(tree.scan(scope).unreadable) == ["personas/shut"]


def test_what_a_collections_folder_hides_is_unreadable_for_that_folder(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.write("deep/a.json")
    hide(monkeypatch, "/personas")
    assert list(tree.scan("personas/deep/a.json").unreadable) == ["personas"]


def test_a_single_name_that_no_file_can_have_is_unreadable_itself(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.write("a.json")
    hide(monkeypatch, "personas", errno.ENAMETOOLONG)
    assert list(tree.scan("personas/a.json").unreadable) == ["personas/a.json"]


def test_a_single_name_that_the_system_hides_is_unreadable_itself(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.write("a.json")

    def refuse(path: str) -> os.stat_result:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "lstat", refuse)
    assert list(tree.scan("personas/a.json").unreadable) == ["personas/a.json"]


def test_what_a_folder_hides_is_not_gone(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.write("shut/a.json")
    hide(monkeypatch, "personas/shut")
    seen = FileTree(tree.root, [PERSONAS], 100)
    assert seen.find_gone(["personas/shut/a.json", "personas/gone.json"]) == ["personas/gone.json"]


@pytest.mark.parametrize("kind", [FileNotFoundError, NotADirectoryError])
def test_a_folder_that_goes_while_we_walk_is_simply_not_there(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, kind: type[OSError]
) -> None:
    tree.write("going/a.json")
    tree.write("b.json")
    real = os.scandir

    def vanish(path: str) -> object:
        if str(path).endswith("/going"):
            raise kind
        return real(path)

    monkeypatch.setattr(os, "scandir", vanish)
    scan = tree.scan()
    assert (list(scan.found), scan.unreadable) == (["personas/b.json"], {})


def test_a_file_that_goes_between_list_and_stat_is_simply_not_there(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tree.write("a.json")
    tree.write("b.json")
    real = os.scandir

    class Late:
        def __init__(self, path: str) -> None:
            self.entries = list(real(path))
            file.unlink()

        def __enter__(self) -> list["os.DirEntry[str]"]:
            return self.entries

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(os, "scandir", Late)
    scan = tree.scan()
    assert (list(scan.found), scan.unreadable) == (["personas/b.json"], {})
