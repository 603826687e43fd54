"""What the configuration says, as plain values, and where each was said. Never reads a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from docsync.config.keys import ITEMS, SETTINGS
from docsync.names import Collection


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Where the database lies, as written: relative to the project root or absolute; and who may read it.

    `mode` is private, group or shared; None where docsync is to decide.
    """

    path: str
    mode: str | None


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """How changes are noticed and how long they may take."""

    mode: str
    settle_ms: int
    debounce_ms: int
    max_delay_ms: int
    poll_ms: int
    rescan_seconds: int


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """When a mass deletion is held."""

    max_delete_ratio: float
    min_deletes: int


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """The largest file that is read."""

    max_file_bytes: int


@dataclass(frozen=True, slots=True)
class ChangesSettings:
    """How many changes the feed remembers."""

    keep: int


@dataclass(frozen=True, slots=True)
class LintSettings:
    """Which rule codes are not reported, and whether secrets are taken out of what is stored."""

    ignore: tuple[str, ...]
    redact_secrets: bool


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """Whether the texts of files that a prompt takes in are stored with it."""

    assets: bool


@dataclass(frozen=True, slots=True)
class AdminSettings:
    """Where the admin endpoint listens on TCP. `token_file` is a path as written, never the token."""

    enabled: bool
    host: str
    port: int
    token_file: str | None


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """Somebody who may use the admin endpoint over TCP.

    `token_hash` is the SHA-256 of the token, in hexadecimal.
    """

    name: str
    token_hash: str = field(repr=False)
    role: str


@dataclass(frozen=True, slots=True)
class LogSettings:
    """How log lines look and which are written."""

    format: str
    level: str


@dataclass(frozen=True, slots=True)
class Config:
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


@dataclass(frozen=True, slots=True)
class Setting:
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
