"""docsync doctor, as people and programs read it. What it finds is tested in tests/doctor."""

import shutil

import pytest

from tests.cli.conftest import Shell


@pytest.fixture
def synced(filled: Shell) -> Shell:
    filled("sync")
    return filled


def test_a_line_for_each_finding_and_an_arrow_for_what_to_do(synced: Shell) -> None:
    shutil.rmtree(synced.root / "prompts")

    answer = synced("doctor")

    assert answer.code == 0
    assert "ok       persona          personas: 2 files\n" in answer.out
    assert "warning  prompt_template  prompts: no such folder, so there are no documents\n" in answer.out
    assert " → make it, or take its collection out of docsync.toml\n" in answer.out
    assert answer.err.endswith("findings, 0 errors, 1 warning\n")


def test_a_program_gets_the_same(synced: Shell) -> None:
    value = synced("doctor", "--json").json

    assert (value["errors"], value["warnings"]) == (0, 0)
    assert {"topic": "persona", "level": "ok", "message": "personas: 2 files", "advice": ""} in value[
        "findings"
    ]


def test_a_warning_is_exit_1_where_that_is_asked_for_and_an_error_always(synced: Shell) -> None:
    assert synced("doctor", "--strict").code == 0
    shutil.rmtree(synced.root / "prompts")
    assert synced("doctor").code == 0
    assert synced("doctor", "--strict").code == 1

    (synced.root / ".docsync/docsync.db").write_bytes(b"no database" * 1000)
    assert synced("doctor").code == 1


def test_a_variable_that_means_nothing_is_a_warning(synced: Shell) -> None:
    answer = synced("doctor", DOCSYNC_SORCE="database")
    assert (
        "warning  configuration    DOCSYNC_SORCE is not a setting; did you mean DOCSYNC_SOURCE?\n"
        in answer.out
    )
    assert "DOCSYNC_SORCE" not in answer.err, "it is said once"


def test_a_configuration_that_is_wrong_is_told_with_its_line(synced: Shell) -> None:
    synced.write("docsync.toml", "[watch]\nsettle_ms = -1\n")
    answer = synced("doctor")
    assert answer.code == 2
    assert "docsync.toml:2: watch.settle_ms" in answer.err


def test_what_a_start_would_refuse_is_an_error(synced: Shell) -> None:
    synced.write("docsync.toml", '[admin]\ntoken_file = "nowhere"\n')
    answer = synced("doctor")
    assert answer.code == 1
    assert "error    configuration    admin.token_file: " in answer.out

    collection = '[[collections]]\ntype = "persona"\npath = "personas"\nformat = "json"\n'
    synced.write("docsync.toml", collection + 'include = ["**/*.json"]\nschema = "nowhere.json"\n')
    answer = synced("doctor")
    assert answer.code == 1
    assert "nowhere.json" in answer.out


def test_where_nothing_is_there_is_no_project(shell: Shell) -> None:
    answer = shell("doctor")
    assert answer.code == 2
    assert "docsync init" in answer.err
