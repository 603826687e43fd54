"""Runs the benchmarks beside their floors and shows a table: python -m benchmarks [NAME ...].

    --full               trees of 10 000 and 100 000 personas, more of everything (default: small, some minutes)
    --rounds N           so many runs of each; medians are shown, with the least and the greatest
    --save FILE          keep the figures and the machine as JSON, with those in FILE of other benchmarks
    --compare FILE       show each median by that of an earlier run

Ratios travel from machine to machine, the digits do not. Nothing else should run meanwhile.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from enum import Enum, auto
from pathlib import Path

from benchmarks import (
    barrier,
    burst,
    cold_sync,
    endpoint,
    in_process,
    parsing,
    ready,
    render,
    save_beside_many,
    save_during_rescan,
    save_to_row,
    stages,
    start,
    whole_rows,
)
from benchmarks.figure import Figure, format_table, read_figures, write_figures


class Size(Enum):
    """How much is measured."""

    SMALL = auto()
    FULL = auto()

    def choose(self, small: int, full: int) -> int:
        """The number for this size."""
        return small if self is Size.SMALL else full


Run = Callable[[Size, int], list[Figure]]
_PROMPTS = str(Path(__file__).parent.parent / "prompts")


def run_cold_sync(size: Size, rounds: int) -> list[Figure]:
    figures = []
    for shape in ("groups", "flat", "deep", "folders"):
        figures += cold_sync.measure(size.choose(1_000, 10_000), rounds, shape)
    return figures + (cold_sync.measure(100_000, rounds) if size is Size.FULL else [])


def run_ready(size: Size, rounds: int) -> list[Figure]:
    figures = ready.list_figures(size.choose(1_100, 11_000), rounds)
    return figures + (ready.list_figures(110_000, rounds) if size is Size.FULL else [])


RUNS: Mapping[str, Run] = {
    "cold_sync": run_cold_sync,
    "parsing": lambda size, rounds: parsing.list_figures(size.choose(500, 2_000), 5 * rounds),
    "ready": run_ready,
    "start": lambda _, rounds: start.list_figures(5 * rounds),
    "save_to_row": lambda size, rounds: save_to_row.list_figures(size.choose(40, 200), rounds),
    "stages": lambda size, _: stages.list_figures(size.choose(40, 200)),
    "save_during_rescan": lambda size, rounds: save_during_rescan.list_figures(
        size.choose(2_200, 110_000), size.choose(40, 100), rounds
    ),
    "save_beside_many": lambda size, rounds: save_beside_many.list_figures(
        size.choose(2_000, 20_000), size.choose(40, 100), rounds
    ),
    "burst": lambda size, rounds: burst.list_figures(size.choose(200, 1_000), rounds),
    "watchers": lambda size, rounds: endpoint.list_figures(size.choose(40, 200), rounds),
    "barrier": lambda size, rounds: barrier.list_figures(size.choose(20, 100), rounds),
    "whole_rows": lambda size, rounds: whole_rows.list_figures(size.choose(500, 2_000), 5 * rounds),
    "render": lambda size, rounds: render.list_figures(_PROMPTS, size.choose(50, 200), rounds),
    "in_process": lambda size, rounds: in_process.list_figures(size.choose(1_000, 10_000), rounds),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(RUNS)} (default: all)")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--compare", type=Path)
    chosen = parser.parse_args()
    if unknown := sorted(set(chosen.names) - RUNS.keys()):
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(RUNS)}")
    earlier = read_figures(chosen.compare) if chosen.compare else []
    figures: list[Figure] = []
    for name in chosen.names or RUNS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        figures += RUNS[name](Size.FULL if chosen.full else Size.SMALL, chosen.rounds)
        if chosen.save:  # so that whoever ends a long run keeps what it has measured
            write_figures(chosen.save, figures)
    print(format_table(figures, earlier))


if __name__ == "__main__":
    main()
