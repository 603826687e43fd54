"""How long the reading commands take from the shell, beside Python itself and the import of click.

    python -m benchmarks.start [ROUNDS=20]

In a project of a few documents, so that what is measured is the start. The bytecode lies in a folder of its own, as that
of an installed docsync lies beside it: without any, each start would compile docsync anew. Milliseconds, the shortest and
the median; "by click" is the median beside that of `import click`, and is what can be compared from machine to machine.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

DOCSYNC = [sys.executable, "-m", "docsync"]
COMMANDS = {
    "python": [sys.executable, "-c", "pass"],
    "import click": [sys.executable, "-c", "import click"],
    "docsync get": [*DOCSYNC, "get", "persona/a"],
    "docsync list": [*DOCSYNC, "list", "--limit", "5"],
    "docsync search": [*DOCSYNC, "search", "calm"],
}


def timed(command: list[str], folder: Path, environ: dict[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environ, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", type=int, nargs="?", default=20)
    rounds = parser.parse_args().rounds
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
        turns = [
            {name: timed(command, project, environ) for name, command in COMMANDS.items()}
            for _ in range(rounds)
        ]
    click = median(turn["import click"] for turn in turns)
    for name in COMMANDS:
        times = [turn[name] for turn in turns]
        print(
            f"{name:16} least {min(times) * 1e3:6.1f}  p50 {median(times) * 1e3:6.1f}  by click {median(times) / click:.2f}"
        )


if __name__ == "__main__":
    main()
