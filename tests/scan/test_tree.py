"""The tree as sync sees it: scopes, roots, collections that nest or coincide, and what references point to."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from docsync.model import FileBytes, ReadFailure, Reference, ReferenceStatus, RefusedPath, RootState
from docsync.names import Collection, covers
from docsync.scan import FileTree

PERSONAS = Collection("persona", "personas", ("**/*.json",), "json")
PROMPTS = Collection("prompt", "prompts", ("**/*.prompty",), "prompty")
EVERY_JSON = Collection("all", ".", ("**/*.json",), "json")
FILES = (
    "personas/a.json",
    "personas/team/b.json",
    "personas/team/deep/c.json",
    "prompts/p.prompty",
    "top.json",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in FILES:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}")
    return tmp_path


def found(root: Path, *scopes: str, collections: tuple[Collection, ...] = (PERSONAS, PROMPTS)) -> list[str]:
    return sorted(FileTree(root, collections, 100).scan(scopes).found)


@pytest.mark.parametrize(
    ("scope", "paths"),
    [
        ("", FILES[:4]),
        ("personas", FILES[:3]),
        ("personas/team", FILES[1:3]),
        ("personas/team/b.json", FILES[1:2]),
        ("personas/a.json/beneath", ()),
        ("personas/te", ()),
        ("nowhere", ()),
        ("top.json", ()),
    ],
)
def test_a_scope_is_a_path_and_everything_beneath_it(root: Path, scope: str, paths: tuple[str, ...]) -> None:
    assert found(root, scope) == sorted(paths)


def test_several_scopes_are_looked_at_together(root: Path) -> None:
    assert found(root, "prompts", "personas/a.json") == ["personas/a.json", "prompts/p.prompty"]


def test_a_scope_above_a_collection_covers_it(tmp_path: Path) -> None:
    (tmp_path / "data/people").mkdir(parents=True)
    (tmp_path / "data/people/a.json").write_text("{}")
    deep = Collection("persona", "data/people", ("**/*.json",), "json")
    assert found(tmp_path, "data", collections=(deep,)) == ["data/people/a.json"]


@pytest.mark.parametrize("scope", ["", "."])
def test_a_collection_may_be_the_project_itself(root: Path, scope: str) -> None:
    tree = [path for path in FILES if path.endswith(".json")]
    assert found(root, scope, collections=(EVERY_JSON,)) == sorted(tree)
    assert found(root, "personas/team", collections=(EVERY_JSON,)) == sorted(FILES[1:3])


def test_a_hidden_folder_in_the_way_of_a_scope_hides_it(root: Path) -> None:
    (root / "personas/.hidden").mkdir()
    (root / "personas/.hidden/a.json").write_text("{}")
    assert found(root, "personas/.hidden", "personas/.hidden/a.json") == []


def test_a_file_of_two_collections_belongs_to_the_first(root: Path) -> None:
    inner = Collection("inner", "personas/team", ("**/*.json",), "json")
    types = FileTree(root, (PERSONAS, inner), 100).scan([""]).types
    assert set(types.values()) == {"persona"}
    types = FileTree(root, (inner, PERSONAS), 100).scan([""]).types
    assert types == {FILES[0]: "persona", FILES[1]: "inner", FILES[2]: "inner"}
    tree = FileTree(root, (inner, PERSONAS), 100)
    assert [collection.type for collection in tree.collections_of(FILES[1])] == ["inner", "persona"]


def test_a_link_out_of_a_nested_folder_but_inside_its_own_is_read(root: Path) -> None:
    notes = Collection("note", "personas/team", ("**/*.md",), "markdown")
    (root / "personas/team/link.json").symlink_to("../a.json")
    for collections in ((PERSONAS, notes), (notes, PERSONAS)):
        scan = FileTree(root, collections, 100).scan([""])
        assert "personas/team/link.json" in scan.found
        assert scan.skipped == {}


@seed(20261121)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["", "personas", "personas/team", "prompts", *FILES, "nowhere"]), max_size=4))
def test_a_scan_finds_what_is_in_its_scopes_and_nothing_else(root: Path, scopes: list[str]) -> None:
    inside = [path for path in FILES[:4] if any(covers(scope, path) for scope in scopes)]
    assert found(root, *scopes) == sorted(inside)


def test_a_root_may_be_a_link_which_is_resolved_at_every_scan(tmp_path: Path) -> None:
    for version in ("v1", "v2"):
        (tmp_path / version).mkdir()
        (tmp_path / version / f"{version}.json").write_text("{}")
    link = tmp_path / "personas"
    link.symlink_to("v1")
    tree = FileTree(tmp_path, (PERSONAS,), 100)
    before = tree.roots()["persona"]
    assert list(tree.scan([""]).found) == ["personas/v1.json"]
    link.unlink()
    link.symlink_to("v2")
    assert list(tree.scan(["personas"]).found) == ["personas/v2.json"]
    assert (before.state, before == tree.roots()["persona"]) == (RootState.OK, False)


def test_a_file_link_beneath_a_linked_root_is_read(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.json").write_text("{}")
    (tmp_path / "real/b.json").symlink_to("a.json")
    (tmp_path / "personas").symlink_to("real")
    tree = FileTree(tmp_path, (PERSONAS,), 100)
    assert sorted(tree.scan([""]).found) == ["personas/a.json", "personas/b.json"]
    assert isinstance(tree.read("personas/b.json"), FileBytes)


@pytest.mark.parametrize("kind", ["nothing", "file", "dangling", "loop", "beneath a file"])
def test_a_root_that_is_no_folder_is_missing(tmp_path: Path, kind: str) -> None:
    if kind == "file":
        (tmp_path / "personas").touch()
    elif kind == "dangling":
        (tmp_path / "personas").symlink_to("nowhere")
    elif kind == "loop":
        (tmp_path / "personas").symlink_to("personas")
    elif kind == "beneath a file":
        (tmp_path / "file").touch()
    path = "file/personas" if kind == "beneath a file" else "personas"
    tree = FileTree(tmp_path, (Collection("persona", path, ("**/*.json",), "json"),), 100)
    expected = RootState.UNREADABLE if kind == "loop" else RootState.MISSING
    assert (tree.roots()["persona"].state, tree.scan([""]).found) == (expected, {})


def test_a_root_that_may_not_be_looked_at_is_unreadable(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> os.stat_result:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "stat", refuse)
    assert FileTree(root, (PERSONAS,), 100).roots()["persona"].state is RootState.UNREADABLE


def test_a_replaced_root_has_another_identity(root: Path) -> None:
    tree = FileTree(root, (PERSONAS,), 100)
    before = tree.roots()["persona"]
    assert tree.roots()["persona"] == before
    os.rename(root / "personas", root / "away")
    (root / "personas").mkdir()
    assert tree.roots()["persona"] != before


@pytest.mark.parametrize("there", [True, False])
def test_a_file_is_gone_when_nothing_that_could_be_the_document_is_there(root: Path, there: bool) -> None:
    file = root / "personas/a.json"
    if not there:
        file.unlink()
        os.mkfifo(file)
    assert bool(FileTree(root, (PERSONAS,), 100).find_gone(["personas/a.json"])) is not there


def test_a_file_in_a_folder_that_cannot_be_entered_is_not_gone(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> os.stat_result:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "lstat", refuse)
    assert FileTree(root, (PERSONAS,), 100).find_gone(["personas/a.json"]) == []


def test_a_file_of_no_collection_is_gone(root: Path) -> None:
    assert FileTree(root, (PERSONAS,), 100).find_gone(["top.json"]) == ["top.json"]


def test_reading_gives_bytes_or_the_reason_why_not(root: Path) -> None:
    tree = FileTree(root, (PERSONAS,), 1)
    assert isinstance(FileTree(root, (PERSONAS,), 2).read("personas/a.json"), FileBytes)
    assert isinstance(tree.read("personas/a.json"), RefusedPath)
    assert tree.read("personas/never.json") is ReadFailure.GONE


def test_a_link_that_is_pointed_out_of_the_folder_after_the_scan_is_not_read(root: Path) -> None:
    (root / "personas/link.json").symlink_to("a.json")
    tree = FileTree(root, (PERSONAS,), 100)
    assert isinstance(tree.read("personas/link.json"), FileBytes)
    (root / "personas/link.json").unlink()
    (root / "personas/link.json").symlink_to(root / "top.json")
    assert tree.read("personas/link.json") is ReadFailure.GONE


@pytest.mark.parametrize("outside", ["beside the project", "in the project"])
def test_a_folder_that_is_swapped_for_a_link_between_scan_and_read_leads_nowhere(
    root: Path, outside: str
) -> None:
    elsewhere = root.parent / "elsewhere" if outside == "beside the project" else root / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b.json").write_text('{"secret": true}')
    tree = FileTree(root, (PERSONAS,), 100)
    assert "personas/team/b.json" in tree.scan(["personas"]).found
    (root / "personas/team").rename(root / "away")
    (root / "personas/team").symlink_to(elsewhere)
    assert tree.read("personas/team/b.json") is ReadFailure.GONE


@pytest.mark.parametrize(
    ("kind", "target", "path", "status"),
    [
        ("env", "KEY", None, ReferenceStatus.NOT_CHECKED),
        ("file", "deep/c.json", "personas/team/deep/c.json", ReferenceStatus.OK),
        ("sample", "./b.json", "personas/team/b.json", ReferenceStatus.OK),
        ("file", "deep\\c.json", "personas/team/deep/c.json", ReferenceStatus.OK),
        ("file", "deep/../b.json", "personas/team/b.json", ReferenceStatus.OK),
        ("file", "never.json", "personas/team/never.json", ReferenceStatus.MISSING),
        ("file", "deep", "personas/team/deep", ReferenceStatus.MISSING),
        ("file", "..b/x.json", "personas/team/..b/x.json", ReferenceStatus.MISSING),
        ("file", "../a.json", "personas/a.json", ReferenceStatus.OK),
        ("file", "../../prompts/p.prompty", "prompts/p.prompty", ReferenceStatus.OUTSIDE),
        ("file", "../../../x.json", None, ReferenceStatus.OUTSIDE),
        ("file", "../../..", None, ReferenceStatus.OUTSIDE),
        ("file", "/etc/passwd", None, ReferenceStatus.OUTSIDE),
        ("file", "a\x00b", None, ReferenceStatus.OUTSIDE),
        ("file", "x" * 5000, "personas/team/" + "x" * 5000, ReferenceStatus.MISSING),
    ],
)
def test_a_reference_is_there_only_inside_the_folder_of_its_collection(
    root: Path, kind: str, target: str, path: str | None, status: ReferenceStatus
) -> None:
    resolved = FileTree(root, (PERSONAS,), 100).resolve("personas/team/b.json", Reference(kind, target, "at"))
    assert (resolved.path, resolved.status) == (path, status)


@pytest.mark.parametrize(("target", "path"), [("personas/a.json", "personas/a.json"), ("..x", "..x")])
def test_a_document_at_the_top_may_refer_to_all_of_the_project(root: Path, target: str, path: str) -> None:
    (root / "..x").touch()
    resolved = FileTree(root, (EVERY_JSON,), 100).resolve("top.json", Reference("file", target, "at"))
    assert (resolved.path, resolved.status) == (path, ReferenceStatus.OK)
