from pathlib import Path

import pytest

from docsync.admin.token import read_token
from docsync.errors import ConfigError


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
