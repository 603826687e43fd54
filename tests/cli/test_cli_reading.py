"""What the reading commands share: the same limits."""

import json

import pytest

from tests.cli.conftest import Shell

LIMITED = (["list"], ["search", "ada"], ["changes"], ["query", "SELECT id FROM documents"])


@pytest.mark.parametrize("command", LIMITED, ids=lambda command: command[0])
@pytest.mark.parametrize("limit", ["0", "-1"])
def test_a_limit_below_one_is_a_usage_error_that_names_the_range(
    filled: Shell, command: list[str], limit: str
) -> None:
    answer = filled(*command, f"--limit={limit}")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        f"docsync: Invalid value for '--limit': {limit} is not in the range x>=1. See: docsync {command[0]} --help\n"
    )


@pytest.mark.parametrize("command", LIMITED, ids=lambda command: command[0])
def test_a_limit_beyond_all_measure_is_all(filled: Shell, command: list[str]) -> None:
    filled("sync")
    whole, limited = filled(*command), filled(*command, "--limit", str(10**23))

    assert (limited.code, limited.out, limited.err) == (0, whole.out, whole.err)
    assert whole.out


def test_what_is_stored_is_listed_as_it_is_read_and_cannot_steer_the_terminal(shell: Shell) -> None:
    value = {
        "name": "N",
        "text": "line\nbreak \u2028 \x9b \x7f \u202e é 日",
        "deep": {"a": [1.5, None, {}], "\x85": []},
    }
    shell.write("personas/ada.json", json.dumps(value, ensure_ascii=False))
    shell("sync")

    listed = shell("list", "--json")

    (row,) = listed.json["documents"]
    assert row == shell("get", "--json", "persona/ada").json
    assert row["document"] == value
    assert all(character.isprintable() for character in listed.out.replace("\n", ""))


@pytest.mark.parametrize("command", ["problems", "held", "tags", "changes", "list"])
def test_a_list_of_nothing_is_json_too(shell: Shell, command: str) -> None:
    (shell.root / "personas").mkdir()
    shell("sync")

    answer = shell(command, "--json")

    assert answer.json[{"list": "documents"}.get(command, command)] == []
    assert answer.out == json.dumps(answer.json, indent=2) + "\n"
