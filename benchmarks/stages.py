"""Where the time between a save and its row goes, in a docsync within this process.

    python -m benchmarks.stages [SAVES=200]

Milliseconds of each stage of an atomic save and of one in place, medians and 99th percentiles: until the watcher's thread
has heard of the file's last change, writing it included; until the batch begins (in place it rests for settle_ms); looking,
reading and writing rows; and the commit, which is the disk's.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, format_table, quantile
from benchmarks.save_to_row import save
from benchmarks.tree import write_tree
from docsync.daemon.in_process import running
from docsync.sync.batch.engine import Engine
from docsync.sync.thread.inbox import Inbox

STAGES = ("heard", "batch begun", "rows written", "committed")
_CONFIGURATION = "[admin]\nenabled = false\n"
_REST_SECONDS = 0.02


class Stopwatch:
    """When each stage of the last save was over (monotonic nanoseconds)."""

    def __init__(self) -> None:
        self._times: dict[str, int] = {}

    @contextmanager
    def attached(self) -> Iterator[None]:
        """Every docsync of this process tells how far it is."""
        hint: Any = Inbox.hint
        sync: Any = Engine.sync

        def hear(inbox: Inbox, *hinted: Any) -> None:
            self._mark("heard")
            hint(inbox, *hinted)

        def work(engine: Engine, *given: Any) -> Any:
            self._mark("batch begun")
            *others, options = given
            report = sync(engine, *others, replace(options, confirm=partial(self._confirm, options.confirm)))
            self._mark("committed")
            return report

        Inbox.hint, Engine.sync = hear, work  # type: ignore[method-assign,assignment] # watched from outside
        try:
            yield
        finally:
            Inbox.hint, Engine.sync = hint, sync  # type: ignore[method-assign] # as it was

    def _confirm(self, confirm: Callable[[], None]) -> None:
        self._mark("rows written")
        confirm()

    def _mark(self, stage: str) -> None:
        self._times[stage] = time.monotonic_ns()

    def measure(self, path: Path, version: int, *, atomic: bool) -> dict[str, float]:
        """The milliseconds of each stage of one save of *path*."""
        self._times.clear()
        last = time.monotonic_ns()
        save(path, version, atomic=atomic)
        while "committed" not in self._times:
            time.sleep(_REST_SECONDS)
        spent = {}
        for stage in STAGES:
            spent[stage], last = (self._times[stage] - last) / 1e6, self._times[stage]
        return spent


def list_figures(saves: int) -> list[Figure]:
    """Each stage of both ways to save: the median and the 99th percentile."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "docsync.toml").write_text(_CONFIGURATION)
        paths = write_tree(root, max(1_000, 2 * saves))
        stopwatch = Stopwatch()
        with stopwatch.attached(), running(root):
            time.sleep(1)  # every file has rested for a second
            spent = {
                way: [stopwatch.measure(path, 1, atomic=atomic) for path in paths[first : first + saves]]
                for way, atomic, first in (("atomic", True, 0), ("in place", False, saves))
            }
    return [
        Figure(
            "stages",
            f"{way}, {stage}, {name}",
            "ms",
            (quantile(sorted(each[stage] for each in times), share),),
        )
        for way, times in spent.items()
        for stage in STAGES
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.stages",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("saves", type=int, nargs="?", default=200)
    print(format_table(list_figures(parser.parse_args().saves)))


if __name__ == "__main__":
    main()
