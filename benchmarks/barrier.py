"""Read your writes: how long `wait` takes after nothing, after a save, and after a deletion or a broken save.

    python -m benchmarks.barrier [ROUNDS=100]

Asks the daemon over its Unix socket, as `docsync wait` does, without the start of a process. Prints milliseconds.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.save_to_row import quantiles, save, start_docsync
from benchmarks.tree import write_tree
from docsync.admin.client import Client


def measure(client: Client, rounds: int, act: Callable[[int], object]) -> dict[str, float]:
    times = []
    for number in range(rounds):
        act(number)
        begun = time.perf_counter()
        client.post("/v1/wait", {"timeout": 10})
        times.append((time.perf_counter() - begun) * 1e3)
    return quantiles(sorted(times))


def run(rounds: int) -> dict[str, dict[str, float]]:
    """The quantiles of each act on a daemon of its own (milliseconds)."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        paths = write_tree(root, 2 * rounds + 40)
        database, stop = start_docsync(root)
        client = Client(database.with_name("docsync.sock"), 15)
        time.sleep(1)
        few = min(rounds, 10)
        result = {
            "nothing": measure(client, rounds, lambda _: None),
            "atomic save": measure(client, rounds, lambda n: save(paths[n], n + 1, atomic=True)),
            "save in place": measure(client, rounds, lambda n: save(paths[rounds + n], n + 1, atomic=False)),
            "deletion": measure(client, few, lambda n: paths[2 * rounds + n].unlink()),
            "broken save": measure(client, few, lambda n: paths[2 * rounds + 20 + n].write_text("{")),
        }
        stop()
    return result


def list_figures(acts: int, rounds: int) -> list[Figure]:
    """The medians of *rounds* runs of that many acts of each kind."""
    runs = [run(acts) for _ in range(rounds)]
    return [
        Figure("wait after", f"{name}, p50", "ms", tuple(one[name]["p50"] for one in runs))
        for name in runs[0]
    ]


def main(rounds: int = 100) -> None:
    print(json.dumps(run(rounds), indent=2))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
