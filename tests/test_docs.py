"""The README is true: every command it shows is run here, on a copy of the bundled project."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docsync.cli.root import COMMANDS
from tests.daemon.running import Daemon

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Installation lines: the first is the second with less to install, and the second is how these tests came to run in CI.
INSTALL = "python3 -m venv .venv && .venv/bin/pip install -q "


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def commands(text: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


@pytest.fixture
def bundled(tmp_path: Path) -> Iterator[Daemon]:
    root = tmp_path / "clone"
    for folder in ("personas", "prompts"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copy(ROOT / "docsync.toml", root)
    daemon = Daemon(root)
    daemon.port = free_port()
    daemon.environ |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DOCSYNC_ADMIN__ENABLED": "true",
        "DOCSYNC_ADMIN__PORT": str(daemon.port),
    }
    yield daemon
    daemon.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(line: str, daemon: Daemon) -> str:
    """Run one line of the README in the clone; what it printed."""
    line = line.replace(":8787", f":{daemon.port}").replace("/tmp/", f"{daemon.root.parent}/")
    result = subprocess.run(
        ["bash", "-c", line], cwd=daemon.root, env=daemon.environ, text=True, capture_output=True
    )
    assert result.returncode == 0, f"{line}\n{result.stdout}{result.stderr}"
    return result.stdout


def test_the_two_set_up_commands_are_the_only_lines_that_install() -> None:
    lines = [line for line in commands(README) if "pip" in line]
    assert lines == [
        f"{INSTALL}. && .venv/bin/docsync run",
        f"{INSTALL}-e '.[test]' && .venv/bin/python -m pytest -n 4 --dist worksteal",
    ]


def test_what_the_readme_tries_works(bundled: Daemon) -> None:
    install, *lines = commands(section("Try it"))
    assert install.endswith("docsync run")
    bundled.start()
    printed = {}
    for line in lines:
        if shutil.which(line.split()[0], path=bundled.environ["PATH"]) or line.split()[0] not in (
            "sqlite3",
            "curl",
        ):
            printed[line] = run(line, bundled)
    silent = ("sed", "cp", "echo", "docsync wait &&", "docsync stop")
    assert [line for line, output in printed.items() if not output and not line.startswith(silent)] == []
    get, problems = (
        next(o for line, o in printed.items() if word in line) for word in ("docsync get", "docsync problems")
    )
    assert "Formal, warm, relentless" in get
    assert (
        "personas/support-team/field-engineer.json:1:18: error[json-syntax]: trailing comma before '}'"
        in problems
    )
    assert bundled.process
    assert bundled.process.wait(5) == 0
    bundled.process = None


def test_the_python_of_the_readme_works(bundled: Daemon) -> None:
    bundled.run("sync")
    (source,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    result = subprocess.run(
        [sys.executable, "-c", source], cwd=bundled.root, env=bundled.environ, text=True, capture_output=True
    )
    assert result.returncode == 0, result.stderr
    first, *rest = result.stdout.splitlines()
    assert first == "Marguerite D'Aubigné Dumfries"
    assert rest


def test_a_project_of_ones_own_starts_as_the_readme_says(bundled: Daemon, tmp_path: Path) -> None:
    init, check, start = commands(section("In your own project"))
    own = Daemon(tmp_path / "own")
    for folder in ("personas", "prompts"):
        (own.root / folder).rmdir()
    own.environ = bundled.environ
    own.port = bundled.port
    run(init, own)
    run(check, own)
    assert start == "docsync run"
    own.start()
    assert own.documents() == 2
    assert own.stop() == 0


def test_every_command_in_the_table_exists_and_every_command_is_in_the_table() -> None:
    table = section("Commands")
    cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    shown = {
        word.removeprefix("docsync ").split()[0] for cell in cells for word in re.findall(r"`([^`]*)`", cell)
    }
    assert shown == set(COMMANDS)


def test_the_benchmark_of_the_readme_runs() -> None:
    assert "python -m benchmarks.save_to_row" in README
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.save_to_row", "3"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert "x the floor" in result.stdout


PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
"""Every page that people read."""


def names(page: Path) -> str:
    """The name of a page, for the names of tests."""
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """What a link may name after the sign #, as GitHub makes it of each heading."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", page.read_text("utf-8"))  # what is quoted as code is no link
    targets = [link for link in re.findall(r"\]\(([^)\s]*)\)", text) if not link.startswith("http")]
    wrong = []
    for target in targets:
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            wrong.append(target)
    assert wrong == []


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name != "design.md"], ids=names
)  # see test_design.py
def test_every_file_of_ours_that_a_page_names_is_there(page: Path) -> None:
    paths = re.findall(r"[` ]((?:tests|docsync|benchmarks|docs)/[\w./*-]*)", page.read_text("utf-8"))
    there = [path for path in paths if not re.search(r"NAME|my_rule", path)]  # a recipe's new file
    assert [path for path in there if not list(ROOT.glob(path.rstrip("/.")))] == []


def test_no_file_names_a_path_of_some_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, text=True, capture_output=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    texts = {
        name: (ROOT / name).read_bytes() for name in listed.stdout.splitlines() if (ROOT / name).is_file()
    }
    private = re.compile(rb"/(?:work|root)/")
    assert [
        name for name, text in texts.items() if private.search(text) and name != "tests/test_docs.py"
    ] == []
