"""Runs the simulation by hand: python -m tests.simulation --seed 1 --runs 1000 --minutes 5."""

import argparse
import os
import sys
import time

from tests.simulation.campaign import Order, Total, campaigns


def main() -> int:
    """Run histories until the runs or the minutes are over; failures are printed small as they come, and end in exit code 1."""
    parser = argparse.ArgumentParser(description="Random histories against promise P1.")
    parser.add_argument(
        "--seed", type=int, default=time.time_ns() % 10**9, help="the first one (default: any)"
    )
    parser.add_argument("--runs", type=int, default=10**9, help="how many at the most")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long at the most (default: 1)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one a core)"
    )
    parser.add_argument(
        "--disk", action="store_true", help="files and databases on a disk (default: made up)"
    )
    chosen = parser.parse_args()
    order = Order(chosen.seed, 60 * chosen.minutes, chosen.runs, on_disk=chosen.disk)
    total = campaigns(order, chosen.jobs, _tell)
    print(total)
    return 1 if total.failures else 0


def _tell(part: Total, total: Total) -> None:
    """Each failure at once on stdout, and on a terminal the total so far on stderr."""
    for failure in part.failures:
        print(failure, flush=True)
    if sys.stderr.isatty():
        print(f"\r\033[K{total}\r", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
