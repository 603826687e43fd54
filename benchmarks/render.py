"""What it costs to render a prompt, beside plain Jinja with the same template and values in the same run.

    python -m benchmarks.render [FOLDER=prompts] [ROUNDS=200]

Every .prompty below FOLDER that renders with made values. The three take turns: the floor, which is a compiled template of
Jinja's standard environment rendered to one text; docsync's `render` of a parsed document; and `Reader.render` by id, from
a database. Prints microseconds, the best of the rounds, of the prompt in the middle; "over" are medians of ratios.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import jinja2

from benchmarks.figure import Figure
from docsync.formats import parse
from docsync.reader import Reader, open_reader
from docsync.render.error import RenderError
from docsync.render.render import load_nothing
from tests.render.made import Case

SETTINGS = """[[collections]]
type = "prompt"
path = "prompts"
include = ["**/*.prompty"]
format = "prompty"
"""


def time_of(acts: list[Callable[[], object]], rounds: int) -> list[float]:
    """Microseconds of each, the best of *rounds*, in which they take turns."""
    best = [float("inf")] * len(acts)
    for _ in range(rounds):
        for at, act in enumerate(acts):
            begun = time.perf_counter()
            act()
            best[at] = min(best[at], time.perf_counter() - begun)
    return [seconds * 1e6 for seconds in best]


def measure(document: dict[str, Any], name: str, reader: Reader, rounds: int) -> list[float] | None:
    """The three for one prompt; None where it does not render, or is no Jinja."""
    if document["template"]["format"]["kind"] not in ("jinja2", "nunjucks"):
        return None
    try:
        case = Case(name, document, load_nothing)
        values = case.values(lambda _: "made")
        case.messages(values)
        plain = jinja2.Environment(autoescape=False).from_string(document["body"])
        plain.render(values)
    except (RenderError, jinja2.TemplateError, TypeError, ValueError):
        return None
    by_id = partial(reader.render, f"prompt/{name.removesuffix('.prompty')}", values)
    return time_of([partial(plain.render, values), partial(case.messages, values), by_id], rounds)


def measure_all(folder: str, rounds: int) -> tuple[list[list[float]], int]:
    """The three for each prompt of *folder* that renders, and how many there are."""
    paths = sorted(Path(folder).rglob("*.prompty"))
    with tempfile.TemporaryDirectory() as home:
        root = Path(home)
        for path in paths:
            copy = root / "prompts" / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
        (root / "docsync.toml").write_text(SETTINGS)
        subprocess.run([sys.executable, "-m", "docsync", "-q", "-C", home, "sync"], check=True)
        found = []
        with open_reader(root) as reader:
            for path in paths:
                name = path.relative_to(folder).as_posix()
                content = parse("prompty", name, path.read_bytes()).content
                figures = measure(json.loads(content.document), name, reader, rounds) if content else None
                if figures:
                    found.append(figures)
    return found, len(paths)


def list_figures(folder: str, tries: int, rounds: int) -> list[Figure]:
    """The medians of *rounds* runs over the prompts of *folder*, each the best of so many *tries*."""
    runs = [
        [median(figures) for figures in zip(*measure_all(folder, tries)[0], strict=True)]
        for _ in range(rounds)
    ]
    floor, render, by_id = (tuple(values) for values in zip(*runs, strict=True))
    return [
        Figure("render", "render", "us", render, floor),
        Figure("render", "Reader.render", "us", by_id, floor),
    ]


def main(folder: str, rounds: int) -> None:
    found, count = measure_all(folder, rounds)
    floor, render, by_id = (median(figures) for figures in zip(*found, strict=True))
    result = {
        "prompts": f"{len(found)} of {count}",
        "plain Jinja": round(floor, 1),
        "render": round(render, 1),
        "render over plain Jinja": round(median(one[1] / one[0] for one in found), 2),
        "Reader.render": round(by_id, 1),
        "Reader.render over plain Jinja": round(median(one[2] / one[0] for one in found), 2),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    arguments = dict(zip(("folder", "rounds"), sys.argv[1:], strict=False))
    main(arguments.get("folder", "prompts"), int(arguments.get("rounds", "200")))
