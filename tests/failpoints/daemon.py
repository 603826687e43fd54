"""A real docsync with failpoints: python -m tests.failpoints.daemon --point commit.after --deed kill --nth 2 -- run

With --control DIRECTORY a point is live, and counts, once DIRECTORY has a file of its name, and DIRECTORY/hits names the
points that were reached.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import docsync.daemon.watch_supervisor
from docsync.cli.command_line import run as run_docsync
from tests.failpoints.points import BY_NAME, POINTS
from tests.failpoints.seam import Moments, Statement

DELAY_SECONDS = 0.2
_HASTY_BEAT_NS = 500_000_000


@dataclass(frozen=True, slots=True)
class Orders:
    """What shall happen at which points, each once: at the nth time it is reached."""

    points: tuple[str, ...] = ()
    deed: str = "kill"
    nth: int = 1
    control: Path | None = None


class Trap:
    """One point that waits for its time."""

    def __init__(self, point: str, orders: Orders) -> None:
        self._point = point
        self._orders = orders
        self._left = orders.nth

    def spring(self, *asked: object) -> None:
        control = self._orders.control
        if self._left == 0 or (control is not None and not os.access(control / self._point, os.F_OK)):
            return
        self._left -= 1
        if self._left == 0:
            self._act(control, asked)

    def _act(self, control: Path | None, asked: Sequence[object]) -> None:
        if control is not None:
            descriptor = os.open(control / "hits", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.write(descriptor, f"{self._point}\n".encode())
            os.close(descriptor)
        match self._orders.deed:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "delay":
                time.sleep(DELAY_SECONDS)
            case "raise":
                error = BY_NAME[self._point.rpartition(".")[0]].error
                assert error is not None, f"{self._point} never fails"
                raise error(*asked)


def install(orders: Orders) -> None:
    """Set the traps in this very process."""
    traps: dict[str, dict[str, Trap]] = {}
    for point in orders.points:
        effect, _, moment = point.rpartition(".")
        traps.setdefault(effect, {})[moment] = Trap(point, orders)
    # Statements first: they make a class of connections, whose opening may be a point, too.
    for name in sorted(traps, key=lambda name: not isinstance(BY_NAME[name].seam, Statement)):
        moments: Moments = {moment: trap.spring for moment, trap in traps[name].items()}
        BY_NAME[name].seam.install(moments)


def run(arguments: Sequence[str], orders: Orders) -> int:
    """docsync with *arguments*, its points set by *orders*; the exit code."""
    docsync.daemon.watch_supervisor._BEAT_NS = (
        _HASTY_BEAT_NS  # a test need not wait three seconds for the second heartbeat
    )
    install(orders)
    return run_docsync(arguments, os.environ)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.failpoints.daemon", description=__doc__)
    parser.add_argument(
        "--point", action="append", choices=POINTS, required=True, metavar="NAME", dest="points"
    )
    parser.add_argument("--deed", choices=("kill", "raise", "delay"), default="kill")
    parser.add_argument("--nth", type=int, default=1)
    parser.add_argument("--control", type=Path)
    parser.add_argument("arguments", nargs="+", help="what docsync is asked to do, such as: run")
    asked = parser.parse_args()
    return run(asked.arguments, Orders(tuple(asked.points), asked.deed, asked.nth, asked.control))


if __name__ == "__main__":
    sys.exit(main())
