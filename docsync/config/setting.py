"""What the configuration says, as plain values, and where each was said. Never reads a file."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from docsync.config.keys import ITEMS, SETTINGS
from docsync.names import Collection


class DatabaseSettings(NamedTuple):
    """Where the database lies, as written: relative to the project root or absolute; and who may read it.

    `mode` is private, group or shared; None where docsync is to decide.
    """

    path: str
    mode: str | None


class WatchSettings(NamedTuple):
    """How changes are noticed and how long they may take."""

    mode: str
    settle_ms: int
    debounce_ms: int
    max_delay_ms: int
    poll_ms: int
    rescan_seconds: int


class GuardSettings(NamedTuple):
    """When a mass deletion is held."""

    max_delete_ratio: float
    min_deletes: int


class LimitSettings(NamedTuple):
    """The largest file that is read."""

    max_file_bytes: int


class ChangesSettings(NamedTuple):
    """How many changes the feed remembers."""

    keep: int


class LintSettings(NamedTuple):
    """Which rule codes are not reported, and whether secrets are taken out of what is stored."""

    ignore: tuple[str, ...]
    redact_secrets: bool


class RenderSettings(NamedTuple):
    """Whether the texts of files that a prompt takes in are stored with it."""

    assets: bool


class AdminSettings(NamedTuple):
    """Where the admin endpoint listens on TCP. `token_file` is a path as written, never the token."""

    enabled: bool
    host: str
    port: int
    token_file: str | None


class ClientSettings(NamedTuple):
    """Somebody who may use the admin endpoint over TCP.

    `token_hash` is the SHA-256 of the token, in hexadecimal.
    """

    name: str
    token_hash: str
    role: str

    def __repr__(self) -> str:
        """Whose it is, and not by what it is known."""
        return f"ClientSettings(name={self.name!r}, role={self.role!r})"


class LogSettings(NamedTuple):
    """How log lines look and which are written."""

    format: str
    level: str


class Config(NamedTuple):
    """Everything that can be configured, checked. `origins`: where the value of each key was written."""

    root: Path
    file: Path | None
    database: DatabaseSettings
    watch: WatchSettings
    guard: GuardSettings
    limits: LimitSettings
    changes: ChangesSettings
    lint: LintSettings
    render: RenderSettings
    admin: AdminSettings
    log: LogSettings
    collections: tuple[Collection, ...]
    clients: tuple[ClientSettings, ...]
    origins: Mapping[str, str]
    environment: str | None

    @property
    def database_path(self) -> Path:
        """The absolute path of the database."""
        return self.root / self.database.path


class Setting(NamedTuple):
    """One key with its value and where that was written."""

    key: str
    value: object
    origin: str


def list_settings(config: Config) -> list[Setting]:
    """Every setting of *config*, always in one order: the tables, then the collections, then the clients."""
    found = {key: _value(getattr(config, key.partition(".")[0]), key) for key in SETTINGS}
    for items, rules in ITEMS.items():
        for number, item in enumerate(getattr(config, items)):
            found |= {key: _value(item, key) for key in (f"{items}[{number}].{name}" for name in rules)}
    return [Setting(key, value, config.origins[key]) for key, value in found.items()]


def _value(holder: object, key: str) -> object:
    value: object = getattr(holder, key.rpartition(".")[2])
    return value
