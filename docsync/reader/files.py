"""Answers from the files while the database does not: the same tables, filled in memory by the same engine.

Made when first asked, and looked at again by stamps. Writes nothing to the disk.
"""

import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import apsw

from docsync.names import to_printable
from docsync.reader.row import FILES
from docsync.reader.snapshot import Snapshot

if TYPE_CHECKING:
    from docsync.config import Config
    from docsync.sync.setup import Settings
    from docsync.upkeep.convergence import Convergence

_MEMORY = Path(":memory:")
_LOOK_SECONDS = 0.5
# However large the tree is, looking at it takes no more than this part of the time.
_LOOK_INTERVAL_FACTOR = 10


class FileFallback:
    """Stands in for the database of a project."""

    def __init__(self, config: "Config") -> None:
        self._config = config
        self._stack = ExitStack()
        self._connection: apsw.Connection | None = None
        self._job: Convergence | None = None
        self._look_at = 0.0

    @property
    def project(self) -> Path:
        """The folder whose files they are."""
        return self._config.root

    def again(self) -> "FileFallback":
        """Another one for these files, with nothing read yet: for another thread."""
        return FileFallback(self._config)

    def begin(self) -> Snapshot:
        """The files as they are, or were half a second ago. Raises ConfigError for a schema that is none."""
        connection = self._connection or self._make()
        if time.monotonic() >= self._look_at:
            self._look()
        return Snapshot(connection, _MEMORY, FILES, None, None)

    def glance(self) -> Snapshot:
        """A snapshot for a single statement; equal to `begin`, as the tables change in `begin` only."""
        return self.begin()

    def end(self) -> None:
        """Nothing moves but in `begin`: there is nothing to end."""

    def close(self) -> None:
        """Forget the tables."""
        self._stack.close()
        self._connection = self._job = None
        self._look_at = 0.0

    def _make(self) -> apsw.Connection:
        # Imported where it is needed: a reader whose database answers must start fast.
        from docsync.model import Timing
        from docsync.store.connection import open_memory
        from docsync.sync.setup import build_engine
        from docsync.upkeep.convergence import Convergence

        # No grace periods and no guard: the answer is what the files say now.
        settings = replace(settings_of(self._config), timing=Timing(0, 0, 0), max_delete_ratio=1.0)
        with ExitStack() as stack:
            connection = stack.enter_context(open_memory())
            self._job = Convergence(build_engine(settings, connection))
            self._stack = stack.pop_all()  # only what is whole is kept
        self._connection = connection
        return connection

    def _look(self) -> None:
        """Read what is new; the stamps tell."""
        assert self._job is not None
        begun = time.monotonic()
        self._job.settle()
        self._job.engine.release(None)
        ended = time.monotonic()
        self._look_at = ended + max(_LOOK_SECONDS, (ended - begun) * _LOOK_INTERVAL_FACTOR)


def settings_of(config: "Config") -> "Settings":
    """Everything in *config* that decides what ends up in the database. Raises ConfigError."""
    from docsync.model import Timing
    from docsync.permission import Mode
    from docsync.sync.setup import Settings

    _check_folders(config)
    watch = (config.watch.settle_ms, config.watch.debounce_ms, config.watch.max_delay_ms)
    return Settings(
        config.root,
        config.collections,
        Timing(*(milliseconds * 1_000_000 for milliseconds in watch)),
        config.limits.max_file_bytes,
        config.guard.min_deletes,
        config.guard.max_delete_ratio,
        frozenset(config.lint.ignore),
        redact_secrets=config.lint.redact_secrets,
        takes_assets=config.render.assets,
        keep_changes=config.changes.keep,
        mode=Mode(config.database.mode) if config.database.mode else None,
    )


def _check_folders(config: "Config") -> None:
    """Raises ConfigError for a folder that is a link out of the project, as for "../x"."""
    from docsync.errors import ConfigError
    from docsync.scan import leads_out

    outside = [one.path for one in config.collections if leads_out(str(config.root), one.path)]
    if outside:
        file = to_printable(str(config.file or config.root))
        advice = "put the folder itself there, mount it, or keep docsync.toml in a folder above both"
        raise ConfigError(
            *(
                f"{file}: the folder {to_printable(path)} is a link that leads out of the project; {advice}"
                for path in outside
            )
        )
