"""Figures are shown beside their floors and beside those of an earlier run, which a file keeps."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.figure import Figure, format_table, read_figures, write_figures

SYNC = Figure("sync", "100 files", "us/file", (300.0, 200.0, 250.0), (100.0, 125.0, 130.0))
WAIT = Figure("wait", "nothing", "ms", (2.5,))


def test_a_figure_is_the_median_of_its_runs_beside_that_of_its_floor() -> None:
    assert (SYNC.median, SYNC.ratio) == (250.0, 2.0)
    assert WAIT.ratio is None


def test_a_table_has_a_line_for_each_with_its_spread_and_what_it_was_earlier() -> None:
    before = Figure("sync", "100 files", "us/file", (500.0,))
    head, sync, wait = (line.split("  ") for line in format_table([SYNC, WAIT], [before]).splitlines())
    assert [cell.strip() for cell in head if cell] == [
        "figure",
        "median",
        "from",
        "to",
        "floor",
        "x floor",
        "x earlier",
    ]
    assert [cell.strip() for cell in sync if cell.strip()] == [
        "sync: 100 files",
        "250 us/file",
        "200",
        "300",
        "125",
        "2.00",
        "0.50",
    ]
    assert [cell.strip() for cell in wait if cell.strip()] == ["wait: nothing", "2.5 ms", "2.5", "2.5"]


def test_figures_that_are_kept_come_back_with_the_machine_they_were_measured_on(tmp_path: Path) -> None:
    kept = tmp_path / "figures.json"
    write_figures(kept, [SYNC, WAIT])
    assert read_figures(kept) == [SYNC, WAIT]
    assert '"sqlite"' in kept.read_text("utf-8")


@pytest.mark.parametrize("text", ["", "[]", '{"figures": [{}]}'])
def test_a_file_that_keeps_no_figures_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "old.json").write_text(text)
    with pytest.raises(SystemExit, match=r"old\.json: no figures of an earlier run"):
        read_figures(tmp_path / "old.json")


def test_figures_of_other_benchmarks_stay_and_those_of_the_same_are_replaced(tmp_path: Path) -> None:
    kept = tmp_path / "figures.json"
    write_figures(kept, [SYNC, WAIT])
    again = [replace(SYNC, values=(1.0,)), replace(SYNC, name="other"), replace(SYNC, benchmark="new")]
    write_figures(kept, again)
    assert read_figures(kept) == [again[0], again[1], WAIT, again[2]]


def test_figures_of_another_machine_are_not_mixed_with_those_of_this_one(tmp_path: Path) -> None:
    kept = tmp_path / "figures.json"
    write_figures(kept, [SYNC])
    kept.write_text(kept.read_text("utf-8").replace('"python": "', '"python": "2'), encoding="utf-8")
    with pytest.raises(SystemExit, match="of another machine"):
        write_figures(kept, [WAIT])
    assert read_figures(kept) == [SYNC]
