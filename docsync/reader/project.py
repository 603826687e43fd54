"""What a project's configuration says about syncing it, as plain values. Syncs nothing."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from docsync.errors import UsageError

if TYPE_CHECKING:
    from docsync.sync.setup import Settings


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """Whose database is kept equal to which files, and how they are watched."""

    sync: "Settings"
    database: Path
    mode: Literal["auto", "events", "poll"]
    poll_ms: int
    rescan_seconds: int


def read_project(project: Path | str | None = None, database: Path | str | None = None) -> ProjectSettings:
    """The settings of *project*: a folder in or below one with a docsync.toml, else the working directory.

    *database* is the path of another database than the configured one. Raises ConfigError, and UsageError
    where no project is.
    """
    from docsync.config import load_config
    from docsync.reader.files import settings_of

    flags = {"database.path": None if database is None else str(Path(database).absolute())}
    config = load_config(Path(project or "."), environ=os.environ, flags=flags)
    if config.file is None and not any((config.root / one.path).exists() for one in config.collections):
        raise UsageError(f"{config.root}: no docsync.toml here or above; begin with: docsync init")
    mode = cast(Literal["auto", "events", "poll"], config.watch.mode)
    watch = (mode, config.watch.poll_ms, config.watch.rescan_seconds)
    return ProjectSettings(settings_of(config), config.database_path, *watch)
