"""How a configuration is described for people."""

from pathlib import Path

from docsync.config import Setting, list_settings, load_config
from docsync.config.keys import COLLECTION, SETTINGS


def test_every_key_is_described_in_a_stable_order_with_value_and_origin(tmp_path: Path) -> None:
    text = '[log]\nlevel = "debug"\n[watch]\npoll_ms = 7\n'
    (tmp_path / "docsync.toml").write_text(text, encoding="utf-8")

    settings = list_settings(load_config(tmp_path, environ={}))

    collections = [f"collections[{number}].{name}" for number in (0, 1) for name in COLLECTION]
    assert [setting.key for setting in settings] == [*SETTINGS, *collections]
    assert Setting("watch.poll_ms", 7, "docsync.toml:4") in settings
    assert Setting("log.level", "debug", "docsync.toml:2") in settings
    assert Setting("collections[1].path", "prompts", "default") in settings
    assert Setting("collections[0].schema", None, "default") in settings


def test_a_token_is_never_described_only_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret", encoding="utf-8")

    settings = list_settings(load_config(tmp_path, environ={"DOCSYNC_ADMIN__TOKEN_FILE": "token"}))

    assert Setting("admin.token_file", "token", "DOCSYNC_ADMIN__TOKEN_FILE") in settings
    assert "s3cret" not in str(settings)
