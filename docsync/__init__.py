"""docsync keeps one SQLite database equal to folders of personas and prompts.

The map of the rooms: rank, room, job. Imports point to a strictly lower rank or stay inside one's own room.

    8  cli        commands, output, exit codes; the only room that prints
    8  testing    fixtures for the tests of services
    7  daemon     composes the parts: start and stop order, signals, the supervisor of the watcher
    7  doctor     examines all that docsync needs, and says what to do
    6  admin      the HTTP endpoint: http/ (connections, admission), routes/, dashboard/, and the client for it
    6  export     documents as JSON, CSV and Markdown
    6  codegen    the documents as types, in Python and TypeScript
    5  reader     rows to callers: get, changes, service; query/ has find, search, conditions, pages
    5  verify     proves the database equal to the files
    4  render     a stored prompt and its inputs to a request for a model; opens keys, and prompts for lines
    4  upkeep     a database kept sound: checks, repair, rebuild, backup, restore; one-shot syncs
    4  commands   the protocol of what can be asked of a running daemon
    3  sync       files to rows: batch/ (scan, diff, load, apply), rescan/ (a walk beside), thread/ (what wakes it)
    3  git_index  does Git track a file?
    2  lint       rules that a good document keeps beyond its format
    2  scan       the file tree: what lies where, under which stamp, and the bytes of one file
    2  watch      hints where to look: inotify, watchdog, polling
    2  store      the database file: tables, transactions, migrations, damage, epochs
    2  lock       one docsync a database
    1  formats    bytes to a document and problems; where values stand in a text
    1  policy     decisions that need time: coalesce (when to look), grace_period (bad news must last), guard (deletions)
    1  change     what a batch does to a row: upsert, touch, refuse, hold, delete
    1  diff       the tree compared with the database: what to read, what is missing
    1  config     docsync.toml, environment and flags, checked
    1  apart      processes of their own for work that must be possible to end: a fork, or another Python
    1  claim      which process keeps a database, also where its lock cannot be seen
    1  git        is Git at work in the repositories around the project?
    1  foreign    which folders are not entered, as other programs keep them: by name, by what lies in them
    1  log        structlog, set up
    1  counters   what the daemon has done, as numbers
    1  status     what docsync says of itself, as values
    0  model      the values that the layers pass to each other
    0  names      paths, patterns, ids; which names are ignored
    0  clock      time that is given: monotonic for waits, the wall clock for what people read
    0  permission who may read what docsync writes: modes, and files and folders made with them
    0  real_path  where a path leads, also while links on it come and go
    0  regular_file small files that somebody else may have put there, read whole or not at all
    0  registry   names of the formats and of the codes that can be ignored
    0  errors     the few errors that an operator must act on
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docsync.daemon.in_process import running
    from docsync.errors import (
        AlreadyRunning,
        ConfigError,
        Damaged,
        DocsyncError,
        NoDatabase,
        NoSuchDocument,
        NotFilledYet,
        NotReachable,
        StoreUnavailable,
        TimedOut,
        UsageError,
    )
    from docsync.reader import FallbackWarning, Reader, Row, open_reader
    from docsync.reader.async_reader import AsyncReader
    from docsync.reader.cached import CachedDocuments
    from docsync.reader.pool import ReaderPool
    from docsync.reader.service import PersonaService, PromptTemplateService
    from docsync.render.call import Call
    from docsync.render.error import InputError, Mistake, RenderError
    from docsync.render.message import MediaKind, MediaPart, Message, TextPart
else:  # to a type checker it would make an object of every name, also of a misspelt one

    def __getattr__(name: str) -> object:
        """Public names are loaded when they are first used, so that importing docsync costs nothing."""
        if name in __all__:
            from importlib import import_module

            room = _ROOMS.get(name, "docsync.errors")
            return getattr(import_module(room), name)
        raise AttributeError(f"module 'docsync' has no attribute {name!r}")


_ROOMS = {
    "AsyncReader": "docsync.reader.async_reader",
    "CachedDocuments": "docsync.reader.cached",
    "Call": "docsync.render.call",
    "FallbackWarning": "docsync.reader",
    "InputError": "docsync.render.error",
    "MediaKind": "docsync.render.message",
    "MediaPart": "docsync.render.message",
    "Message": "docsync.render.message",
    "Mistake": "docsync.render.error",
    "PersonaService": "docsync.reader.service",
    "PromptTemplateService": "docsync.reader.service",
    "Reader": "docsync.reader",
    "ReaderPool": "docsync.reader.pool",
    "RenderError": "docsync.render.error",
    "Row": "docsync.reader",
    "TextPart": "docsync.render.message",
    "open_reader": "docsync.reader",
    "running": "docsync.daemon.in_process",
}

__all__ = [
    "AlreadyRunning",
    "AsyncReader",
    "CachedDocuments",
    "Call",
    "ConfigError",
    "Damaged",
    "DocsyncError",
    "FallbackWarning",
    "InputError",
    "MediaKind",
    "MediaPart",
    "Message",
    "Mistake",
    "NoDatabase",
    "NoSuchDocument",
    "NotFilledYet",
    "NotReachable",
    "PersonaService",
    "PromptTemplateService",
    "Reader",
    "ReaderPool",
    "RenderError",
    "Row",
    "StoreUnavailable",
    "TextPart",
    "TimedOut",
    "UsageError",
    "open_reader",
    "running",
]
__version__ = "0.1.0"


def __dir__() -> list[str]:
    """The public names, also those that were not used yet."""
    return [*__all__, "__version__"]
