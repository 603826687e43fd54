"""docsync query: a SELECT of one's own, within limits."""

import csv
import hashlib
import io
import os
import signal
import time

import pytest

from docsync.apart.fork import run_apart
from docsync.errors import UsageError
from tests.cli.conftest import Shell


@pytest.fixture
def synced(filled: Shell) -> Shell:
    filled("sync")
    return filled


def test_rows_are_tab_separated_in_a_pipe(synced: Shell) -> None:
    answer = synced("query", "SELECT id, document ->> '$.age' FROM documents ORDER BY id")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out == "persona/ada\t36\npersona/grace\t85\nprompt_template/greet\t\n"


def test_a_person_gets_a_table_with_the_names_of_the_columns(synced: Shell) -> None:
    first, *rows = synced.at_terminal(
        "query", "SELECT name, 1.5 AS weight FROM documents ORDER BY id"
    ).out.splitlines()

    assert first.startswith("\x1b[1mname ")
    assert [row.split() for row in rows] == [["Ada", "1.5"], ["Grace", "1.5"], ["Greet", "1.5"]]


def test_json_has_objects_and_the_version_that_they_are_of(synced: Shell) -> None:
    answer = synced(
        "query", "SELECT id, NULL AS none, x'00ff' AS bytes, 1e999 AS much FROM documents LIMIT 1", "--json"
    )

    value = answer.json
    assert value["columns"] == ["id", "none", "bytes", "much"]
    assert value["rows"] == [{"id": "persona/ada", "none": None, "bytes": "X'00ff'", "much": "inf"}]
    assert (value["revision"], len(value["epoch"]), value["more"]) == (1, 16, False)


def test_csv_begins_with_the_names_and_keeps_every_character(synced: Shell) -> None:
    hard = '=1+1,"a"\r\n b\r'
    statement = "SELECT '=1+1,\"a\"' || char(13, 10) || ' b' || char(13) AS hard, 2 AS n"

    out = synced("query", statement, "--csv").out

    assert list(csv.reader(io.StringIO(out, newline=""))) == [["hard", "n"], [hard, "2"]]


def test_what_is_cut_off_is_said(synced: Shell) -> None:
    cut = synced("query", "SELECT id FROM documents", "--limit", "2")
    whole = synced("query", "SELECT id FROM documents", "--limit", "3")

    assert len(cut.out.splitlines()) == 2
    assert cut.err == "cut off after 2 rows; --limit allows more\n"
    assert whole.err == ""
    assert synced("query", "SELECT id FROM documents", "--limit", "2", "--json").json["more"] is True


def test_no_rows_are_said(synced: Shell) -> None:
    answer = synced("query", "SELECT id FROM documents WHERE 0")

    assert (answer.code, answer.out, answer.err) == (0, "", "0 rows\n")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELEC 1", 'near "SELEC": syntax error (at byte 1)'),
        ("SELECT nope FROM documents", "no such column: nope"),
        ("SELECT id FROM documents_fts WHERE documents_fts MATCH '\"'", "unterminated string"),
        ("SELECT ?", "1 bindings"),
        ("SELECT 1; SELECT 2", "more than one statement"),
        ("/* nothing */", "no statement"),
        ("", "no statement"),
        ("SELECT zeroblob(1000000000)", "too big"),
        ("SELECT CAST(x'ff' AS TEXT)", "not UTF-8"),
    ],
)
def test_a_statement_that_is_wrong_is_told_in_sqlites_words(
    synced: Shell, statement: str, words: str
) -> None:
    answer = synced("query", statement)

    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO sync_state VALUES ('a', 'b')",
        "DELETE FROM documents",
        "WITH gone AS (SELECT id FROM documents) DELETE FROM documents WHERE id IN gone",
        "CREATE TEMP TABLE t (a)",
        "DROP TABLE documents",
        "BEGIN IMMEDIATE",
        "ROLLBACK",
        "PRAGMA user_version = 7",
        "PRAGMA journal_mode = delete",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA writable_schema = 1",
        "ATTACH '{folder}/stolen.db' AS stolen",
        "VACUUM INTO '{folder}/stolen.db'",
        "SELECT load_extension('{folder}/evil')",
        "INSERT INTO documents_fts (documents_fts) VALUES ('rebuild')",
        "EXPLAIN DELETE FROM documents",
    ],
)
def test_whatever_would_do_more_than_read_is_refused(synced: Shell, statement: str) -> None:
    before = fingerprint(synced)

    answer = synced.spawn("query", statement.format(folder=synced.root))

    assert (answer.code, answer.out) == (2, "")
    assert not list(synced.root.glob("stolen*"))
    assert fingerprint(synced) == before


@pytest.mark.parametrize(
    "statement",
    [
        "EXPLAIN QUERY PLAN SELECT id FROM documents WHERE name = 'x'",
        "VALUES (1)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT max(i) FROM n",
        "SELECT name FROM pragma_table_info('documents')",
        "PRAGMA table_info(documents)",
        "PRAGMA user_version",
        "SELECT snippet(documents_fts, -1, '[', ']', '', 9) FROM documents_fts WHERE documents_fts MATCH 'ada' ORDER BY rank",
        "SELECT value FROM documents, json_each(document, '$.tags')",
        "SELECT id, state FROM document_status",
        "SELECT 1; -- one and a remark",
    ],
)
def test_whatever_only_reads_is_answered(synced: Shell, statement: str) -> None:
    answer = synced("query", statement)

    assert answer.code == 0, answer.err
    assert answer.out


def test_a_statement_that_takes_too_long_is_stopped(synced: Shell) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

    # In a process of its own: nothing else would end it if this did not.
    answer = synced.spawn("query", endless, "--timeout", "0.1")

    assert (answer.code, answer.out) == (2, "")
    assert "stopped after 0.1 s" in answer.err


def test_two_columns_of_one_name_are_refused_as_json_only(synced: Shell) -> None:
    statement = "SELECT a.id, b.id FROM documents AS a JOIN documents AS b USING (id) LIMIT 1"

    assert synced("query", statement).out == "persona/ada\tpersona/ada\n"
    refused = synced("query", statement, "--json")
    assert refused.code == 2
    assert "AS" in refused.json["error"]["message"]


def test_csv_and_json_exclude_each_other(synced: Shell) -> None:
    assert synced("query", "SELECT 1", "--csv", "--json").code == 2


def fingerprint(shell: Shell) -> str:
    """Of the database file and its log, read without SQLite: no process has it open now."""
    files = sorted((shell.root / ".docsync").glob("docsync.db*"))
    return hashlib.sha256(
        b"".join(file.read_bytes() for file in files if not file.name.endswith("-shm"))
    ).hexdigest()


def test_a_statement_that_is_not_utf_8_is_a_mistake_and_no_bug(filled: Shell) -> None:
    filled("sync")

    answer = filled("query", "SELECT 'a\udcffb'")

    assert answer.code == 2
    assert answer.err == r"docsync: the statement is not UTF-8: SELECT 'a\xffb'; type it in UTF-8" + "\n"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        # One step of SQLite: nothing within it looks at the clock.
        (
            "SELECT instr(printf('%.*c', 30000000, 'a'), printf('%.*c', 1000000, 'a') || 'b')",
            "stopped after 0.5 s",
        ),
        (
            "SELECT replace(printf('%.*c', 30000000, 'a'), printf('%.*c', 1000000, 'a') || 'b', '')",
            "stopped after",
        ),
        (
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c",
            "stopped after",
        ),
        (
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 100) SELECT zeroblob(50000000) FROM c",
            "more than 256 MiB",
        ),
        (
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 30), "
            "m AS MATERIALIZED (SELECT zeroblob(50000000) AS b FROM c) "
            "SELECT length(max(b)), group_concat(length(b)), json_group_array(hex(substr(b, 1, 9000000))) FROM m",
            "",
        ),
    ],
)
def test_a_statement_that_costs_too_much_is_ended_whatever_it_is_at(
    synced: Shell, statement: str, words: str
) -> None:
    begun = time.monotonic()
    answer = synced.spawn("query", statement, "--timeout", "0.5" if "stopped" in words else "20")

    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err
    assert "bug" not in answer.err
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize("flags", [(), ("--json",), ("--csv",)])
def test_a_long_answer_is_whole(synced: Shell, flags: tuple[str, ...]) -> None:
    statement = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 20000) SELECT x FROM c"
    answer = synced.spawn("query", statement, "--limit", "30000", *flags)
    numbers = (
        [one["x"] for one in answer.json["rows"]]
        if "--json" in flags
        else [*map(int, answer.out.split()[len(flags) :])]
    )
    assert numbers == list(range(1, 20_001))


def test_a_child_that_the_system_ends_is_told_as_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    for end, told in (
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "more memory"),
        (lambda: bytes(10**15), "more memory"),
    ):
        with pytest.raises(UsageError, match=told):
            run_apart(end, 10)
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        run_apart(lambda: 1 / 0, 10)
    assert run_apart(lambda: "x" * 10**6, 10) == "x" * 10**6


@pytest.mark.parametrize("seconds", ["nan", "inf", "1e400", "-1", "0", "1e9"])
@pytest.mark.parametrize("command", [["query", "SELECT 1"], ["wait"]])
def test_a_time_that_is_none_is_refused(synced: Shell, command: list[str], seconds: str) -> None:
    answer = synced(*command, "--timeout", seconds)

    assert answer.code == 2
    assert "--timeout" in answer.err


def test_a_table_that_is_not_there_is_told_with_those_that_are(synced: Shell) -> None:
    answer = synced("query", "SELECT * FROM document")

    assert answer.code == 2
    assert "no such table: document" in answer.err
    assert "did you mean documents? there are documents, document_status, document_tags" in answer.err
    assert "did you mean" not in synced("query", "SELECT * FROM zzzzzz").err
