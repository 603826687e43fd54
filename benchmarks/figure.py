"""Figures of a benchmark: shown as a table beside their floors, kept as JSON, compared with those of an earlier run."""

import json
import os
import platform
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import apsw


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing: the values of several runs in `unit`, and those of the floor in the same runs, if any."""

    benchmark: str
    name: str
    unit: str
    values: tuple[float, ...]
    floor: tuple[float, ...] = ()

    @property
    def median(self) -> float:
        """The median of the values."""
        return median(self.values)

    @property
    def ratio(self) -> float | None:
        """The median of the values by the median of the floor, None without one."""
        return self.median / median(self.floor) if self.floor else None


def quantile(times: Sequence[float], share: float) -> float:
    """The value of *times*, in ascending order, that *share* of them do not exceed."""
    return times[min(len(times) - 1, int(len(times) * share))]


def describe_machine() -> dict[str, str]:
    """What a figure depends on beside docsync: versions and machine."""
    return {
        "python": platform.python_version(),
        "sqlite": apsw.sqlite_lib_version(),
        "sqlite3 of Python": sqlite3.sqlite_version,
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
    }


def format_table(figures: Sequence[Figure], earlier: Iterable[Figure] = ()) -> str:
    """A line for each of *figures*: median, spread, floor, ratio; and what the median was *earlier*."""
    known = {(one.benchmark, one.name): one for one in earlier}
    head = ("figure", "median", "from", "to", "floor", "x floor", "x earlier")
    rows = [head, *(_row(one, known.get((one.benchmark, one.name))) for one in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for row in rows
    )


def _row(one: Figure, earlier: Figure | None) -> tuple[str, ...]:
    return (
        f"{one.benchmark}: {one.name}",
        f"{shorten(one.median)} {one.unit}",
        shorten(min(one.values)),
        shorten(max(one.values)),
        shorten(median(one.floor)) if one.floor else "",
        "" if one.ratio is None else f"{one.ratio:.2f}",
        "" if earlier is None else f"{one.median / earlier.median:.2f}",
    )


def shorten(value: float) -> str:
    """Three digits of *value*."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def write_figures(path: Path, figures: Iterable[Figure]) -> None:
    """Keep *figures* at *path*, with the machine that they were measured on; others that are there stay.

    Raises SystemExit where those are of another machine.
    """
    machine = describe_machine()
    if path.exists() and path.stat().st_size:
        earlier = read_figures(path)
        if (other := json.loads(path.read_text(encoding="utf-8")).get("machine")) != machine:
            sys.exit(f"{path}: its figures are of another machine ({other}): name another file")
        figures = merge_figures(earlier, list(figures))
    kept = {"machine": machine, "figures": [asdict(one) for one in figures]}
    path.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def merge_figures(earlier: Sequence[Figure], later: Sequence[Figure]) -> list[Figure]:
    """*later* ones in the place of what was measured *earlier* of the same benchmark, and after all else."""
    measured = {one.benchmark for one in later}
    merged: list[Figure] = []
    for one in earlier:
        if one.benchmark not in measured:
            merged.append(one)
        elif one.benchmark not in {known.benchmark for known in merged}:
            merged += [new for new in later if new.benchmark == one.benchmark]
    there = {one.benchmark for one in merged}
    return merged + [one for one in later if one.benchmark not in there]


def read_figures(path: Path) -> list[Figure]:
    """The figures that `write_figures` kept at *path*. Raises SystemExit where they cannot be read."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))["figures"]
        return [
            Figure(one["benchmark"], one["name"], one["unit"], tuple(one["values"]), tuple(one["floor"]))
            for one in kept
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"{path}: no figures of an earlier run ({error})")
