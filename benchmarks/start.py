"""How much time the reading commands take of a processor, beside Python itself and the import of click.

    python -m benchmarks.start [ROUNDS=20]

In a project of a few documents, so that what is measured is the start. The bytecode lies in a folder of its own, as that
of an installed docsync lies beside it: without any, each start would compile docsync anew. Milliseconds, the shortest and
the median; "by click" is the median beside that of `import click`, and is what can be compared from machine to machine.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure

DOCSYNC = [sys.executable, "-m", "docsync"]
COMMANDS = {
    "python": [sys.executable, "-c", "pass"],
    "import click": [sys.executable, "-c", "import click"],
    "docsync --version": [*DOCSYNC, "--version"],
    "docsync --help": [*DOCSYNC, "--help"],
    "docsync get": [*DOCSYNC, "get", "persona/a"],
    "docsync list": [*DOCSYNC, "list", "--limit", "5"],
    "docsync search": [*DOCSYNC, "search", "calm"],
}


def timed(command: list[str], folder: Path, environ: dict[str, str]) -> float:
    """Seconds of a processor, which other work on the machine changes less than those on the clock."""
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=environ, stdout=subprocess.DEVNULL, check=True)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime


def measure(rounds: int) -> list[dict[str, float]]:
    """The seconds of each command, by its name, in so many turns."""
    root = Path(__file__).parent.parent
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        (project / "personas").mkdir(parents=True)
        for name in "abc":
            (project / f"personas/{name}.json").write_text('{"name": "Ana", "story": "calm"}')
        environ = {**os.environ, "PYTHONPATH": str(root), "PYTHONPYCACHEPREFIX": f"{folder}/bytecode"}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        subprocess.run(
            [*DOCSYNC, "sync", "-q"], cwd=project, env=environ, stdout=subprocess.DEVNULL, check=True
        )
        for command in COMMANDS.values():  # writes the bytecode
            timed(command, project, environ)
        return [
            {name: timed(command, project, environ) for name, command in COMMANDS.items()}
            for _ in range(rounds)
        ]


def list_figures(rounds: int) -> list[Figure]:
    """Every command of docsync beside the import of click."""
    turns = measure(rounds)
    taken = {name: tuple(turn[name] * 1e3 for turn in turns) for name in COMMANDS}
    return [
        Figure("start", name, "ms of CPU", times, taken["import click"])
        for name, times in taken.items()
        if name.startswith("docsync")
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", type=int, nargs="?", default=20)
    turns = measure(parser.parse_args().rounds)
    click = median(turn["import click"] for turn in turns)
    for name in COMMANDS:
        times = [turn[name] for turn in turns]
        print(
            f"{name:17} least {min(times) * 1e3:6.1f}  p50 {median(times) * 1e3:6.1f}  by click {median(times) / click:.2f}"
        )


if __name__ == "__main__":
    main()
