"""docsync completion."""

import pytest

from tests.cli.conftest import Shell


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_the_script_asks_docsync_itself(shell: Shell, name: str) -> None:
    answer = shell("completion", name)

    assert (answer.code, answer.err) == (0, "")
    assert f"_DOCSYNC_COMPLETE={name}_complete" in answer.out


def test_an_unknown_shell_is_a_usage_error(shell: Shell) -> None:
    assert shell("completion", "tcsh").code == 2


def test_commands_are_completed(shell: Shell) -> None:
    answer = shell.spawn(_DOCSYNC_COMPLETE="bash_complete", COMP_WORDS="docsync re", COMP_CWORD="1")

    assert answer.out.split() == ["plain,reload", "plain,release", "plain,render", "plain,restore"]


def test_whoever_names_no_shell_is_told_which_there_are_in_one_line(shell: Shell) -> None:
    answer = shell("completion")

    assert answer.code == 2
    assert answer.err == "docsync: Name a shell: bash, zsh or fish. See: docsync completion --help\n"
