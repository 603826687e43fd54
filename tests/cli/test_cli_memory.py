"""What a command holds in memory does not grow with the number of rows that it prints, as lines and as JSON."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from docsync.store.connection import open_writer
from docsync.store.transaction import transaction
from tests.cli.conftest import Shell, environment

FEW, MANY = 200, 40_000
MAX_GROWTH_KIB = 20 * 1024
"""A page, with room for what Python keeps; all rows at once take a multiple."""

# The peak of its own: what the kernel tells the parent includes the parent's.
_CHILD = """
import os, sys
from docsync.cli.command_line import run
code = run(sys.argv[1:], os.environ)
with open("/proc/self/status") as status:
    os.write(2, next(line for line in status if line.startswith("VmHWM")).encode())
sys.exit(code)
"""
_NUMBERS = f"WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n LIMIT {MANY})"
_LONG = "printf('%0400d', n)"
_ROWS = {
    "problems": f"INSERT INTO problems {_NUMBERS} SELECT 'personas/b' || n || '.json', 0, 'error', 'json-syntax', 1, 1, "
    f"NULL, {_LONG}, NULL, '[]', '2026-01-01T00:00:00.000Z' FROM n",
    "held": f"INSERT INTO files {_NUMBERS} SELECT 'personas/' || {_LONG} || '.json', 'persona', 'persona/' || {_LONG}, "
    "1, 1, 1, 1, 1, 0, NULL, 1, NULL, NULL, 'held' FROM n",
    "documents": f"INSERT INTO documents {_NUMBERS} SELECT 'persona/' || {_LONG}, 'persona', 'n', '{{}}', "
    f"'personas/' || {_LONG} || '.json', 't', 't', 't', NULL, '[]', 'c', 'r', 1, '{{}}' FROM n",
    "problems of held": f"INSERT INTO problems {_NUMBERS} SELECT 'personas/' || {_LONG} || '.json', 0, 'error', 'held', 1, 1, "
    "NULL, 'm', NULL, '[]', '2026-01-01T00:00:00.000Z' FROM n",
    "tags": f"INSERT INTO document_tags {_NUMBERS} SELECT 'persona/ada', {_LONG} FROM n",
    "changes": f"INSERT INTO changes {_NUMBERS} SELECT NULL, 2, 'persona/' || {_LONG}, 'persona', 'delete', NULL, 't' FROM n",
}


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """One with few rows of each kind, and one with many."""
    made = {}
    for count in (FEW, MANY):
        root = made[count] = tmp_path_factory.mktemp(f"rows{count}")
        shell = Shell(root, lambda: ("", ""))
        shell.persona("ada")
        (root / "prompts").mkdir()
        assert shell.spawn("sync").code == 0
        with open_writer(root / ".docsync/docsync.db") as connection, transaction(connection):
            for statement in _ROWS.values():
                connection.execute(statement.replace(f"LIMIT {MANY}", f"LIMIT {count}"))
    return made


def peak_kib(root: Path, arguments: list[str], out: Path) -> int:
    """How much memory the command took at most, in a process of its own."""
    with out.open("wb") as file:
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, *arguments],
            cwd=root,
            env=environment(),
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
            timeout=300,
        )
    assert done.returncode == 0, done.stderr
    return int(done.stderr.split("VmHWM:")[1].split()[0])


@pytest.mark.parametrize("as_json", [False, True], ids=["lines", "json"])
@pytest.mark.parametrize(
    ("command", "name", "least"),
    [
        (["problems"], "problems", MANY),
        (["held"], "held", MANY),
        (["tags"], "tags", MANY),
        (["changes", "--since", "start"], "changes", MANY),
        (["changes", "--since", "1"], "changes", MANY),
        (["list"], "documents", MANY),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_memory_does_not_grow_with_the_rows(
    projects: dict[int, Path], tmp_path: Path, command: list[str], name: str, least: int, *, as_json: bool
) -> None:
    flags = ["--json"] if as_json else []
    few = peak_kib(projects[FEW], [*command, *flags], tmp_path / "few")
    many = peak_kib(projects[MANY], [*command, *flags], tmp_path / "many")
    print(f"{' '.join([*command, *flags])}: {few / 1024:.0f} MiB, {many / 1024:.0f} MiB with {MANY} rows")
    text = (tmp_path / "many").read_text("utf-8")
    assert len(json.loads(text)[name] if as_json else text.splitlines()) >= least
    assert many - few < MAX_GROWTH_KIB
