"""docsync run: the configuration becomes plain values."""

from hashlib import sha256
from pathlib import Path

import pytest

from docsync.admin.http.access import Key
from docsync.cli.command.run import daemon_settings
from docsync.cli.session import Session
from docsync.errors import ConfigError
from tests.cli.conftest import Shell


def test_once_is_a_sync(filled: Shell) -> None:
    answer = filled("run", "--once")

    assert answer.code == 0
    assert answer.out.startswith("persona: 2 documents (+2)")


def test_every_setting_reaches_the_daemon(filled: Shell) -> None:
    file = filled.write(
        "docsync.toml",
        "[watch]\nmode = 'poll'\npoll_ms = 7\nrescan_seconds = 8\n[admin]\nport = 9\ntoken_file = 'secret'\n",
    )
    filled.write("secret", "  s3cret\n").chmod(0o600)

    settings = daemon_settings(Session(here=filled.root).project(), {})

    assert (settings.mode, settings.poll_ms, settings.rescan_seconds) == ("poll", 7, 8)
    assert (settings.http, settings.keys) == (("127.0.0.1", 9), (Key.of_token("token", "s3cret"),))
    assert (settings.config_file, settings.database) == (file, filled.root / ".docsync" / "docsync.db")


def test_tcp_can_be_turned_off(filled: Shell) -> None:
    filled.write("docsync.toml", "[admin]\nenabled = false\n")

    assert daemon_settings(Session(here=filled.root).project(), {}).http is None


def test_clients_have_keys_of_their_own_beside_the_token(filled: Shell) -> None:
    tables = [
        f"[[clients]]\nname = '{name}'\ntoken_hash = '{sha256(secret).hexdigest()}'\n{role}"
        for name, secret, role in (("grafana", b"a", ""), ("ci", b"b", "role = 'operate'\n"))
    ]
    filled.write("docsync.toml", "".join(tables))

    settings = daemon_settings(Session(here=filled.root).project(), {"DOCSYNC_ADMIN_TOKEN": "t"})

    assert settings.keys == (
        Key.of_token("token", "t"), Key.of_token("grafana", "a", "read"), Key.of_token("ci", "b", "operate"),
    )  # fmt: skip


@pytest.mark.parametrize("token", [None, b"", b" \n", b"\xff"])
def test_a_token_file_without_a_token_is_refused(filled: Shell, token: bytes | None) -> None:
    filled.write("docsync.toml", "[admin]\ntoken_file = 'secret'\n")
    if token is not None:
        Path(filled.root, "secret").write_bytes(token)
        Path(filled.root, "secret").chmod(0o600)

    with pytest.raises(ConfigError, match=r"admin\.token_file: .*secret"):
        daemon_settings(Session(here=filled.root).project(), {})


def test_a_wrong_configuration_never_starts_a_daemon(filled: Shell) -> None:
    filled.write("docsync.toml", "[watch]\nmode = 'sometimes'\n")

    assert filled("run").code == 2
    assert not (filled.root / ".docsync").exists()


def test_a_token_file_that_is_missing_is_named_once_with_what_makes_it(filled: Shell) -> None:
    filled.write("docsync.toml", '[admin]\ntoken_file = "secret"\n')

    answer = filled("run")

    assert answer.code == 2
    assert answer.err.count(f"{filled.root}/secret: no such file; make it: ") == 1
