"""docsync verify."""

import apsw

from tests.cli.conftest import Shell


def test_a_synced_project_is_equal_to_its_files(filled: Shell) -> None:
    filled("sync")

    answer = filled("verify")

    assert (answer.code, answer.out) == (0, "3 documents, equal to the files\n")


def test_a_row_that_was_tampered_with_is_found(filled: Shell) -> None:
    filled("sync")
    connection = apsw.Connection(str(filled.root / ".docsync" / "docsync.db"))
    connection.execute("UPDATE documents SET name = 'Mallory' WHERE id = 'persona/ada'")
    connection.close()

    answer, as_json = filled("verify"), filled("verify", "--json")

    assert answer.code == as_json.code == 1
    assert "persona/ada: " in answer.out
    assert as_json.json["equal"] is False
    assert "persona/ada" in {one["key"] for one in as_json.json["differences"]}


def test_a_broken_file_that_keeps_its_last_version_is_listed_and_no_difference(filled: Shell) -> None:
    filled("sync")
    filled.write("personas/ada.json", "{")
    filled("sync")

    answer = filled("verify")

    assert answer.code == 0
    assert "persona/ada: stale" in answer.out
