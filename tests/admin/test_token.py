import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from docsync.admin.token import own_token, read_token, renew_token
from docsync.errors import ConfigError
from tests.helpers.umask import umask_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "token"
    made.write_text("s3cret\n")
    made.chmod(0o600)
    return made


def test_the_token_is_the_word_in_the_file(file: Path) -> None:
    assert read_token(file, {}) == "s3cret"
    assert read_token(None, {}) is None


def test_the_environment_wins(file: Path) -> None:
    assert read_token(file, {"DOCSYNC_ADMIN_TOKEN": "other"}) == "other"
    assert read_token(None, {"DOCSYNC_ADMIN_TOKEN": "other"}) == "other"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o601])
def test_a_file_that_others_can_use_is_refused_with_the_command_that_mends_it(file: Path, mode: int) -> None:
    file.chmod(mode)

    with pytest.raises(ConfigError, match=rf"mode {mode:04o}\); run: chmod 600 {file}"):
        read_token(file, {})


@pytest.mark.parametrize("text", ["", " \n", "two words", "geh\xe9im", "a\x00b", "a\nb"])
def test_a_token_that_cannot_guard_is_refused_and_not_shown(file: Path, text: str) -> None:
    file.write_text(text, "utf-8")
    for where, environ in ((file, {}), (None, {"DOCSYNC_ADMIN_TOKEN": text})):
        with pytest.raises(ConfigError) as caught:
            read_token(where, environ)
        assert not text.strip() or text.strip() not in str(caught.value)


def test_a_file_that_cannot_be_read_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "binary").chmod(0o600)
    for name in ("nothing", "binary"):
        with pytest.raises(ConfigError, match=r"admin\.token_file: .* cannot be read"):
            read_token(tmp_path / name, {})


# The token that docsync makes


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "user.email=a@b", "-c", "user.name=a", *arguments], cwd=root, check=True)


@pytest.mark.parametrize("umask", [0o000, 0o077], ids=oct)
def test_docsyncs_own_token_is_made_once_for_its_owner_alone(tmp_path: Path, umask: int) -> None:
    with umask_of(umask):
        token = own_token(tmp_path / ".docsync")
    made = tmp_path / ".docsync" / "token"
    assert len(token) >= 32
    assert (made.read_text(), stat.S_IMODE(made.stat().st_mode)) == (f"{token}\n", 0o600)
    assert own_token(tmp_path / ".docsync") == token
    assert renew_token(tmp_path / ".docsync") == own_token(tmp_path / ".docsync") != token


@pytest.mark.parametrize("kind", ["pipe", "link", "folder", "open", "large", "twin"])
def test_a_token_that_somebody_else_may_have_put_there_is_not_taken(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "token"
    (tmp_path / "known").write_text("known")
    (tmp_path / "known").chmod(0o600)
    match kind:
        case "pipe":
            os.mkfifo(file, 0o600)
        case "link":
            file.symlink_to("known")
        case "folder":
            file.mkdir(0o600)
        case "twin":
            file.hardlink_to(tmp_path / "known")
        case _:
            file.write_text("x" * (5000 if kind == "large" else 5))
            file.chmod(0o640 if kind == "open" else 0o600)
    with pytest.raises(ConfigError, match="docsync token --new"):
        own_token(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give a file away")
def test_a_token_of_another_owner_is_not_taken(tmp_path: Path) -> None:
    own_token(tmp_path)
    os.chown(tmp_path / "token", 54321, -1)
    with pytest.raises(ConfigError, match="belongs to user 54321"):
        own_token(tmp_path)


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
@pytest.mark.parametrize("version", ["2", "3", "4"])
@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_token_that_came_with_a_repository_is_not_taken(
    tmp_path: Path, version: str, algorithm: str
) -> None:
    git(tmp_path, "init", "-q", f"--object-format={algorithm}")
    git(tmp_path, "config", "index.version", version)
    folder = tmp_path / "sub" / ".docsync"
    token = own_token(folder)
    for name in ("a", "toast", "z"):
        (folder / name).write_text(name)
    git(tmp_path, "add", "-f", "sub/.docsync/a", "sub/.docsync/toast", "sub/.docsync/z")
    assert own_token(folder) == token
    git(tmp_path, "add", "-f", "sub/.docsync/token")
    with pytest.raises(ConfigError, match="is tracked by Git"):
        own_token(folder)
    with pytest.raises(ConfigError, match="git rm --cached"):
        renew_token(folder)
    git(tmp_path, "rm", "-q", "--cached", "sub/.docsync/token")
    assert own_token(folder) == token


def test_an_index_that_cannot_be_understood_counts_as_one_that_tracks(tmp_path: Path) -> None:
    own_token(tmp_path)
    (tmp_path / ".git").mkdir()
    assert own_token(tmp_path)
    (tmp_path / ".git/index").write_bytes(b"DIRC\0\0\0\x09" + bytes(100))
    with pytest.raises(ConfigError, match="is tracked by Git"):
        own_token(tmp_path)


def test_a_configured_token_in_a_pipe_never_hangs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(ConfigError, match="not a regular file"):
        read_token(tmp_path / "pipe", {})
