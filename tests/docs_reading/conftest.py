"""A daemon beside which the programs of docs/reading.md are run, on the bundled personas and prompts."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.running import Daemon
from tests.docs_reading.page import ROOT

INDEX = 'index = ["demographics.ageGroup"]'


def bundled(root: Path) -> Daemon:
    """A daemon for a copy of the bundled project, not started yet; age groups have an index."""
    daemon = Daemon(root)
    for folder in ("personas", "prompts"):
        shutil.copytree(ROOT / folder, root / folder, dirs_exist_ok=True)
    settings = (ROOT / "docsync.toml").read_text(encoding="utf-8")
    assert f"# {INDEX}" in settings
    (root / "docsync.toml").write_text(settings.replace(f"# {INDEX}", INDEX), encoding="utf-8")
    return daemon


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """One running daemon for all programs: they only read."""
    daemon = bundled(tmp_path_factory.mktemp("reading") / "project")
    daemon.start()
    yield daemon
    daemon.kill()


def run(*command: str, at: Daemon) -> str:
    """What *command* prints, run from within the project in a process of its own."""
    done = subprocess.run(command, cwd=at.root, env=at.environ, text=True, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def python(source: str, *arguments: str, at: Daemon) -> str:
    return run(sys.executable, "-c", source, *arguments, at=at)


def from_environment(name: str) -> str:
    """The path in the variable *name*; the test is skipped where it leads to nothing."""
    path = os.environ.get(name, "")
    if not Path(path).is_absolute() or not Path(path).exists():
        pytest.skip(f"{name} names nothing that is there; .ci/run shows how to install it")
    return path
