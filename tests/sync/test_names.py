"""One file with two names, and names that come to mean another file without an event of their own."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.exchange import exchange
from tests.helpers.project import Project
from tests.sync.scene import Scene, watched

X = "personas/x.json"


@pytest.fixture
def scene(project: Project) -> Iterator[Scene]:
    project.persona("personas/a.json", name="a")
    project.persona("personas/b.json", name="b")
    project.persona("personas/team/c.json", name="c")
    project.persona("prompts/other.json", name="other")
    project.persona("shared/out.json", name="out")
    project.persona("personas/.store/h.json", name="hidden")
    with watched(project) as scene:
        yield scene


def save(scene: Scene, path: str, name: str) -> None:
    scene.do(lambda: scene.project.persona(path, name=name))


def rows(scene: Scene, ms: float = 30) -> dict[str, str]:
    """The names in the database once *ms* more have passed, far less than a debounce time."""
    assert scene.barrier.wait()
    scene.until(scene.ms + ms)
    return scene.project.names()


def rows_by_wait(scene: Scene) -> dict[str, str]:
    """The names in the database when a wait returns, which takes no longer than a rename must be quiet."""
    assert scene.barrier.wait()
    asked = scene.ask()
    scene.step()
    scene.until(scene.ms + 10)
    assert scene.answer(asked)
    return scene.project.names()


def link(scene: Scene, name: str, other: str) -> None:
    scene.do(lambda: os.link(scene.project.root / other, scene.project.root / name))
    scene.settle()


READERS = pytest.mark.parametrize("read", [rows, rows_by_wait])


# Hard links


@READERS
@pytest.mark.parametrize("other", ["shared/out.json", "personas/.store/h.json", "personas/a.json"])
def test_a_write_through_the_other_name_is_seen(
    scene: Scene, other: str, read: Callable[[Scene], dict[str, str]]
) -> None:
    link(scene, X, other)
    for name in ("one", "another one", "a third"):
        scene.project.persona(other, name=name)
        assert read(scene)[X] == name
        scene.later(600)
    save(scene, X, "through its own name")
    assert read(scene)[X] == "through its own name"


def test_a_name_in_two_collections_is_seen_in_both(scene: Scene) -> None:
    scene.project.write("prompts/p.prompty", "---\nname: p\n---\nsystem:\nHello.\n")
    (scene.project.root / "prompts/team").mkdir()
    link(scene, "prompts/team/q.prompty", "prompts/p.prompty")
    scene.project.write("prompts/p.prompty", "---\nname: new\n---\nsystem:\nHello.\n")
    names = rows(scene)
    assert names["prompts/p.prompty"] == names["prompts/team/q.prompty"] == "new"


@READERS
def test_a_write_through_a_second_name_that_a_known_file_got_is_seen_under_the_first(
    scene: Scene, read: Callable[[Scene], dict[str, str]]
) -> None:
    link(scene, X, "personas/a.json")
    scene.project.persona(X, name="new")
    assert read(scene)["personas/a.json"] == "new"


def test_a_file_is_watched_as_long_as_it_has_another_name(scene: Scene) -> None:
    link(scene, X, "shared/out.json")
    assert list(scene.followed) == [X]
    scene.do(lambda: (scene.project.root / "shared/out.json").unlink())
    scene.settle()
    assert scene.followed == {}
    link(scene, "personas/y.json", X)
    assert sorted(scene.followed) == [X, "personas/y.json"]
    scene.do(
        lambda: (scene.project.root / X).unlink(), lambda: (scene.project.root / "personas/y.json").unlink()
    )
    scene.settle()
    assert scene.followed == {}


def test_another_file_with_two_names_in_the_place_of_one_is_watched(scene: Scene) -> None:
    root = scene.project.root
    link(scene, X, "shared/out.json")
    scene.project.persona("shared/next.json", name="next")
    os.link(root / "shared/next.json", root / "shared/.tmp")
    scene.do(lambda: (root / "shared/.tmp").rename(root / X))
    scene.settle()
    scene.project.persona("shared/out.json", name="not this one")
    scene.project.persona("shared/next.json", name="this one")
    assert rows(scene)[X] == "this one"


# Symbolic links


def symlink(scene: Scene, target: str, name: str = X) -> None:
    scene.do(lambda: (scene.project.root / name).symlink_to(target))
    scene.settle()


@READERS
@pytest.mark.parametrize(
    "target",
    ["a.json", "team/c.json", ".store/h.json", "new.json", "new/deep/d.json", ".new/h.json", ".n.json"],
)
def test_a_link_follows_its_target_through_everything(
    scene: Scene, target: str, read: Callable[[Scene], dict[str, str]]
) -> None:
    """Also one that led nowhere at first, and whose folders come one by one."""
    root = scene.project.root / "personas"
    symlink(scene, target)
    for number in range(2):
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        scene.project.persona(f"personas/{target}", name=f"written {number}")
        assert read(scene)[X] == f"written {number}"
        scene.project.replace(f"personas/{target}", json.dumps({"name": f"replaced {number}"}))
        scene.later(600)
        assert read(scene)[X] == f"replaced {number}"
        scene.do(lambda: (root / target).unlink())
        scene.settle()
        assert X not in scene.project.names()


def test_a_chain_of_links_is_followed(scene: Scene) -> None:
    root = scene.project.root
    (root / "personas/.two.json").symlink_to("../shared/three.json")
    symlink(scene, ".two.json")
    scene.do(lambda: (root / "shared/three.json").symlink_to("../personas/a.json"))
    assert rows(scene)[X] == "a"
    (root / "shared/.tmp").symlink_to("../personas/b.json")
    (root / "shared/.tmp").replace(root / "shared/three.json")
    assert rows(scene, 600)[X] == "b"
    save(scene, "personas/b.json", "new")
    assert rows(scene, 600)[X] == "new"


def test_a_loop_of_links_that_is_resolved_is_followed(scene: Scene) -> None:
    symlink(scene, "y.json")
    symlink(scene, "x.json", "personas/y.json")
    assert not {X, "personas/y.json"} & scene.project.names().keys()
    scene.do(lambda: (scene.project.root / "personas/y.json").unlink())
    save(scene, "personas/y.json", "a file")
    names = rows(scene)
    assert names[X] == names["personas/y.json"] == "a file"


def test_a_link_by_way_of_a_missing_link_to_a_folder_is_followed(scene: Scene) -> None:
    symlink(scene, ".current/c.json")
    scene.do(lambda: (scene.project.root / "personas/.current").symlink_to("team"))
    assert rows(scene)[X] == "c"
    scene.do(
        lambda: (scene.project.root / "personas/.next").symlink_to(".store"),
        lambda: (scene.project.root / "personas/.store/c.json").write_text('{"name": "stored"}'),
        lambda: (scene.project.root / "personas/.next").replace(scene.project.root / "personas/.current"),
    )
    assert rows(scene, 600)[X] == "stored"


def test_a_folder_that_a_link_leads_through_changes_places(scene: Scene) -> None:
    symlink(scene, ".store/h.json")
    scene.project.persona("personas/.other/h.json", name="other")
    exchange(scene.project.root / "personas/.store", scene.project.root / "personas/.other")
    assert rows(scene)[X] == "other"
    scene.project.persona("personas/.store/h.json", name="written")
    assert rows(scene, 600)[X] == "written"


def test_a_link_whose_target_comes_to_be_elsewhere_or_a_folder_is_told_of(scene: Scene) -> None:
    root = scene.project.root
    symlink(scene, "../prompts/new.json")
    symlink(scene, "folder.json", "personas/y.json")
    assert scene.project.problems() == []
    save(scene, "prompts/new.json", "new")
    scene.do(lambda: (root / "personas/folder.json").mkdir())
    rows(scene)
    assert scene.project.problems() == [(X, "skipped"), ("personas/y.json", "skipped")]
    scene.do(lambda: (root / "prompts/new.json").unlink(), lambda: (root / "personas/folder.json").rmdir())
    rows(scene, 600)
    assert scene.project.problems() == []


def test_a_link_to_a_file_with_another_name_outside_is_followed(scene: Scene) -> None:
    link(scene, "personas/real.json", "shared/out.json")
    symlink(scene, "real.json")
    scene.project.persona("shared/out.json", name="new")
    names = rows(scene)
    assert names[X] == names["personas/real.json"] == "new"


# Exchanges


def test_two_folders_that_change_places_have_their_rows_and_saves_at_once(scene: Scene) -> None:
    for folder in ("a", "q/b"):
        scene.project.persona(f"personas/{folder}/same.json", name=f"same of {folder}")
        scene.project.persona(f"personas/{folder}/sub/s.json", name=f"sub of {folder}")
    scene.project.persona("personas/a/only.json", name="only")
    scene.settle()
    personas = scene.project.root / "personas"
    exchange(personas / "a", personas / "q/b")
    names = rows_by_wait(scene)
    assert names["personas/a/same.json"] == "same of q/b"
    assert names["personas/q/b/sub/s.json"] == "sub of a"
    for path in ("personas/a/sub/s.json", "personas/q/b/sub/s.json", "personas/a/new.json"):
        scene.project.persona(path, name=path)
        assert rows_by_wait(scene)[path] == path
    scene.settle()
    assert len(scene.project.paths()) == 3 + 5 + 1


def test_two_files_that_change_places(scene: Scene) -> None:
    a, b = (scene.project.root / "personas" / name for name in ("a.json", "b.json"))
    exchange(a, b)
    names = rows_by_wait(scene)
    assert (names["personas/a.json"], names["personas/b.json"]) == ("b", "a")


def test_what_the_tests_here_do_is_done_to_files(tmp_path: Path) -> None:
    """Where nothing can be linked, none of them says anything."""
    (tmp_path / "a").touch()
    os.link(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a").stat().st_nlink == 2
