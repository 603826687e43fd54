from pathlib import Path

import pytest

from docsync.watch.resolve import resolve


def route(top: Path, path: str) -> tuple[str | None, list[str]]:
    """Where *path* leads, and every name that was looked up on the way."""
    steps = []
    return resolve(str(top), path, lambda folder, name: steps.append(f"{folder}/{name}")), steps


def test_a_plain_path_leads_through_its_folders(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    assert route(tmp_path, "a/b") == (f"{tmp_path}/a/b", [f"{tmp_path}/a", f"{tmp_path}/a/b"])


def test_the_project_root_needs_no_step(tmp_path: Path) -> None:
    assert route(tmp_path, "") == (str(tmp_path), [])
    assert route(tmp_path, ".") == (str(tmp_path), [])


def test_a_missing_part_ends_the_way_and_is_itself_a_step(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert route(tmp_path, "a/b/c") == (None, [f"{tmp_path}/a", f"{tmp_path}/a/b"])


def test_a_file_in_the_way_counts_as_missing(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    assert route(tmp_path, "a") == (None, [f"{tmp_path}/a"])


def test_every_name_behind_a_symlink_is_a_step(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "far/v1/p").mkdir(parents=True)
    (tmp_path / "far/current").symlink_to("v1")
    (tmp_path / "project/p").symlink_to("../far/./current/p")
    target, steps = route(tmp_path / "project", "p")
    assert target == f"{tmp_path}/far/v1/p"
    names = ["project/p", "far", "far/current", "far/v1", "far/v1/p"]
    assert steps == [f"{tmp_path}/{name}" for name in names]


def test_an_absolute_symlink_starts_at_the_top_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "p").symlink_to(tmp_path / "far")
    target, steps = route(tmp_path, "p")
    assert target == f"{tmp_path}/far"
    assert steps[1] == f"//{tmp_path.parts[1]}"


def test_a_loop_of_symlinks_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert route(tmp_path, "a")[0] is None


def test_a_name_is_announced_before_it_is_looked_up(tmp_path: Path) -> None:
    seen = resolve(str(tmp_path), "late", lambda folder, name: (tmp_path / name).mkdir())
    assert seen == f"{tmp_path}/late"


@pytest.mark.parametrize("path", ["a/../b", "./b", "b/"])
def test_a_path_may_be_written_in_a_roundabout_way(tmp_path: Path, path: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert route(tmp_path, path)[0] == f"{tmp_path}/b"
