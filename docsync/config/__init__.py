"""Reads docsync.toml, the environment and the flags into one checked `Config`. Never writes anything."""

from docsync.config.load import find_file, load_config
from docsync.config.setting import (
    AdminSettings,
    ChangesSettings,
    ClientSettings,
    Config,
    DatabaseSettings,
    GuardSettings,
    LimitSettings,
    LintSettings,
    LogSettings,
    Setting,
    WatchSettings,
    list_settings,
)

__all__ = [
    "AdminSettings",
    "ChangesSettings",
    "ClientSettings",
    "Config",
    "DatabaseSettings",
    "GuardSettings",
    "LimitSettings",
    "LintSettings",
    "LogSettings",
    "Setting",
    "WatchSettings",
    "find_file",
    "list_settings",
    "load_config",
]
