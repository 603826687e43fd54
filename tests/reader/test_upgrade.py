"""Services beside a docsync of another version: an open reader reads on, a new one raises NoDatabase."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docsync.errors import NoDatabase
from docsync.reader import open_reader
from docsync.store.connection import open_writer
from docsync.store.migration import SCHEMA_VERSION
from tests.store.fixture import list_versions, load
from tests.store.kill_series import LineProcess, start_process
from tests.store.later import make_later_release
from tests.store.upgrade import Release, make_release, read_schema_of_today, use_release

_SERVICE = """
import json, sys
import docsync.reader.commit_poll
from docsync.errors import NoDatabase
from docsync.reader import open_reader

docsync.reader.commit_poll._REPLACEMENT_SECONDS = 0.1
reader = open_reader(**json.loads(sys.argv[1]), on_fallback=lambda error: None)
cursor = reader.cursor()
questions = {
    "get": lambda: reader.get("persona/team/ana").description,
    "find": lambda: [row.description for row in reader.find(type="persona", order="name", limit=2)],
    "search": lambda: [hit.row.name for hit in reader.search("deutsch ana")],
    "tags": lambda: [count.tag for count in reader.tags(type="prompt_template")],
    "count": lambda: dict(reader.count()),
    "references": lambda: [reference.status for reference in reader.references("prompt_template/hello")],
    "problems": lambda: [listed.problem.code for listed in reader.problems()],
    "held": lambda: [held.id for held in reader.held()],
    "revision": lambda: reader.revision(),
    "changes": lambda: len(reader.changes(cursor)),
    "watch": lambda: [len(changes) for changes in reader.watch(cursor, timeout=0)],
    "wait": lambda: reader.wait(0, 0).revision,
}
snapshot = reader.snapshot()
for line in sys.stdin:
    [word] = json.loads(line)
    try:
        if word == "snapshot":
            answer = snapshot.__enter__()
        elif word == "end":
            answer = snapshot.__exit__(None, None, None)
        else:
            answer = questions[word]()
    except NoDatabase as error:
        answer = str(error)
    print(json.dumps([reader.source, answer]), flush=True)
"""
NEWER = (
    f"made by a newer docsync (tables {SCHEMA_VERSION + 1}, this one knows {SCHEMA_VERSION}); upgrade docsync"
)
AFTERWARDS = {
    "get": "auf Deutsch",
    "find": ["auf Deutsch", "auf Deutsch"],
    "search": ["Ana"],
    "tags": ["calm"],
    "count": {"note": 3, "persona": 7, "prompt_template": 1},
    "references": ["ok", "missing", "not_checked"],
    "held": ["note/one", "note/two"],
    "changes": 7,
    "watch": [7],
}
"""What a service of today reads from the tables of the made-up release."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = load(list_versions()[-1], tmp_path / ".docsync" / "docsync.db")
    with open_writer(path):  # it is of today's version now
        return path


@pytest.fixture
def service(database: Path) -> Iterator[LineProcess]:
    """A service of today's docsync, in a process of its own, that has asked once."""
    with start_process("-c", _SERVICE, json.dumps({"database": str(database)})) as process:
        assert process.ask("get") == ["database", None]
        yield process


@pytest.fixture
def later(tmp_path: Path) -> Release:
    return make_later_release(tmp_path / "later")


def upgrade(database: Path, release: Release) -> None:
    with use_release(release), open_writer(database):
        pass


@pytest.mark.parametrize("question", AFTERWARDS)
def test_a_service_that_is_open_reads_on(
    question: str, service: LineProcess, database: Path, later: Release
) -> None:
    service.ask(question)
    upgrade(database, later)
    assert service.ask(question) == ["database", AFTERWARDS[question]]


def test_each_step_is_a_revision(service: LineProcess, database: Path, later: Release) -> None:
    _, revision = service.ask("revision")
    upgrade(database, later)
    assert service.ask("wait") == ["database", revision + 2]


def test_a_snapshot_stays_as_it_is_until_it_ends(
    service: LineProcess, database: Path, later: Release
) -> None:
    service.ask("snapshot")
    before = [service.ask(question) for question in AFTERWARDS if question != "watch"]
    upgrade(database, later)
    assert [service.ask(question) for question in AFTERWARDS if question != "watch"] == before
    service.ask("end")
    assert service.ask("get") == ["database", "auf Deutsch"]


@pytest.mark.parametrize("question", ["get", "find", "search", "held", "changes", "watch"])
def test_a_service_whose_table_was_removed_is_asked_to_upgrade(
    question: str, service: LineProcess, database: Path, tmp_path: Path
) -> None:
    """A migration keeps the tables that services query, but not docsync's own."""
    tables = ("documents", "documents_fts", "changes")
    step = "".join(f"ALTER TABLE {name} RENAME TO old_{name};" for name in tables)
    upgrade(database, make_release(tmp_path / "later", step))
    for _ in range(2):
        assert service.ask(question) == ["database", f"{database}: {NEWER}"]


def test_a_service_that_opens_newer_tables_is_asked_to_upgrade(database: Path, tmp_path: Path) -> None:
    upgrade(database, make_release(tmp_path / "later", "CREATE TABLE later (x ANY) STRICT"))
    with pytest.raises(NoDatabase) as refused:
        open_reader(database=database)
    assert str(refused.value) == f"{database}: {NEWER}"


def test_a_service_that_opens_older_tables_reads_the_files_meanwhile(database: Path, tmp_path: Path) -> None:
    project = database.parent.parent
    (project / "docsync.toml").touch()
    reasons: list[Any] = []
    step = "CREATE TABLE later (x ANY) STRICT;\n"
    later = make_release(tmp_path / "later", step, schema=read_schema_of_today() + step)
    with use_release(later), open_reader(project, on_fallback=reasons.append) as reader:
        assert reader.version().source == "files"
        assert "made by an older docsync" in str(reasons)
        with open_writer(database):
            assert reader.version().source == "database"
