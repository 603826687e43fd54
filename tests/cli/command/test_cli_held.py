"""docsync held and release."""

from tests.cli.command.test_cli_sync import lose_a_folder_of_prompts
from tests.cli.conftest import Shell


def test_what_is_held_is_listed_and_released(shell: Shell) -> None:
    lose_a_folder_of_prompts(shell)
    shell("sync")

    held = shell("held")
    released = shell("release", "--json")

    assert held.code == 0
    assert len(held.out.splitlines()) == 24
    assert held.out.startswith("prompt_template/p0 ")
    assert held.err == "24 deletions held\n"
    assert released.code == 0
    assert len(released.json["deleted"]) == 24
    assert shell("held", "--json").json["held"] == []
    assert shell("list").out == ""


def test_a_release_without_a_daemon_looks_first_and_spares_what_came_back(shell: Shell) -> None:
    lose_a_folder_of_prompts(shell)
    shell("sync")
    shell.write("prompts/p0.prompty", "---\nname: Back\n---\nsystem:\nHi.\n")

    released = shell("release", "prompt_template", "-v")

    assert released.code == 0
    assert "+ prompts/p0.prompty" in released.out
    assert "- prompts/p0.prompty" not in released.out
    assert [line.split("\t")[0] for line in shell("list").out.splitlines()] == ["prompt_template/p0"]


def test_only_the_type_that_was_named_is_released(shell: Shell) -> None:
    lose_a_folder_of_prompts(shell)

    released = shell("release", "persona")

    assert released.code == 1
    assert len(shell("held").out.splitlines()) == 24


def test_a_type_that_nobody_declared_is_refused(shell: Shell) -> None:
    answer = shell("release", "people")

    assert answer.code == 2
    assert "there are persona, prompt_template" in answer.err


def test_a_running_daemon_releases(shell: Shell) -> None:
    lose_a_folder_of_prompts(shell)
    with shell.daemon():
        waited = shell("wait", "prompts")
        released = shell("release", "prompt_template")
        left = shell("held").out

    assert waited.code == 1
    assert "held: prompts/p0.prompty" in waited.out
    assert released.code == 0
    assert left == ""
