"""How long a start takes until the daemon is ready with nothing changed, and until it has looked for damage in everything.

    python -m benchmarks.ready [FILES=11000] [--rounds 5] [--package DIRECTORY]

In turns: a start after a stop, a start after kill -9, `docsync sync` without a daemon, and the floor, which is the shortest
honest program for an unchanged tree: it stats every file and compares each with the row that it knows. Seconds from the
start of the process, and those of the processor in that time, which other work on the machine moves less, and MiB of
memory: the least, the median, and the median beside that of the floor. --package names another docsync to measure, such as
an earlier one.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figure import Figure
from benchmarks.tree import write_tree
from docsync.admin.client import Client
from docsync.errors import DocsyncError

FLOOR = """
import sys, apsw
from benchmarks.floor_scan import scan
root, database = sys.argv[1:]
connection = apsw.Connection(database)
connection.execute("CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, mtime INT, ctime INT, size INT, inode INT)")

seen = dict(each for top in ("personas", "prompts") for each in scan(f"{root}/{top}", f"{top}/"))
known = {path: tuple(stamp) for path, *stamp in connection.execute("SELECT * FROM files")}
changed = [(path, *stamp) for path, stamp in seen.items() if known.get(path) != stamp]
with connection:
    connection.executemany("INSERT OR REPLACE INTO files VALUES (?,?,?,?,?)", changed)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""
HERE = Path(__file__).parent.parent
_LOOK_SECONDS = 0.02  # each look costs the daemon a millisecond of what is measured


class Bench:
    """One tree with a database, and what was measured there by name."""

    def __init__(self, root: Path, package: Path) -> None:
        self._root = root
        self._package = package
        self.times: dict[str, list[float]] = defaultdict(list)

    def run(self, *command: str) -> str:
        """A program to its end, in the environment that all have; returns what it has printed."""
        return subprocess.run(
            command, cwd=self._root, env=self._environ(), stdout=subprocess.PIPE, check=True, text=True
        ).stdout

    def measure_sync(self) -> None:
        """`docsync sync` with nothing changed, without a daemon."""
        self._measure("sync", sys.executable, "-m", "docsync", "sync", "-q")

    def measure_floor(self) -> None:
        """The floor, whose rows are there from the second run on."""
        database = self._root.parent / "floor.db"
        kibibytes = self._measure("floor", sys.executable, "-c", FLOOR, str(self._root), str(database))
        self.times["floor, memory at the most"].append(int(kibibytes) / 1024)

    def measure_start(self, name: str, *, kill: bool) -> None:
        """From the start of a daemon until it is ready and has looked through everything; it is stopped or killed."""
        begun = time.perf_counter()
        command = [sys.executable, "-m", "docsync", "run"]
        with subprocess.Popen(
            command, cwd=self._root, env=self._environ(), stderr=subprocess.DEVNULL
        ) as daemon:
            status = self._wait(daemon.pid)
            self._note(name, time.perf_counter() - begun, _seconds_of(daemon.pid))
            while status.get("inspection", {"proved_at": ""})["proved_at"] is None:
                time.sleep(_LOOK_SECONDS)
                status = self._wait(daemon.pid)
            self._note(f"{name}, all looked at", time.perf_counter() - begun, _seconds_of(daemon.pid))
            for what, mebibytes in _memory_of(daemon.pid).items():
                self.times[f"{name}, {what}"].append(mebibytes)
            daemon.kill() if kill else daemon.terminate()

    def _measure(self, name: str, *command: str) -> str:
        begun, used = time.perf_counter(), _children_seconds()
        printed = self.run(*command)
        self._note(name, time.perf_counter() - begun, _children_seconds() - used)
        return printed

    def _note(self, name: str, seconds: float, processor_seconds: float) -> None:
        self.times[name].append(seconds)
        self.times[f"{name}, processor"].append(processor_seconds)

    def _wait(self, pid: int) -> Any:
        client = Client(self._root / ".docsync" / "docsync.sock", 60)
        while True:
            try:
                status = client.get("/v1/status")
            except DocsyncError:
                status = {"pid": 0, "ready": False}
            if status["pid"] == pid and status["ready"]:
                return status
            time.sleep(_LOOK_SECONDS)

    def _environ(self) -> dict[str, str]:
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return environ | {
            "PYTHONPATH": str(self._package),
            "PYTHONPYCACHEPREFIX": str(self._root.parent / "bytecode"),
            "DOCSYNC_ADMIN__ENABLED": "false",
            "DOCSYNC_LOG__LEVEL": "error",
        }


def _seconds_of(pid: int) -> float:
    """Seconds of the processor that a process has used, as Linux tells them: user and system (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory_of(pid: int) -> dict[str, float]:
    """MiB that a process has in memory, and had at the most (proc_pid_status(5))."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kibibytes = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith("Vm")}
    return {"memory": kibibytes["VmRSS"] / 1024, "memory at the most": kibibytes["VmHWM"] / 1024}


def measure(files: int, rounds: int, package: Path = HERE) -> dict[str, list[float]]:
    """Seconds by what was measured, see the top."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        write_tree(root, files * 10 // 11)
        bench = Bench(root, package.resolve())
        bench.run(sys.executable, "-c", "import docsync.daemon")  # writes the bytecode
        bench.measure_sync()
        bench.measure_floor()
        bench.times.clear()
        for _ in range(rounds):
            bench.measure_floor()
            bench.measure_sync()
            bench.measure_start("start", kill=True)
            bench.measure_start("start after kill -9", kill=False)
    return bench.times


def list_figures(files: int, rounds: int) -> list[Figure]:
    """Until the daemon is ready, with nothing changed."""
    times = measure(files, rounds)
    waits = [
        Figure("ready", f"{name}, {files} files", "s", tuple(times[name]), tuple(times["floor"]))
        for name in ("start", "start after kill -9")
    ]
    floor = tuple(times["floor, memory at the most"])
    return waits + [
        Figure("ready", f"{what} after a start, {files} files", "MiB", tuple(times[f"start, {what}"]), floor)
        for what in ("memory", "memory at the most")
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=int, nargs="?", default=11_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--package", type=Path, default=HERE)
    asked = parser.parse_args()
    times = measure(asked.files, asked.rounds, asked.package)
    for name, taken in times.items():
        what = "memory at the most" if "memory" in name else "processor" if "processor" in name else ""
        middle, floor = median(taken), median(times[f"floor, {what}" if what else "floor"])
        print(f"{name:47} least {min(taken):7.3f}  p50 {middle:7.3f}  {middle / floor:6.1f} x the floor")


if __name__ == "__main__":
    main()
