"""What it costs to read and parse one file of each kind, beside what the parsers underneath cost alone.

    python -m benchmarks.parsing [FOLDER]

CPU microseconds a file, the median of some rounds in one run. FOLDER is any tree of files; without it, one is made. `read` is
the file tree's reading, `parse` the format, `review` the rules of lint; the floors are `read_bytes()`, `json.loads`, and the
events of libyaml for the front matter alone. Figures of two machines cannot be compared; the ratios can.
"""

import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import yaml

from benchmarks.figure import Figure
from benchmarks.tree import write_tree
from docsync.cli.main import COLLECTOR
from docsync.formats import parse
from docsync.formats.yaml_front_matter import blank_fences
from docsync.names import Collection
from docsync.scan.tree import FileTree
from docsync.sync.batch.review import DocumentRules, ReadFile, Review

_ROUNDS = 15
_MAX_FILES = 600  # of one kind: more would only take longer
_MAX_BYTES = 1_048_576
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

File = tuple[str, bytes]


def read_events(octets: bytes) -> None:
    for _ in yaml.parse(blank_fences(octets.decode("utf-8-sig")), Loader=_Loader):
        pass


def load_json(octets: bytes) -> None:
    json.loads(octets)


FLOORS: dict[str, Callable[[bytes], None]] = {"json": load_json, "prompty": read_events}


def find_good(root: Path, collection: Collection) -> list[File]:
    """The files of *collection* that its format takes, and their bytes."""
    files = sorted(root.rglob(collection.include[0].removeprefix("**/")))
    found = ((path.relative_to(root).as_posix(), path.read_bytes()) for path in files if path.is_file())
    good = (one for one in found if collection.matches(one[0]) and parse(collection.format, *one).content)
    return list(good)[:_MAX_FILES]


def measure(files: list[File], once: Callable[[File], object], rounds: int = _ROUNDS) -> list[float]:
    """Microseconds of CPU that *once* takes for one of *files*, in each round."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        for file in files:
            once(file)
        times.append((time.process_time() - begun) / len(files) * 1e6)
    return times


def list_steps(
    root: Path, collection: Collection, files: Iterable[File]
) -> list[tuple[str, Callable[[File], object]]]:
    """What is measured, by its name."""
    tree, review = FileTree(root, [collection], _MAX_BYTES), Review(DocumentRules())
    tree.scan([""])
    contents = {path: parse(collection.format, path, octets) for path, octets in files}

    def look_over(file: File) -> object:
        content = contents[file[0]].content
        assert content is not None
        return review.review(ReadFile(file[0], collection, file[1]), content, ())

    return [
        ("read_bytes()", lambda file: (root / file[0]).read_bytes()),
        ("read", lambda file: tree.read(file[0])),
        ("floor", lambda file: FLOORS[collection.format](file[1])),
        ("parse", lambda file: parse(collection.format, *file)),
        ("review", look_over),
    ]


def report(root: Path) -> None:
    for format_name in FLOORS:
        collection = Collection("any", ".", (f"**/*.{format_name}",), format_name)
        files = find_good(root, collection)
        if not files:
            continue
        size = sum(len(octets) for _, octets in files) / len(files) / 1000
        print(f"{format_name}: {len(files)} files of {size:.1f} KB")
        for name, once in list_steps(root, collection, files):
            print(f"  {name:14} {statistics.median(measure(files, once)):8.1f} µs", flush=True)


def list_figures(personas: int, rounds: int) -> list[Figure]:
    """Reading beside `read_bytes()`, and parsing beside the parser underneath."""
    figures = []
    gc.set_threshold(*COLLECTOR)  # as every command does
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_tree(root, personas)
        for format_name in FLOORS:
            collection = Collection("any", ".", (f"**/*.{format_name}",), format_name)
            files = find_good(root, collection)
            steps = list_steps(root, collection, files)
            taken = {name: tuple(measure(files, once, rounds)) for name, once in steps}
            figures += [
                Figure("one file", f"{format_name}: {name}", "us of CPU", taken[name], taken[floor])
                for name, floor in (("read", "read_bytes()"), ("parse", "floor"))
            ]
    return figures


def main() -> None:
    gc.set_threshold(*COLLECTOR)  # as every command does
    if len(sys.argv) > 1:
        report(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        write_tree(Path(folder), 2000)
        report(Path(folder))


if __name__ == "__main__":
    main()
