"""File names are read as UTF-8 whatever the locale says, and a terminal gets what it can show."""

import locale
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import docsync
from docsync.cli.utf8 import restart_in_utf8, terminal_encoding
from docsync.errors import ConfigError
from tests.cli.conftest import Shell, environment

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
COMMAND = "import sys; from docsync.cli.main import main; sys.exit(main())"


@pytest.fixture
def project(filled: Shell) -> Shell:
    filled.write("personas/🤖 zoë.json", '{"name": "Zoë"}')
    return filled


@pytest.fixture(params=["ascii", "iso-8859-1"])
def environ(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The environment of a user whose locale is not UTF-8."""
    if request.param == "ascii":
        return environment() | ASCII
    if not shutil.which("localedef"):
        pytest.skip("there is no localedef")
    made = subprocess.run(
        ["localedef", "-i", "en_US", "-f", "ISO-8859-1", tmp_path / "en_US.ISO-8859-1"], capture_output=True
    )
    if made.returncode:
        pytest.skip("there is no source of this locale")
    return environment() | {"LOCPATH": str(tmp_path), "LANG": "en_US.ISO-8859-1", "LC_ALL": ""}


def run(project: Shell, environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-P", "-c", COMMAND, *arguments]
    return subprocess.run(command, cwd=project.root, env=environ, capture_output=True, timeout=60)


def test_the_ids_are_the_same_in_every_locale(project: Shell, environ: dict[str, str]) -> None:
    done = run(project, environ, "sync", "--json")
    there = project("get", "persona/🤖 zoë")

    assert done.returncode == 0, done.stderr.decode()
    assert there.json["name"] == "Zoë"
    assert project("verify").code == 0


def test_a_path_on_the_command_line_is_understood_in_every_locale(
    project: Shell, environ: dict[str, str]
) -> None:
    done = run(project, environ, "check", "personas/🤖 zoë.json")

    assert (done.returncode, done.stderr.decode()) == (0, "1 file, 0 errors, 0 warnings\n")


def test_a_program_reads_what_is_stored_in_every_locale(project: Shell, environ: dict[str, str]) -> None:
    project("sync")
    program = "import docsync; print(ascii(docsync.open_reader('.').get('persona/\\U0001f916 zo\\xeb').name))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=project.root, env=environ, capture_output=True
    )

    assert done.stdout == b"'Zo\\xeb'\n", done.stderr.decode()


def test_a_program_that_would_read_files_by_another_encoding_is_told_what_to_set(
    project: Shell, environ: dict[str, str]
) -> None:
    program = "import docsync; docsync.open_reader('.').find()"
    done = subprocess.run(
        [sys.executable, "-P", "-W", "ignore", "-c", program],
        cwd=project.root,
        env=environ,
        capture_output=True,
    )

    assert b"docsync reads file names as UTF-8: set LANG=C.UTF-8 or PYTHONUTF8=1" in done.stderr


def test_files_are_not_read_where_another_encoding_would_give_other_ids(
    project: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "iso8859-1")

    with (
        pytest.raises(ConfigError, match="the locale's encoding is iso8859-1"),
        docsync.open_reader(project.root, source="files") as reader,
    ):
        reader.find()


def test_the_process_stays_where_names_are_utf_8_or_there_is_nothing_to_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("started again"))

    restart_in_utf8()
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "iso8859-1")
    monkeypatch.setattr(sys, "executable", "")
    restart_in_utf8()


def test_the_process_starts_again_as_it_was_called(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr(os, "execv", lambda *call: started.extend(call))
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "ascii")
    monkeypatch.setattr(sys, "orig_argv", ["python", "-I", "-m", "docsync", "run"])

    restart_in_utf8()

    assert started == [
        sys.executable,
        [sys.executable, "-X", "utf8", "-I", "-m", "docsync", "run"],
    ]


@pytest.mark.parametrize(
    ("by_locale", "encoding"), [("ISO-8859-1", "iso-8859-1"), ("UTF-8", "utf-8"), ("ANSI_X3.4-1968", "utf-8")]
)
def test_a_terminal_has_the_encoding_of_the_locale_if_that_names_one(
    monkeypatch: pytest.MonkeyPatch, by_locale: str, encoding: str
) -> None:
    monkeypatch.setattr(locale, "getencoding", lambda: by_locale)

    assert terminal_encoding() == encoding


def test_a_terminal_gets_letters_in_its_encoding_and_escapes_for_what_it_cannot_show() -> None:
    program = (
        "import locale; locale.getencoding = lambda: 'ISO-8859-1'\n"
        "from docsync.cli.view.stream import open_streams; open_streams(); print('Zo\\xeb \\U0001f916')"
    )
    ours, theirs = pty.openpty()
    try:
        subprocess.run([sys.executable, "-P", "-X", "utf8", "-c", program], stdout=theirs, check=True)
        assert os.read(ours, 100) == b"Zo\xeb \\U0001f916\r\n"
    finally:
        os.close(ours)
        os.close(theirs)
