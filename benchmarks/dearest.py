"""The dearest request that each endpoint and each command accepts, looked for among hostile documents and parameters.

    python -m benchmarks.dearest [--rounds 12] [--seed 1] [--seconds 20]

Each question is asked of a daemon of its own project with seeded random parameters, alone and then, the dearest one, four
times at once. CPU seconds are the daemon's (a command's own), memory is how far its resident set grew at most, in MiB. While
the four are under way: how long a save takes until it is covered by `wait`, and how long `/livez` takes; in the end how long
a stop takes with four of the dearest under way. ">" marks what was given up.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote

from benchmarks.save_to_row import start_docsync
from docsync.admin.client import _UnixConnection

TICKS = os.sysconf("SC_CLK_TCK")
CROWD = 4
Question = Callable[[random.Random], tuple[str, dict[str, object] | None]]


def write_project(root: Path) -> None:
    """Documents that are each within the limits, and costly in one way: long, deep, many, repeated, broken."""
    (root / "personas").mkdir(parents=True)
    (root / "prompts").mkdir()
    texts = {
        "words": "a " * 32_000,
        "pairs": "a b " * 16_000,
        "letters": "a" * 65_000,
        "nearly": ("a " * 49 + "b ") * 650,
    }
    for number in range(8):
        for stem, text in texts.items():
            value = {
                "name": stem,
                "description": text[:60_000],
                "text": text,
                "tags": [f"{n}" for n in range(100)],
            }
            (root / "personas" / f"{stem}{number}.json").write_text(json.dumps(value))
    many = '{"name": "n", "x": [' + ("[]," * 158_000 + "1.5," * 100_000)[:-1] + "]}"
    for number in range(30):
        (root / "personas" / f"many{number}.json").write_text(many.replace('"n"', f'"n{number}"'))
        (root / "personas" / f"named{number}.json").write_text(
            json.dumps({"name": "n" * 500_000, "e": "é" * 100_000})
        )
    for number in range(3_000):
        (root / "personas" / f"broken{number:05}.json").write_text('{"name": "x",}')


def _search(rand: random.Random) -> tuple[str, None]:
    words = [
        "a",
        "b",
        "a*",
        '"a a"',
        '"a b a b"',
        "aa",
        "a" * 900 + "b",
        "É" * 40,
        "東",
        "n*",
        '"' + "a " * 40 + '"',
    ]
    number = rand.choice([1, 2, 5, 40])
    text = rand.choice([" ", " OR "]).join(rand.choices(words, k=number))[:1_000]
    return f"/v1/search?limit={rand.choice([1, 20, 1000])}&q={quote(text)}", None


def _documents(rand: random.Random) -> tuple[str, None]:
    conditions = [
        "x contains 1.5",
        "text contains " + "a" * 300 + "b",
        "@tags contains 7",
        "x[99999] exists",
        "a.b.c!=1",
    ]
    chosen = rand.choices(conditions, k=rand.choice([0, 1, 8, 20]))
    order, fields = rand.choice(["id", "-name", "file_path"]), rand.choice(["all", "summary"])
    where = (
        "".join(f"&where={quote(one)}" for one in chosen)[:7_000].rpartition("&")[0]
        if len(chosen) > 1
        else ""
    )
    return f"/v1/documents?limit=1000&order={order}&fields={fields}{where}", None


QUESTIONS: dict[str, Question] = {
    "/v1/search": _search,
    "/v1/documents": _documents,
    "/v1/documents/{id}": lambda rand: (
        f"/v1/documents/persona/{rand.choice(['many0', 'named1', 'words2', 'x' * 4_000])}", None,
    ),
    "/v1/changes": lambda rand: (f"/v1/changes?limit={rand.choice([1, 1000])}", None),
    "/v1/problems": lambda rand: (f"/v1/problems?limit={rand.choice([1, 1000])}", None),
    "/v1/held": lambda _: ("/v1/held", None),
    "/v1/status": lambda _: ("/v1/status", None),
    "/readyz": lambda rand: (f"/readyz?verbose{'&exclude=x' * rand.choice([0, 700])}", None),
    "/metrics": lambda _: ("/metrics", None),
    "/v1/reload": lambda rand: (
        "/v1/reload", {"scopes": [f"z{n:x}" for n in range(rand.choice([1, 400, 2_000, 7_700]))], "timeout": 100},
    ),
    "/v1/wait": lambda rand: ("/v1/wait", {"paths": [f"z{n:x}" for n in range(rand.choice([1, 7_700]))]}),
}  # fmt: skip

COMMANDS: dict[str, list[str]] = {
    "query, one step": ["query", "--timeout", "2", "SELECT instr(printf('%.*c',30000000,'a'),printf('%.*c',1000000,'a')||'b')"],
    "query, blobs": [
        "query", "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c LIMIT 100) SELECT zeroblob(50000000) FROM c",
    ],
    "query, documents": ["query", "SELECT document FROM documents"],
    "list": ["list"],
    "list --json": ["list", "--json"],
    "export": ["export"],
    "export --format csv": ["export", "--format", "csv"],
    "search": ["search", "a"],
    "problems --json": ["problems", "--json"],
    "tags --json": ["tags", "--json"],
    "changes --json": ["changes", "--json"],
}  # fmt: skip


class Daemon:
    """A docsync that runs, seen from outside."""

    def __init__(self, root: Path, seconds: float) -> None:
        self.root, self.seconds = root, seconds
        self.database, self.stop = start_docsync(root)
        answer = self.ask("/v1/status", None, 30)[1]
        self.pid: int = json.loads(answer)["pid"]

    def ask(self, path: str, body: dict[str, object] | None, seconds: float) -> tuple[float, bytes]:
        """Seconds and the body of the answer; what is given up has none."""
        connection, begun = (
            _UnixConnection(self.database.with_name("docsync.sock"), seconds),
            time.perf_counter(),
        )
        try:
            text = None if body is None else json.dumps(body)
            headers = {"Docsync-Request": "1", "Content-Type": "application/json"}
            connection.request("GET" if body is None else "POST", path, text, headers)
            return time.perf_counter() - begun, connection.getresponse().read()
        except (OSError, HTTPException):
            return float("inf"), b""
        finally:
            connection.close()

    def cpu(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self, name: str) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text("ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024

    def measure(self, asked: list[tuple[str, dict[str, object] | None]]) -> tuple[float, float, float, float]:
        """CPU seconds and MiB that *asked*, all at once, took; and how long a save and /livez took meanwhile."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5", "ascii")
        cpu, memory = self.cpu(), self.memory("VmRSS")
        with ThreadPoolExecutor(len(asked)) as pool:
            answers = [pool.submit(self.ask, path, body, self.seconds) for path, body in asked]
            time.sleep(0.05)
            live = time.perf_counter()
            self.ask("/livez", None, self.seconds)
            live, saved = time.perf_counter() - live, time.perf_counter()
            (self.root / "personas" / "saved.json").write_text(json.dumps({"name": "s", "at": saved}))
            self.ask("/v1/wait", {"paths": ["personas/saved.json"], "timeout": self.seconds}, self.seconds)
            saved = time.perf_counter() - saved
            for one in answers:
                one.result()
        return self.cpu() - cpu, self.memory("VmHWM") - memory, saved, live


def measure_stop(root: Path, seconds: float, asked: tuple[str, dict[str, object] | None]) -> float:
    """How long a stop takes while four of *asked* are under way."""
    daemon = Daemon(root, seconds)
    with ThreadPoolExecutor(CROWD) as pool:
        for _ in range(CROWD):
            pool.submit(daemon.ask, *asked, seconds)
        time.sleep(0.3)
        os.kill(daemon.pid, 15)
        begun = time.perf_counter()
        while Path(f"/proc/{daemon.pid}/exe").exists() and time.perf_counter() - begun < seconds:
            time.sleep(0.02)
        took = time.perf_counter() - begun
        if took >= seconds:
            os.kill(daemon.pid, 9)
    daemon.stop()
    return took


def measure_command(root: Path, arguments: list[str], seconds: float) -> str:
    command = [sys.executable, "-m", "docsync", "-C", str(root), *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        begun = time.perf_counter()
        while (found := os.wait4(process.pid, os.WNOHANG))[0] == 0 and time.perf_counter() - begun < seconds:
            time.sleep(0.02)
        if found[0] == 0:
            process.kill()
            found = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(found[1])
    usage = found[2]
    took = time.perf_counter() - begun
    mark = ">" if took >= seconds else " "
    return (
        f"{mark}{took:7.2f} s {usage.ru_utime + usage.ru_stime:7.2f} s CPU {usage.ru_maxrss / 1024:8.0f} MiB"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    rand = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_project(root)
        print(
            f"{'endpoint':22} {'CPU':>7} {'MiB':>6}   four: {'CPU':>6} {'MiB':>6} {'save':>6} {'livez':>6}   stop"
        )
        for name, question in QUESTIONS.items():
            daemon = Daemon(root, given.seconds)
            tried = []
            for _ in range(given.rounds):
                asked = question(rand)
                tried.append((*daemon.measure([asked])[:2], asked))
                if daemon.cpu() > 3 * given.seconds:
                    break
            cpu, _, dearest = max(tried, key=lambda one: one[0])
            memory = max(one[1] for one in tried)
            four = daemon.measure([dearest] * CROWD)
            os.kill(daemon.pid, 9)
            daemon.stop()
            stop = measure_stop(root, given.seconds, dearest)
            figures = " ".join(
                f"{one:6.2f}" if place != 1 else f"{one:6.0f}" for place, one in enumerate(four)
            )
            print(f"{name:22} {cpu:7.2f} {memory:6.0f}         {figures}  {stop:5.2f}", flush=True)
        for name, arguments in COMMANDS.items():
            print(f"{name:22} {measure_command(root, arguments, given.seconds)}", flush=True)


if __name__ == "__main__":
    main()
