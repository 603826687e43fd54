"""docsync.toml may be anything that somebody has put there: it is read if it is a file of a size, and nothing hangs."""

import os
from pathlib import Path

import pytest

from docsync.config import load_config
from docsync.errors import ConfigError


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "large", "dangling"])
def test_what_is_no_file_of_a_size_is_a_mistake_and_never_hangs(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "docsync.toml"
    match kind:
        case "pipe":
            os.mkfifo(file)
        case "folder":
            file.mkdir()
        case "device":
            file.symlink_to("/dev/zero")
        case "dangling":
            file.symlink_to("nowhere")
        case _:
            file.write_bytes(b"#" * (2 << 20))
    with pytest.raises(ConfigError, match=r"docsync\.toml: cannot be read: "):
        load_config(tmp_path, environ={})


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text("[watch]\nsettle_ms = 20\n")
    (tmp_path / "docsync.toml").symlink_to("real.toml")
    assert load_config(tmp_path, environ={}).watch.settle_ms == 20
