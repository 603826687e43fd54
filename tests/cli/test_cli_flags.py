"""Shared flags are accepted before the command's name and after it."""

import pytest

from tests.cli.conftest import Shell


@pytest.mark.parametrize(
    "arguments", [("--json", "config", "show"), ("config", "--json", "show"), ("config", "show", "--json")]
)
def test_json_is_accepted_anywhere(shell: Shell, arguments: tuple[str, ...]) -> None:
    assert shell(*arguments).json["root"] == str(shell.root)


def test_a_flag_after_the_command_wins(filled: Shell) -> None:
    assert (
        "\x1b["
        in filled("--color", "never", "check", "--color", "always").out
        + filled("status", "--color", "always").err
    )


def test_the_folder_is_where_paths_start(filled: Shell) -> None:
    filled.write("docsync.toml", "")

    assert filled("check", "personas/ada.json").err == "1 file, 0 errors, 0 warnings\n"
    assert (
        filled("-C", str(filled.root / "personas"), "check", "ada.json").err
        == "1 file, 0 errors, 0 warnings\n"
    )


def test_a_folder_that_is_not_there_is_a_usage_error(shell: Shell) -> None:
    answer = shell("-C", str(shell.root / "nowhere"), "status")

    assert answer.code == 2
    assert "nowhere" in answer.err


def test_another_configuration_file_can_be_named(shell: Shell) -> None:
    shell.write("other.toml", "[watch]\nsettle_ms = 33\n")

    assert "watch.settle_ms = 33" in shell("config", "show", "--config", "other.toml").out


def test_an_environment_can_be_named(shell: Shell) -> None:
    shell.write("docsync.toml", "[env.production.watch]\nsettle_ms = 44\n")

    assert "watch.settle_ms = 44" in shell("--env", "production", "config", "show").out
    assert shell("--env", "staging", "config", "show").code == 2


def test_quiet_leaves_the_answer_alone(filled: Shell) -> None:
    loud, quiet = filled("config", "show"), filled("config", "show", "-q")

    assert loud.out == quiet.out
    assert loud.err
    assert quiet.err == ""
