"""docs/performance.md shows the figures that are kept beside it, and how they are made again."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.figure import Figure, read_figures
from benchmarks.page import BEGIN, END, draw_plot, format_page, replace_block

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/performance.md"
KEPT = ROOT / "docs/performance.json"
FIGURES = [Figure("save", "atomic", "ms", (2.0, 1.0, 3.0), (1.0,)), Figure("feed", "page", "us", (7.0,))]


def test_the_page_shows_the_figures_that_are_kept() -> None:
    machine = json.loads(KEPT.read_text("utf-8"))["machine"]
    page = PAGE.read_text("utf-8")
    assert replace_block(page, format_page(read_figures(KEPT), machine)) == page


def test_every_figure_that_is_shown_is_explained() -> None:
    bounds = PAGE.read_text("utf-8").partition("## What bounds each")[2]
    missing = {one.benchmark for one in read_figures(KEPT) if f"| {one.benchmark}" not in bounds}
    assert missing == set()


def test_a_row_has_the_median_the_spread_the_floor_and_how_many_times_it_is() -> None:
    block = format_page(FIGURES, {"python": "3.11"})
    assert "| save: atomic | 2 ms | 1 to 3 | 1 | 2.00 |" in block
    assert "| feed: page | 7 us | 7 to 7 |  |  |" in block
    assert "Measured with python 3.11." in block


def test_the_table_takes_the_place_of_the_one_between_the_marks(tmp_path: Path) -> None:
    figures, page = tmp_path / "figures.json", tmp_path / "page.md"
    kept = [{"benchmark": "save", "name": "atomic", "unit": "ms", "values": [2.0], "floor": [1.0]}]
    figures.write_text(json.dumps({"machine": {"system": "Linux"}, "figures": kept}), "utf-8")
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")
    command = [sys.executable, "-m", "benchmarks.page", str(figures), str(page)]
    subprocess.run(command, cwd=ROOT, check=True)
    text = page.read_text("utf-8")
    assert text.startswith(f"before\n{BEGIN}\nMeasured with system Linux.")
    assert text.endswith(f"| save: atomic | 2 ms | 2 to 2 | 1 | 2.00 |\n{END}\nafter\n")


def test_a_plot_has_a_bar_for_each_figure_with_a_floor(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="only who draws needs it")
    draw_plot(FIGURES, tmp_path / "plot.svg")
    assert "<svg" in (tmp_path / "plot.svg").read_text("utf-8")


def test_a_page_without_a_place_for_the_table_is_refused() -> None:
    with pytest.raises(ValueError, match="has not one place"):
        replace_block("nothing", "block")
