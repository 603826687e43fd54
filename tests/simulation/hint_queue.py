"""Hints on their way to the daemon: late, lost, doubled or out of order. Hands over none by itself."""

from heapq import heappop, heappush
from posixpath import dirname

from docsync.model import Sign
from docsync.names import EVERYTHING, is_within
from tests.simulation.carry_out import Hints
from tests.simulation.step import News


class HintQueue:
    """Hints by the time at which they arrive; those of one time in the order in which they were sent."""

    def __init__(self) -> None:
        self._hints: list[tuple[int, int, str, Sign]] = []
        self._sent = 0

    def __len__(self) -> int:
        return len(self._hints)

    def send(self, path: str, sign: Sign, at_ns: int) -> None:
        """A hint that arrives at *at_ns*."""
        self._sent += 1
        heappush(self._hints, (at_ns, self._sent, path, sign))

    def next_ns(self) -> int:
        """When the next one arrives; there must be one."""
        return self._hints[0][0]

    def take(self, until_ns: int | None = None) -> Hints:
        """Those that have arrived by *until_ns*, or all of them."""
        taken: Hints = []
        while self._hints and (until_ns is None or self.next_ns() <= until_ns):
            _, _, path, sign = heappop(self._hints)
            taken.append((path, sign))
        return taken

    def clear(self) -> None:
        """All that are on their way are lost."""
        self._hints.clear()


def fated(news: News, hints: Hints) -> Hints:
    """What is left of *hints*, or made of them."""
    match news:
        case News.TWICE:
            return hints * 2
        case News.FOLDER:
            made = [
                hint for hint in hints if hint[1] is Sign.CREATED
            ]  # its watch came too late for what is in it
            rest = [path for path, _ in hints if not is_within(frozenset(dict(made)), path)]
            return made + [(folder, Sign.FOLDER) for folder in dict.fromkeys(map(dirname, rest))]
        case News.LOST:
            return [(EVERYTHING, Sign.LOST)]
        case News.SHUFFLED:
            return hints[::-1]
        case News.NOW | News.LATE | News.SILENT:
            return hints
