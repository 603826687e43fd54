"""Writes the table of docs/performance.md, and its plot, from kept figures.

    python -m benchmarks.page FIGURES.json docs/performance.md [--plot docs/performance.svg]

FIGURES.json is what `python -m benchmarks --save` keeps. The table takes the place of the one between the two marks of the
page. A plot needs matplotlib: pip install matplotlib.
"""

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure, read_figures, shorten

BEGIN, END = "<!-- figures: begin (python -m benchmarks.page writes them) -->", "<!-- figures: end -->"


def format_page(figures: Sequence[Figure], machine: dict[str, str]) -> str:
    """The block between the marks: the machine, and a table with a row for each of *figures*."""
    where = ", ".join(f"{name} {value}" for name, value in machine.items())
    head = ("what", "median", "least to most", "floor or peer", "x")
    lines = [head, ("---",) * len(head), *map(_list_cells, figures)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"{BEGIN}\nMeasured with {where}.\n\n{table}\n{END}"


def _list_cells(one: Figure) -> tuple[str, ...]:
    return (
        f"{one.benchmark}: {one.name}",
        f"{shorten(one.median)} {one.unit}",
        f"{shorten(min(one.values))} to {shorten(max(one.values))}",
        shorten(median(one.floor)) if one.floor else "",
        "" if one.ratio is None else f"{one.ratio:.2f}",
    )


def replace_block(page: str, block: str) -> str:
    """*page* with *block* between its marks. Raises ValueError where it has none."""
    new, count = re.subn(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: block, page, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"the page has not one place between {BEGIN} and {END}")
    return new


def draw_plot(figures: Sequence[Figure], path: Path) -> None:
    """Draw how many times each figure is its floor or peer, on a logarithmic scale, as SVG."""
    from matplotlib import rc_context  # type: ignore[import-not-found]  # as below
    from matplotlib.figure import Figure as Canvas  # type: ignore[import-not-found]  # only who draws needs it

    shown = [(f"{one.benchmark}: {one.name}", one.ratio) for one in figures if one.ratio]
    names, ratios = [name for name, _ in reversed(shown)], [ratio for _, ratio in reversed(shown)]
    canvas = Canvas(figsize=(9, 0.26 * len(shown) + 1), layout="constrained")
    axes = canvas.add_subplot()
    colours = ["#2b7a4b" if ratio <= 1 else "#4a6fa5" for ratio in ratios]
    axes.barh(names, [ratio - 1 for ratio in ratios], left=1, color=colours)
    axes.set_xscale("log")
    axes.axvline(1, color="#444444", linewidth=1)
    axes.set_xlabel("times its floor or peer (1: as fast; to the left: faster)")
    ticks = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 200]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.margins(y=0.01)
    axes.tick_params(axis="y", labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    with rc_context({"svg.fonttype": "none"}):  # text that can be read and searched, in a tenth of the bytes
        canvas.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("figures", type=Path)
    parser.add_argument("page", type=Path)
    parser.add_argument("--plot", type=Path)
    asked = parser.parse_args()
    figures = read_figures(asked.figures)
    machine = json.loads(asked.figures.read_text(encoding="utf-8"))["machine"]
    block = format_page(figures, machine)
    asked.page.write_text(replace_block(asked.page.read_text(encoding="utf-8"), block), encoding="utf-8")
    if asked.plot:
        draw_plot(figures, asked.plot)


if __name__ == "__main__":
    main()
