"""docs/reading.md is true: every query and every program it shows is run beside a running daemon."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.daemon.running import PATIENCE, Daemon
from tests.docs_reading.conftest import bundled, from_environment, python, run
from tests.docs_reading.page import PAGE, program, queries, section

BURSAR = "Marguerite D'Aubigné Dumfries"
OLDER = [
    "persona/customers/low-vision-caller",
    "persona/customers/retired-geography-teacher",
    "persona/tutors/meter-maths",
]
# Never in this process: it has read databases with another SQLite library.
ASK = "import json, sqlite3, sys; db = sqlite3.connect('file:.docsync/docsync.db?mode=ro', uri=True, timeout=5.0); "

EPOCH = "SELECT value FROM sync_state WHERE key = 'epoch'"
ANSWERING = {
    "python": f"""
import sys
for _ in sys.stdin:
    print("epoch", documents.ask("{EPOCH}")[0][0], flush=True)
""",
    "js": f"""
import {{ createInterface }} from "node:readline";
for await (const _ of createInterface({{ input: process.stdin }})) {{
  console.log("epoch", documents.ask("{EPOCH}")[0].value);
}}
""",
}


def ask(statement: str, live: Daemon) -> list[list[object]]:
    """What Python's sqlite3 answers."""
    answer = python(f"{ASK}print(json.dumps(db.execute(sys.argv[1]).fetchall()))", statement, at=live)
    found: list[list[object]] = json.loads(answer)
    return found


@pytest.mark.parametrize("statement", queries())
def test_every_query_finds_something(statement: str, live: Daemon) -> None:
    assert ask(statement, live)


def test_the_query_by_a_field_uses_the_index_that_the_settings_ask_for(live: Daemon) -> None:
    (by_field,) = (one for one in queries() if "ageGroup" in one)

    plan = str(ask(f"EXPLAIN QUERY PLAN {by_field}", live))

    assert "USING INDEX documents_path_" in plan
    assert "TEMP B-TREE" not in plan


def test_the_tables_have_the_columns_that_the_page_tells_of(live: Daemon) -> None:
    rows = [
        line.split("|")[1:4]
        for line in section("Tables that a service may use").splitlines()
        if line[:3] == "| `"
    ]
    told = {
        table.strip(" `"): re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", columns))
        for table, _, columns in rows
    }
    # This one is a list of keys.
    assert told.pop("sync_state") == [
        key for (key,) in ask("SELECT key FROM sync_state WHERE key IN ('epoch', 'revision')", live)
    ]

    assert len(told) >= 7
    for table, columns in told.items():
        there = {name for (name,) in ask(f"SELECT name FROM pragma_table_info('{table}')", live)}
        assert set(columns) <= there, table


def test_every_program_of_the_page_is_run_here() -> None:
    headings = {
        title: set(re.findall(r"^```(\w+)$", section(title), re.MULTILINE))
        for title in re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    }

    assert {title: languages for title, languages in headings.items() if languages} == {
        "Queries": {"sql"},
        "Following changes": {"sql"},
        "Python, with docsync's reader": {"python"},
        "Python, with sqlite3": {"python"},
        "Node, with better-sqlite3": {"js"},
        "Node, with Drizzle ORM": {"js"},
        "The sqlite3 shell": {"sh"},
        "Datasette": {"yaml", "sh"},
    }


def test_the_reader_of_docsync_works(live: Daemon) -> None:
    lines = python(program("Python, with docsync's reader", "python"), at=live).splitlines()

    assert lines[0] == "Marguerite D'Aubigné ok Dumfries"
    assert sorted(line.split()[0] for line in lines[1:4]) == OLDER
    assert any("care-home-bursar" in line and "invoice" in line for line in lines[4:])
    assert (
        len([line for line in lines if re.fullmatch(r"[1-9]\d* are (60 or older|written for gpt-4o)", line)])
        == 2
    )
    assert lines[-2].startswith("database ")
    assert lines[-1].endswith(" True"), "what is asked in one state is of one revision"


def test_pythons_sqlite3_works(live: Daemon) -> None:
    lines = python(program("Python, with sqlite3", "python"), at=live).splitlines()

    assert lines[0] == BURSAR
    assert [line.split()[0] for line in lines[1:4]] == OLDER
    assert lines[4:] == ["persona/customers/care-home-bursar"]


def test_a_program_that_runs_on_sees_the_database_that_was_built_anew(tmp_path: Path) -> None:
    epochs_of_a_program_that_runs_on(
        [sys.executable, "-c", runs_on("Python, with sqlite3", "python")], tmp_path
    )


def test_a_program_in_node_sees_it_too(tmp_path: Path) -> None:
    script = node_script(runs_on("Node, with better-sqlite3", "js"), tmp_path)
    epochs_of_a_program_that_runs_on(["node", str(script)], tmp_path)


def runs_on(title: str, language: str) -> str:
    """The program, changed to go on: it prints the epoch for every line that it is sent."""
    source, closing = program(title, language).removesuffix("\n").rsplit("\n", 1)
    assert closing.rstrip(";") in ("documents.close()", "documents.db.close()")
    return f"{source}\n{ANSWERING[language]}"


def epochs_of_a_program_that_runs_on(command: list[str], folder: Path) -> None:
    """Let *command* ask before and after its database was deleted and built anew."""
    daemon = bundled(folder / "project")
    daemon.start()
    try:
        with subprocess.Popen(
            command, cwd=daemon.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as service:

            def epoch() -> str:
                assert service.stdin
                assert service.stdout
                print(file=service.stdin, flush=True)
                return next(line for line in service.stdout if line.startswith("epoch "))

            before = epoch()
            daemon.kill()
            for file in daemon.database.parent.glob("docsync.db*"):
                file.unlink()
            daemon.start()
            after = epoch()
            service.communicate()
        assert service.returncode == 0
        assert before != after
        assert after.split()[1] == daemon.value(EPOCH)
    finally:
        daemon.kill()


@pytest.mark.parametrize("title", ["Node, with better-sqlite3", "Node, with Drizzle ORM"])
def test_node_works(title: str, live: Daemon, tmp_path: Path) -> None:
    lines = run("node", str(node_script(program(title, "js"), tmp_path)), at=live).splitlines()

    assert lines[0].startswith(BURSAR)
    assert [line.split()[0] for line in lines[1:4]] == OLDER
    assert "[invoice]" in lines[4] or lines[4] == "1 with the tag business"


def test_the_sqlite3_shell_works(live: Daemon) -> None:
    if not shutil.which("sqlite3"):
        pytest.skip("sqlite3 is not installed")
    boxed, as_json, found = (
        run(*shlex.split(line), at=live) for line in program("The sqlite3 shell", "sh").splitlines()
    )

    assert "│ persona/customers/care-home-bursar" in boxed
    assert {"id": "persona/customers/care-home-bursar", "place": "Dumfries"} in json.loads(as_json)
    assert "persona/customers/care-home-bursar" in found.splitlines()


def test_datasette_shows_documents_facets_and_search(live: Daemon, tmp_path: Path) -> None:
    program_, *arguments = shlex.split(program("Datasette", "sh"))
    assert program_ == "datasette"
    (tmp_path / "datasette.yaml").write_text(program("Datasette", "yaml"), encoding="utf-8")
    arguments = [str(tmp_path / one) if one == "datasette.yaml" else one for one in arguments]
    # Any free port: the one on the page may be taken.
    command = [from_environment("DOCSYNC_DATASETTE"), *arguments, "--port", "0"]
    log = tmp_path / "datasette.log"
    with (
        log.open("w") as written,
        subprocess.Popen(command, cwd=live.root, stdout=written, stderr=written) as server,
    ):
        try:
            live.until(lambda: "running on" in log.read_text() or server.poll() is not None)
            address = re.search(r"http://[\d.:]+", log.read_text())
            assert address, log.read_text()
            documents = fetched(f"{address[0]}/docsync/documents.json?_shape=objects")
            assert len(documents["rows"]) == live.documents()
            facets = documents["facet_results"]
            assert {one["value"]: one["count"] for one in facets["type"]["results"]}["persona"] == 29
            assert "fibre" in {one["value"] for one in facets["tags"]["results"]}
            (hit,) = fetched(f"{address[0]}/docsync/search.json?text=invoice&_shape=objects")["rows"]
            assert "[invoice]" in hit["snippet"]
            (row,) = fetched(f"{address[0]}/docsync/documents_fts.json?_search=invoice&_shape=objects")[
                "rows"
            ]
            assert row["id"] == hit["id"] == "persona/customers/care-home-bursar"
        finally:
            server.terminate()


def node_script(source: str, folder: Path) -> Path:
    """*source* as a file beside the packages that it imports."""
    (folder / "node_modules").symlink_to(from_environment("DOCSYNC_NODE_MODULES"))
    script = folder / "example.mjs"
    script.write_text(source, encoding="utf-8")
    return script


def fetched(address: str) -> dict[str, Any]:
    with urlopen(address, timeout=PATIENCE) as answer:
        found: dict[str, Any] = json.load(answer)
        return found
