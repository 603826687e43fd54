"""Says in the log when docsync.toml changes while docsync runs: what it says holds from the next start on.

Reads no configuration itself.
"""

from collections.abc import Callable
from pathlib import Path

from docsync.sync.thread.sync_log import Log

Stamp = tuple[int, int, int]


class ConfigWatch:
    """Looks at *file* when it is asked to; *find_mistakes* says what is wrong with it."""

    def __init__(self, file: Path, find_mistakes: Callable[[], tuple[str, ...]], log: Log) -> None:
        self._file = file
        self._find_mistakes = find_mistakes
        self._log = log
        self._told = self._seen = self._stamp()

    def tick(self) -> None:
        """Tell of a change, once it has not changed for the time between two calls."""
        stamp, before = self._stamp(), self._seen
        self._seen = stamp
        if stamp == before and stamp != self._told:
            self._told = stamp
            self._tell()

    def _tell(self) -> None:
        path, mistakes = str(self._file), self._find_mistakes()
        if mistakes:
            advice = "mend it: docsync goes on as it was started, but could not be started like this"
            self._log.warning("config.broken", path=path, mistakes=list(mistakes), next=advice)
        else:
            self._log.warning("config.changed", path=path, next="restart docsync to apply it")

    def _stamp(self) -> Stamp | None:
        try:
            status = self._file.stat()
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_size, status.st_ino)
