"""The class in the TypeScript that is written, run by node on real databases, beside docsync's own reader."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from docsync.codegen.typescript_source import typescript_source
from docsync.reader import open_reader
from tests.codegen.collected import (
    READING_CLASS,
    collect,
    doc,
    node_modules,
    node_with,
    prompt,
    tsc,
    typescript_project,
)
from tests.helpers.project import Project

# Answers a line of JSON for each line of JSON: which method is called with what.
DRIVER = """
import { existsSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Documents } from "./written.js";
const [library, path] = process.argv.slice(2);
const connect = library === "better-sqlite3"
  ? await import("better-sqlite3").then(({ default: Database }) =>
      (file) => new Database(file, { readonly: true, fileMustExist: true, timeout: 5000 }))
  : await import("node:sqlite").then(({ DatabaseSync }) => (file) => new DatabaseSync(file, { readOnly: true, timeout: 5000 }));
const documents = new Documents(path, connect);
function waitFor(begun, done) {
  writeFileSync(begun, "");
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; !existsSync(done) && tries < 4000; tries += 1) Atomics.wait(never, 0, 0, 5);
}
for await (const line of createInterface({ input: process.stdin })) {
  const [method, ...given] = JSON.parse(line);
  let answer;
  try {
    if (method === "break") {
      const fail = () => { throw Object.assign(new Error("broken"), given[0]); };
      documents.connection = { prepare: fail, exec: fail, close: documents.connection.close.bind(documents.connection) };
      answer = "broken";
    } else answer = method === "both"
      ? documents.inOneState(() => [documents.get(given[0]), waitFor(...given.slice(1)), documents.get(given[0])])
      : documents[method](...given);
  } catch (error) {
    answer = { error: error.message };
  }
  console.log(JSON.stringify(answer ?? null));
}
documents.close();
"""

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the class as JavaScript."""
    written = typescript_source(collect([doc("persona/a", {"name": "a"}), prompt("Hello")]), READING_CLASS)
    folder = typescript_project(tmp_path_factory.mktemp("class") / "project", written=written)
    assert tsc(folder) == []
    (folder / "driver.js").write_text(DRIVER, encoding="utf-8")
    return folder


@pytest.fixture(params=["better-sqlite3", "node:sqlite"])
def ask(request: pytest.FixtureRequest, compiled: Path, filled: Project) -> Iterator[Ask]:
    """Calls a method of the class, in a process of node that has the database open."""
    node = node_with(request.param)
    if node is None:
        pytest.skip(f"no node here has {request.param}")
    with subprocess.Popen(
        [node, "--no-warnings", "driver.js", request.param, str(filled.database)],
        cwd=compiled,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin
        assert stdout

        def call(method: str, *given: object, meanwhile: Callable[[], None] = lambda: None) -> Any:
            print(json.dumps([method, *given]), file=stdin, flush=True)
            meanwhile()
            return json.loads(stdout.readline())

        yield call
        stdin.close()
        assert process.wait(20) == 0


@pytest.fixture
def filled(project: Project) -> Project:
    node_modules()
    project.persona(
        "personas/ada.json",
        name="Ada Ölund",
        tags=["calm", "kind"],
        age=36,
        ok=True,
        note=None,
        d={"a-b": "x'y", "g": "60+"},
    )
    project.persona(
        "personas/bob.json",
        name="Bob",
        tags=["loud"],
        age=60,
        ok=1,
        d={"g": "60+"},
        about="ada writes to him",
    )
    project.persona("personas/cem.json", name="Cem", age="36")
    project.write("prompts/hi.prompty", "---\nname: Hi\n---\nsystem:\nHello calm world\n")
    project.settle()
    return project


def ids(rows: Any) -> list[str]:
    return [row["id"] for row in rows]


def test_a_document_is_as_the_reader_has_it(ask: Ask, filled: Project) -> None:
    with open_reader(database=filled.database) as reader:
        row = reader.get("persona/ada")
    assert row

    assert ask("get", "persona/ada") == {
        "id": row.id,
        "type": row.type,
        "name": row.name,
        "description": row.description,
        "tags": list(row.tags),
        "document": row.document,
        "filePath": row.file_path,
        "updatedAt": row.updated_at,
        "contentHash": row.content_hash,
        "revision": row.revision,
        "state": "ok",
        "since": None,
    }
    assert ask("get", "persona/nobody") is None
    assert ask("get", "prompt_template/hi")["document"]["messages"][0]["content"] == "Hello calm world"


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"d.g": "60+"}, ["ada", "bob"]),
        ({"age": 36}, ["ada"]),
        ({"age": "36"}, ["cem"]),
        ({"ok": True}, ["ada"]),
        ({"ok": 1}, ["bob"]),
        ({"note": None}, ["ada"]),
        ({"d.a-b": "x'y"}, ["ada"]),
        ({"d.g": "60+", "age": 60}, ["bob"]),
        ({"nothing.there": "x"}, []),
        ({"a') OR 1=1 --": "x"}, []),
    ],
)
def test_documents_are_found_by_fields_as_the_reader_finds_them(
    ask: Ask, filled: Project, where: dict[str, Any], found: list[str]
) -> None:
    expected = [f"persona/{name}" for name in found]
    if "nothing.there" not in where and "a') OR 1=1 --" not in where:
        with open_reader(database=filled.database) as reader:
            assert [row.id for row in reader.find(type="persona", where=where)] == expected

    assert ids(ask("find", {"type": "persona", "where": where})) == expected


def test_documents_are_found_by_tag_and_in_pages(ask: Ask) -> None:
    assert ids(ask("find", {"type": "persona", "tag": "loud"})) == ["persona/bob"]
    assert ids(ask("find", {"type": "persona", "limit": 2})) == ["persona/ada", "persona/bob"]
    assert ids(ask("find", {"type": "persona", "after": "persona/bob"})) == ["persona/cem"]
    assert ids(ask("find", {"type": "prompt_template"})) == ["prompt_template/hi"]


def test_a_key_that_no_path_can_name_is_refused(ask: Ask) -> None:
    assert "ask()" in ask("find", {"type": "persona", "where": {'a"b': 1}})["error"]
    assert ids(ask("find", {"type": "persona", "limit": 1})) == ["persona/ada"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ada", ["persona/ada", "persona/bob"]),
        ("olund", ["persona/ada"]),
        ("hello  calm", ["prompt_template/hi"]),
        ("calm nobody", []),
        ("", []),
        ('"', []),
        ('ada" OR "calm', []),
        ("ada OR", []),
        ("c*", []),
        ("-ada", ["persona/ada", "persona/bob"]),
    ],
)
def test_words_are_searched_whatever_is_typed(ask: Ask, text: str, found: list[str]) -> None:
    assert ids(ask("search", text)) == found


def test_a_hit_shows_the_words(ask: Ask) -> None:
    assert ask("search", "hello", 1) == [
        {"id": "prompt_template/hi", "name": "Hi", "snippet": ask("search", "hello")[0]["snippet"]}
    ]
    assert "[Hello]" in ask("search", "hello")[0]["snippet"]


def test_changes_begin_with_everything_and_go_on_in_pieces(ask: Ask, filled: Project) -> None:
    first = ask("changes")
    assert (first["startOver"], first["more"]) == (True, False)
    assert ids(first["items"]) == ["persona/ada", "persona/bob", "persona/cem", "prompt_template/hi"]
    assert ask("changes", first["cursor"])["items"] == []

    for name in ("dea", "eva"):
        filled.persona(f"personas/{name}.json")
        filled.settle()
    (filled.root / "personas" / "bob.json").unlink()
    filled.settle()
    piece = ask("changes", first["cursor"], 2)
    rest = ask("changes", piece["cursor"], 2)

    told = [(one["op"], one["id"]) for one in [*piece["items"], *rest["items"]]]
    assert told == [("upsert", "persona/dea"), ("upsert", "persona/eva"), ("delete", "persona/bob")]
    assert (piece["more"], piece["startOver"], rest["more"]) == (True, False, False)
    with open_reader(database=filled.database) as reader:
        known = reader.changes(first["cursor"])
    assert (known.cursor, [one.id for one in known]) == (rest["cursor"], [id_ for _, id_ in told])
    assert [one["seq"] for one in [*piece["items"], *rest["items"]]] == [one.seq for one in known]


@pytest.mark.parametrize("cursor", ["0123:1", "nonsense", "", ":"])
def test_a_cursor_of_another_database_starts_over(ask: Ask, cursor: str) -> None:
    answer = ask("changes", cursor)

    assert (answer["startOver"], len(answer["items"])) == (True, 4)


def test_a_cursor_after_the_last_change_or_before_the_first_that_is_kept_starts_over(
    ask: Ask, filled: Project
) -> None:
    cursor = ask("changes")["cursor"]
    epoch, _, seq = cursor.partition(":")
    assert ask("changes", f"{epoch}:{int(seq) + 1}")["startOver"]

    filled.query("DELETE FROM changes WHERE seq <= 2")

    assert ask("changes", f"{epoch}:0")["startOver"]
    assert ask("changes", f"{epoch}:1")["startOver"]
    assert [one["seq"] for one in ask("changes", f"{epoch}:2")["items"]] == [3, 4]


def test_what_is_asked_in_one_state_belongs_together(ask: Ask, filled: Project, tmp_path: Path) -> None:
    begun, done = tmp_path / "begun", tmp_path / "done"

    def change() -> None:
        until(begun.exists)
        filled.persona("personas/ada.json", name="Changed")
        filled.settle()
        done.touch()

    before, _, after = ask("both", "persona/ada", str(begun), str(done), meanwhile=change)

    assert (before["name"], after["name"]) == ("Ada Ölund", "Ada Ölund")
    assert ask("get", "persona/ada")["name"] == "Changed"
    # No transaction stays open: it would keep the log from being shortened.
    filled.persona("personas/ada.json", name="New")
    filled.settle()
    assert ask("get", "persona/ada")["name"] == "New"
    assert filled.query("PRAGMA wal_checkpoint(TRUNCATE)")[0][0] == 0


def test_a_database_that_was_built_anew_is_read_and_the_old_cursor_starts_over(
    ask: Ask, filled: Project
) -> None:
    cursor = ask("changes")["cursor"]
    rebuild(filled, "New")

    assert ask("get", "persona/ada")["name"] == "New"
    answer = ask("changes", cursor)
    assert answer["startOver"]
    assert answer["cursor"].partition(":")[0] != cursor.partition(":")[0]


def test_while_there_is_no_database_the_old_one_answers(ask: Ask, filled: Project) -> None:
    assert ask("get", "persona/ada")
    filled.close()
    with ExitStack() as stack:
        stack.callback(filled.start)
        hidden = filled.database.with_name("elsewhere")
        filled.database.rename(hidden)
        assert ask("get", "persona/ada")["name"] == "Ada Ölund"
        hidden.rename(filled.database)
    assert ask("get", "persona/ada")["name"] == "Ada Ölund"


@pytest.mark.parametrize(
    "error",
    [{"code": "SQLITE_CORRUPT_VTAB"}, {"code": "SQLITE_NOTADB"}, {"errcode": 11}, {"errcode": 26 + 256}],
)
@pytest.mark.parametrize("method", ["get", "changes"])
def test_a_connection_that_turns_out_to_be_damaged_is_opened_again(
    ask: Ask, error: dict[str, Any], method: str
) -> None:
    ask("break", error)

    answer = ask(method, *(["persona/ada"] if method == "get" else []))
    assert answer.get("name") == "Ada Ölund" or answer["startOver"]


@pytest.mark.parametrize("error", [{"code": "SQLITE_BUSY"}, {"errcode": 5}, {}])
def test_any_other_failure_is_told(ask: Ask, error: dict[str, Any]) -> None:
    ask("break", error)

    assert ask("get", "persona/ada") == {"error": "broken"}


def test_a_statement_that_is_wrong_says_so_and_the_next_one_works(ask: Ask) -> None:
    assert "nowhere" in ask("ask", "SELECT * FROM nowhere")["error"]
    assert ask("ask", "SELECT name FROM documents WHERE type = ? ORDER BY id LIMIT ?", "persona", 1) == [
        {"name": "Ada Ölund"}
    ]
    assert "readonly" in ask("ask", "DELETE FROM documents RETURNING id")["error"]


def until(holds: Callable[[], bool]) -> None:
    """Returns once *holds* does; fails after 20 s."""
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        os.sched_yield()


def rebuild(project: Project, name: str) -> None:
    """Another database in the place of the old one, as docsync makes it when it was deleted."""
    project.close()
    for file in project.database.parent.iterdir():
        if file.name.startswith("docsync.db"):
            file.unlink()
    project.persona("personas/ada.json", name=name)
    project.start()
    project.settle()
