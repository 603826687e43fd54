"""[[clients]]: programs with a token of their own, of which docsync keeps the hash only."""

from pathlib import Path

import pytest

from docsync.config import ClientSettings, Config, list_settings, load_config
from docsync.errors import ConfigError

HASH = "5" * 64


def client(name: str = "a", hash_: str = HASH, rest: str = "") -> str:
    return f'[[clients]]\nname = "{name}"\ntoken_hash = "{hash_}"\n{rest}'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(folder: Path, text: str, **environ: str) -> Config:
    (folder / "docsync.toml").write_text(text, encoding="utf-8")
    return load_config(folder, environ=environ)


def mistakes(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(folder, text)
    return caught.value.mistakes


def test_a_client_may_read_unless_it_may_operate(folder: Path) -> None:
    config = load(folder, client() + client("b", rest='role = "operate"\n'))

    assert config.clients == (ClientSettings("a", HASH, "read"), ClientSettings("b", HASH, "operate"))
    assert config.origins["clients[1].role"] == "docsync.toml:7"
    assert [setting.value for setting in list_settings(config) if setting.key == "clients[0].name"] == ["a"]


def test_without_any_there_are_none(folder: Path) -> None:
    assert load(folder, "").clients == ()


def test_the_clients_of_an_environment_take_the_place_of_the_others(folder: Path) -> None:
    text = client() + f'[[env.p.clients]]\nname = "x"\ntoken_hash = "{HASH}"\n'

    assert [one.name for one in load(folder, text, DOCSYNC_ENV="p").clients] == ["x"]
    assert len(load(folder, text, DOCSYNC_ENV="p").collections) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (client(hash_="5" * 63), "docsync.toml:3: clients[0].token_hash must be the SHA-256 of a token"),
        (client(hash_="F" * 64), "docsync.toml:3: clients[0].token_hash must be the SHA-256 of a token"),
        (
            client(rest='role = "root"\n'),
            'docsync.toml:4: clients[0].role must be one of read, operate, got "root"',
        ),
        (client(rest='token = "secret"\n'), "docsync.toml:4: unknown key clients[0].token"),
        ('[[clients]]\nname = "a"\n', "docsync.toml:1: clients[0] needs token_hash"),
        (f'[[clients]]\ntoken_hash = "{HASH}"\n', "docsync.toml:1: clients[0] needs name"),
        (
            client() + client(),
            'docsync.toml:5: clients[1].name "a" is taken by clients[0].name (docsync.toml:2)',
        ),
        ("clients = []", "docsync.toml:1: clients must be at least one [[clients]] table"),
    ],
)
def test_what_is_wrong_with_a_client_is_told_with_its_line(folder: Path, text: str, expected: str) -> None:
    (mistake,) = mistakes(folder, text)

    assert mistake.startswith(expected)


def test_a_client_or_a_token_of_the_environment_guards_an_open_address(folder: Path) -> None:
    text = '[admin]\nhost = "0.0.0.0"\n'

    assert load(folder, text + client()).admin.host == "0.0.0.0"
    assert load(folder, text, DOCSYNC_ADMIN_TOKEN="t").admin.host == "0.0.0.0"
    assert load(folder, text, DOCSYNC_ADMIN_TOKEN_FILE="f").admin.token_file == "f"
    assert len(mistakes(folder, text)) == 1


def test_a_hash_is_not_shown_when_settings_are_printed_for_a_person(folder: Path) -> None:
    assert HASH not in repr(load(folder, client()))
