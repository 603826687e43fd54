"""What becomes of errors: words, streams and exit codes."""

import os
import subprocess
import sys

import pytest

from docsync import __version__
from docsync.cli.command import config
from docsync.cli.command_line import run
from tests.cli.conftest import Shell, environment


def test_version_is_told(shell: Shell) -> None:
    assert shell.spawn("--version").out == f"docsync {__version__}\n"


def test_no_command_at_all_shows_the_help_and_is_a_usage_error(shell: Shell) -> None:
    answer = shell.spawn()

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("Usage: docsync")


def test_an_unknown_command_is_answered_with_one_that_is_like_it(shell: Shell) -> None:
    answer = shell("statsu")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "docsync: No such command 'statsu'. Did you mean status? See: docsync --help\n"


def test_an_unknown_option_names_the_help_of_its_command(shell: Shell) -> None:
    answer = shell("list", "--frobnicate")

    assert answer.code == 2
    assert "See: docsync list --help" in answer.err


def test_with_json_a_usage_error_is_json_too(shell: Shell) -> None:
    answer = shell("list", "--frobnicate", "--json")

    assert (answer.code, answer.err) == (2, "")
    assert answer.json["error"]["exit_code"] == 2
    assert "--frobnicate" in answer.json["error"]["message"]


def test_every_mistake_of_the_configuration_is_told_at_once(shell: Shell) -> None:
    shell.write("docsync.toml", "[watch]\nsettle_ms = -1\nmodus = 'auto'\n")

    answer = shell("check")
    as_json = shell("check", "--json")

    assert answer.code == as_json.code == 2
    assert len(answer.err.splitlines()) == 2
    assert all(line.startswith("docsync: ") for line in answer.err.splitlines())
    assert len(as_json.json["error"]["mistakes"]) == 2


def test_a_bug_is_one_line_and_exit_70(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    break_config_show(monkeypatch)

    answer = shell("config", "show")

    assert (answer.code, answer.out) == (70, "")
    assert answer.err.count("\n") == 1
    assert "this is a bug in docsync: KeyError: 'oops'" in answer.err


@pytest.mark.parametrize(("flags", "environ"), [(["-v"], {}), ([], {"DOCSYNC_TRACEBACK": "1"})])
def test_a_bug_shows_its_traceback_when_asked(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, flags: list[str], environ: dict[str, str]
) -> None:
    break_config_show(monkeypatch)

    answer = shell("config", "show", *flags, **environ)

    assert answer.code == 70
    assert "Traceback (most recent call last)" in answer.err


def test_an_interruption_is_exit_130_without_a_word(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_setting: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(config, "_line", interrupted)

    answer = shell("config", "show", "-q")

    assert (answer.code, answer.out, answer.err) == (130, "", "")


def test_a_reader_that_goes_away_is_no_error(filled: Shell) -> None:
    filled.write("docsync.toml", "".join(f"# {'x' * 70} {n}\n" for n in range(3)))
    read, write = os.pipe()
    os.close(read)

    done = subprocess.run(
        [sys.executable, "-m", "docsync", "config", "show"],
        cwd=filled.root,
        env=environment(),
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    os.close(write)

    assert done.returncode == 0
    assert "rror" not in done.stderr


def test_windows_is_refused_with_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")

    assert run(["status"], {}) == 2
    assert "WSL 2" in capsys.readouterr().err


def test_a_letter_that_the_terminal_cannot_show_is_escaped(shell: Shell) -> None:
    shell.write("personas/łucja.json", "{")

    answer = shell.spawn("check", PYTHONIOENCODING="latin-1")

    assert answer.code == 1
    assert "personas/\\u0142ucja.json" in answer.out


def break_config_show(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_setting: object) -> str:
        raise KeyError("oops")

    monkeypatch.setattr(config, "_line", broken)
