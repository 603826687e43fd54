"""What the reading commands share: the same limits."""

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
