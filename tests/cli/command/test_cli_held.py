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


def test_a_person_is_told_how_many_go_and_nothing_goes_without_a_yes(shell: Shell) -> None:
    lose_a_folder_of_prompts(shell)

    refused = [shell.at_terminal("release", typed=typed) for typed in ("n\n", "\n", "\x04")]
    kept = len(shell("held").out.splitlines())
    released = shell.at_terminal("release", typed="y\n")

    for answer in refused:
        assert answer.code == 1
        assert "held: 24 prompt_template\n" in answer.err
        assert "nothing was deleted" in answer.err
    assert kept == 24
    assert released.code == 0
    assert "24 deleted" in released.out
    assert shell("held").out == ""


def test_a_script_is_not_asked_nor_is_who_has_said_yes(shell: Shell) -> None:
    lose_a_folder_of_prompts(shell)

    released = shell.at_terminal("release", "--yes", typed="")

    assert (released.code, "Delete" in released.err) == (0, False)
    assert "24 deleted" in released.out


def test_a_person_who_releases_nothing_is_not_asked(shell: Shell) -> None:
    shell.persona("ada")

    answer = shell.at_terminal("release", "persona", typed="")

    assert answer.code == 0
    assert "nothing is held" in answer.err


def test_a_part_of_what_is_held_is_not_taken_for_all(shell: Shell) -> None:
    lose_a_folder_of_prompts(shell)
    shell("sync")

    answer = shell("held", "--limit", "3")

    assert len(answer.out.splitlines()) == 3
    assert answer.err == "3 deletions held, and more\n"


def test_a_running_daemon_releases(shell: Shell) -> None:
    lose_a_folder_of_prompts(shell)
    with shell.daemon():
        waited = shell("wait", "prompts")
        released = shell("release", "prompt_template")
        left = shell("held").out

    assert waited.code == 1
    assert "held: prompts/p0.prompty" in waited.out
    assert waited.out.count("held: prompts/p") == 10
    assert "\n14 more held\n" in waited.out
    assert released.code == 0
    assert left == ""
