"""Opens a reader for a project or for a database file.

The only part of the reading side that reads configuration.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from docsync.errors import NoDatabase, UsageError
from docsync.reader.connection import DatabaseFile
from docsync.reader.reader import Reader
from docsync.reader.row import DATABASE, FILES
from docsync.reader.source import AnswerSource, OnFallback

if TYPE_CHECKING:
    from docsync.config import Config

AUTO = "auto"
_SOURCES = (AUTO, DATABASE, FILES)


def open_reader(
    project: Path | str | None = None,
    *,
    database: Path | str | None = None,
    source: str | None = None,
    on_fallback: OnFallback | None = None,
) -> Reader:
    """A reader for *project*: a folder in or below one with a docsync.toml; by default the working directory.

    With *database*, a path, no project is needed; without one nothing stands in for the database. Raises
    NoDatabase, ConfigError, UsageError.

    Args:
        source: auto (files answer while the database does not), database or files; DOCSYNC_SOURCE if it is
            not given.
        on_fallback: is told the reason each time that files begin to answer, in place of a FallbackWarning.
    """
    return open_proved(make_source(project, database=database, source=source, on_fallback=on_fallback))


def make_source(
    project: Path | str | None = None,
    *,
    database: Path | str | None = None,
    source: str | None = None,
    on_fallback: OnFallback | None = None,
) -> AnswerSource:
    """What would answer a reader, see `open_reader`; not opened yet. Raises what that does."""
    wanted = check_source(source or os.environ.get("DOCSYNC_SOURCE") or AUTO)
    if database is not None and project is None:
        if wanted == FILES:
            raise UsageError(
                "files can only be read in a project: name one, or leave the source to be the database"
            )
        return AnswerSource(DatabaseFile(Path(database)), None, None)
    from docsync.config import load_config

    flags = {"database.path": None if database is None else str(Path(database).absolute())}
    config = load_config(Path(project or "."), environ=os.environ, flags=flags)
    return _make_configured(config, wanted, on_fallback)


def open_configured(config: "Config", source: str = AUTO, on_fallback: OnFallback | None = None) -> Reader:
    """A reader for the project of *config*, see `open_reader`. Raises NoDatabase, UsageError."""
    return open_proved(_make_configured(config, source, on_fallback))


def _make_configured(config: "Config", source: str, on_fallback: OnFallback | None) -> AnswerSource:
    from docsync.reader.files import FileFallback

    wanted = check_source(source)
    folders = (config.root / one.path for one in config.collections)
    if config.file is None and not any(folder.exists() for folder in folders):
        return _make_lost(config, wanted)
    database = None if wanted == FILES else DatabaseFile(config.database_path, config.root)
    return AnswerSource(database, None if wanted == DATABASE else FileFallback(config), on_fallback)


def _make_lost(config: "Config", source: str) -> AnswerSource:
    """The source of a folder that is no project, whose database may be there all the same.

    To start docsync there would make a second, empty project. Raises NoDatabase where only files may answer.
    """
    advice = (
        f"there is no docsync.toml in or above {config.root}: say where it is, "
        'open_reader("/path/of/project")'
    )
    if source == FILES:
        raise NoDatabase(advice)
    return AnswerSource(DatabaseFile(config.database_path, config.root, advice=advice), None, None)


def check_source(text: str) -> str:
    """*text* as one of the sources there are. Raises UsageError."""
    known = ", ".join(_SOURCES)
    if "://" in text:
        raise UsageError(f"source {text!r}: reading from a daemon's URL is not possible yet; use {known}")
    if text not in _SOURCES:
        raise UsageError(f"source (DOCSYNC_SOURCE) must be one of {known}, got {text!r}")
    return text


def open_proved(source: AnswerSource) -> Reader:
    """A reader of *source* that has proved that something answers it. Raises NoDatabase."""
    try:
        with source.pin():
            return Reader(source)
    except BaseException:
        source.close()
        raise
