"""What a hostile file costs: CPU time and memory from its bytes to its row, beside an ordinary JSON parse in the same run.

    python -m benchmarks.hostile [--format json] [--only WORDS] [--above 100] [--schemas]

Each file of `benchmarks.attack` is loaded as the daemon loads it (read, parsed, references looked for, reviewed with a
schema and redaction) and written over the row of a slightly other one, in a process of its own. CPU milliseconds are the
best of three; memory is how far the resident set grew at most, in MiB; a floor is json.loads of 1 MiB of personas in that
process. A "!" marks what takes more than 250 ms or 64 MiB.
"""

import argparse
import gc
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw

from benchmarks.attack import SCHEMAS, SHAPES
from benchmarks.attack.filling import MIB
from benchmarks.attack.json_file import people
from docsync.cli.main import COLLECTOR
from docsync.clock import Clock
from docsync.lint.schema import compile_schema
from docsync.model import ParsedFile, Timing
from docsync.names import Collection
from docsync.policy.grace_period import GracePeriod
from docsync.store.connection import open_writer
from docsync.store.sqlite import SqliteStore
from docsync.sync.batch.look import LookContext
from docsync.sync.batch.review import DocumentRules
from docsync.sync.setup import Settings, build_loader

ROUNDS = 3
MAX_SECONDS = 20  # CPU; a file that takes longer is said to hang
LIMIT_MS, LIMIT_MIB = 250, 64
Figures = dict[str, float]


class Bench:
    """A project of one collection, whose one file is loaded and written again and again."""

    def __init__(self, root: Path, connection: apsw.Connection, format_name: str, schema: str) -> None:
        self._path = f"d/x.{format_name}"
        self._file = root / self._path
        self._file.parent.mkdir()
        collection = Collection("document", "d", (f"**/*.{format_name}",), format_name, index=("a.b",))
        settings = Settings(root, (collection,), redact_secrets=True)
        rules = DocumentRules(
            redact_secrets=True,
            schemas={"document": compile_schema("s", json.dumps(SCHEMAS[schema]).encode())},
        )
        self._store = SqliteStore(connection, lambda: "2026-01-01T00:00:00.000Z")
        self._store.declare([collection], {"document": "benchmark"})
        self._loader = build_loader(settings.tree(), GracePeriod(Timing(0, 0, 0), 20), rules)
        self._parse, self._loader._parse = self._loader._parse, self._timed  # noqa: SLF001  # to tell the steps apart
        self._parsed_s = 0.0

    def _timed(self, format_name: str, path: str, octets: bytes) -> ParsedFile:
        begun = time.process_time()
        parsed = self._parse(format_name, path, octets)
        self._parsed_s = time.process_time() - begun
        return parsed

    def run(self, octets: bytes) -> Figures:
        """CPU milliseconds of each step for *octets*."""
        self._file.write_bytes(octets)
        now_ns = time.monotonic_ns()
        look = LookContext((self._path,), now_ns, Clock(lambda: now_ns), {}, lambda _: 0, {}, frozenset())
        begun = time.process_time()
        change = self._loader.load(self._path, look)
        loaded = time.process_time()
        self._store.apply([change] if change else [])
        written = time.process_time()
        parse_ms, load_ms, write_ms = self._parsed_s * 1e3, (loaded - begun) * 1e3, (written - loaded) * 1e3
        return {"parse": parse_ms, "review": load_ms - parse_ms, "write": write_ms, "all": load_ms + write_ms}


def measured(format_name: str, schema: str, octets: bytes) -> Figures:
    """The best figures of some rounds, and the memory of the first."""
    with tempfile.TemporaryDirectory() as folder, open_writer(Path(folder) / "docsync.db") as connection:
        bench = Bench(Path(folder), connection, format_name, schema)
        for warm in (b'{"a": {"token": "x"}}', b"---\nname: A\n---\n{{x}}", b"a: no\n", b'a = "x"\n'):
            bench.run(warm)
        before = resident("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
        rounds = [bench.run(octets)]
        grown = resident("VmHWM") - before
        rounds += [bench.run(octets + b"\n" * (number % 2)) for number in range(1, ROUNDS)]
    best = min(rounds, key=lambda figures: figures["all"])
    return best | {"MiB": grown, "floors": best["all"] / floor_ms()}


def resident(name: str) -> float:
    """A figure of this process in MiB, as the kernel keeps it."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines[name].split()[0]) / 1024


def answer(
    queue: "multiprocessing.SimpleQueue[Figures]", format_name: str, schema: str, octets: bytes
) -> None:
    gc.set_threshold(*COLLECTOR)  # as the daemon does
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    queue.put(measured(format_name, schema, octets))


def apart(format_name: str, schema: str, octets: bytes) -> Figures | None:
    """The figures from a process of its own; None where that did not live to tell them."""
    queue: multiprocessing.SimpleQueue[Figures] = multiprocessing.SimpleQueue()
    worker = multiprocessing.Process(target=answer, args=(queue, format_name, schema, octets))
    worker.start()
    worker.join()
    return queue.get() if worker.exitcode == 0 else None


def floor_ms(repeats: int = 40) -> float:
    text = people().decode()
    begun = time.process_time()
    for _ in range(repeats):
        json.loads(text)
    return (time.process_time() - begun) * 1e3 / repeats


def cases(asked: argparse.Namespace) -> Iterator[tuple[str, str, str, Callable[[], bytes]]]:
    for format_name in [asked.format] if asked.format else SHAPES:
        for name, make in SHAPES[format_name].items():
            for schema in SCHEMAS if asked.schemas else [""]:
                if asked.only in name:
                    yield format_name, schema, name, make


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--format", choices=SHAPES)
    parser.add_argument("--only", default="", help="files whose names hold these words")
    parser.add_argument("--above", type=float, default=0, help="print only what takes more CPU milliseconds")
    parser.add_argument("--schemas", action="store_true", help="once with each schema")
    asked = parser.parse_args()
    print(f"floor {floor_ms():.1f} ms: json.loads of {MIB} bytes of personas")
    print(f"{'':60} {'parse':>6} {'review':>6} {'write':>6} {'all ms':>7} {'floors':>6} {'MiB':>6}")
    for format_name, schema, name, make in cases(asked):
        octets = make()
        figures = apart(format_name, schema, octets)
        title = f"{format_name}: {name}{f' ({schema})' if schema else ''}"[:60]
        if figures is None:
            print(f"{title:60} hangs or dies", flush=True)
        elif figures["all"] > asked.above or figures["MiB"] > LIMIT_MIB * 0.75:
            steps = " ".join(f"{figures[step]:6.0f}" for step in ("parse", "review", "write"))
            over = " !" if figures["all"] > LIMIT_MS or figures["MiB"] > LIMIT_MIB else ""
            print(
                f"{title:60} {steps} {figures['all']:7.0f} {figures['floors']:6.1f} {figures['MiB']:6.0f}{over}",
                flush=True,
            )


if __name__ == "__main__":
    main()
