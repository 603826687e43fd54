"""All benchmarks run from one command, beside their floors."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import (
    burst,
    endpoint,
    parsing,
    ready,
    save_beside_many,
    save_during_rescan,
    stages,
    start,
    whole_rows,
)
from benchmarks.figure import Figure
from benchmarks.tree import SHAPES, write_tree

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, text=True, capture_output=True, check=False
    )


def test_one_command_shows_and_keeps_the_figures_of_a_benchmark(tmp_path: Path) -> None:
    kept = tmp_path / "figures.json"
    done = run("benchmarks", "render", "--rounds", "1", "--save", str(kept))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2].startswith("render: render")
    (first, second) = json.loads(kept.read_text("utf-8"))["figures"]
    assert (first["name"], second["name"]) == ("render", "Reader.render")

    again = run("benchmarks", "render", "--rounds", "1", "--compare", str(kept))
    assert len(again.stdout.splitlines()[-1].split()) == 9  # the last of which is by the earlier run


def test_a_name_that_is_none_is_told_with_those_that_there_are() -> None:
    done = run("benchmarks", "nothing")
    assert done.returncode == 2
    assert "no benchmark nothing; there are cold_sync" in done.stderr


def test_the_first_sync_is_measured_beside_scan_parse_and_writing() -> None:
    done = run("benchmarks.cold_sync", "20", "--rounds", "1", "--shape", "deep")
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()[1:]
    assert first.startswith("first sync: 22 files, deep")
    assert second.startswith("sync, nothing changed: 22 files, deep")


def test_the_stages_of_a_save_are_measured_one_by_one() -> None:
    figures = stages.list_figures(3)
    assert [one.name for one in figures[::2]] == [
        f"{way}, {stage}, p50" for way in ("atomic", "in place") for stage in stages.STAGES
    ]
    assert all(one.median > 0 for one in figures)
    assert next(one.median for one in figures if one.name == "in place, batch begun, p50") >= 10  # settle_ms


def test_docsync_is_measured_where_no_program_of_others_is_given() -> None:
    done = run("benchmarks.peers", "20", "--saves", "2")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()[1:]
    names = ["first sync", "save, p50", "save, p99", "rows left of a folder"]
    assert [line.split("  ")[0] for line in lines] == [f"peers: 20 files, {name}: docsync" for name in names]
    assert "inf" not in done.stdout  # both saves were seen
    assert lines[-1].split()[-3:] == ["0", "0", "0"]


def test_a_tree_of_each_shape_holds_the_same_documents(tmp_path: Path) -> None:
    texts = set()
    for shape in SHAPES:
        paths = write_tree(tmp_path / shape, 50, shape=shape)
        texts.add(tuple(path.read_text("utf-8") for path in paths))
        assert len(list((tmp_path / shape).rglob("*.prompty"))) == 5
    assert len(texts) == 1


def test_what_people_write_instead_is_measured_with_the_same_words() -> None:
    done = run("benchmarks.in_process", "20", "--workers", "2", "--rounds", "1")
    assert done.returncode == 0, done.stderr
    names = [line.split(": ")[2].split()[0] for line in done.stdout.splitlines()[1:]]
    assert names == ["ready", "memory", "answer", "seen"]


@pytest.mark.parametrize(
    ("list_figures", "names"),
    [
        (
            lambda: parsing.list_figures(20, 1),
            ["json: read", "json: parse", "prompty: read", "prompty: parse"],
        ),
        (lambda: whole_rows.list_figures(20, 1), ["Reader.get", "Reader.find of 20"]),
        (
            lambda: ready.list_figures(22, 1),
            [
                "start, 22 files",
                "start after kill -9, 22 files",
                "memory after a start, 22 files",
                "memory at the most after a start, 22 files",
            ],
        ),
        (lambda: save_during_rescan.list_figures(110, 3, 1), ["110 files, p50", "110 files, p99"]),
        (
            lambda: save_beside_many.list_figures(20, 3, 1),
            [f"20 files {way}, {share}" for way in ("copied", "rewritten") for share in ("p50", "p99")],
        ),
        (lambda: burst.list_figures(20, 1), ["20 files, atomic", "20 files, in place"]),
        (
            lambda: endpoint.list_figures(3, 1),
            [f"save while 50 poll and 20 follow, {share}" for share in ("p50", "p99")],
        ),
        (lambda: start.list_figures(1), [name for name in start.COMMANDS if name.startswith("docsync")]),
    ],
)
def test_every_figure_of_the_table_has_its_floor(
    list_figures: Callable[[], list[Figure]], names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save_during_rescan, "_COUNT_SECONDS", 0)
    figures = list_figures()
    assert [figure.name for figure in figures] == names
    assert all(figure.ratio for figure in figures)
