"""Kills a docsync at every statement of a start, while a service reads, and starts it again.

    python -m tests.store.kill_series VERSION SCRIPTS COLUMNS

is the docsync of a release. A line of stdin names a database and a statement: a child process opens the
database and is killed before that statement; its exit code is printed.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw

from docsync.errors import DocsyncError
from docsync.store.connection import open_writer
from tests.store.fixture import load
from tests.store.survival import find_losses, read_contents
from tests.store.upgrade import Release, use_release

_KILLED = -signal.SIGKILL
# Uses Python's own SQLite, as other programs do, and answers each word with all that it sees.
_SERVICE = """
import json, pathlib, sqlite3, sys
SEEN = '''SELECT group_concat(value, ' ')
FROM (SELECT value FROM sync_state ORDER BY key)
UNION ALL SELECT group_concat(seq) FROM changes
UNION ALL SELECT group_concat(tag) FROM document_tags
UNION ALL SELECT group_concat(row_hash) FROM (SELECT row_hash FROM documents ORDER BY id)'''
for line in sys.stdin:
    word, *path = json.loads(line)
    if word == "open":
        uri = pathlib.Path(path[0]).as_uri() + "?mode=ro"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    if word == "next":
        connection.execute("COMMIT")
    if word != "again":
        connection.execute("BEGIN")
    print(json.dumps(connection.execute(SEEN).fetchall()), flush=True)
"""


class LineProcess:
    """A process that answers each line with one line of JSON."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, *words: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextmanager
def start_process(*arguments: str) -> Iterator[LineProcess]:
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield LineProcess(process)
        finally:
            process.kill()


class KillSeries:
    """Opens databases of *version* as *release*; each is killed at the next one of its `statements`."""

    def __init__(self, folder: Path, version: int, release: Release) -> None:
        self._folder = folder
        self._version = version
        self._release = release
        self._before = read_contents(self._database("before"))
        self.statements = 0

    def run(self) -> list[str]:
        """What was wrong after the first kill that did harm, one sentence each; empty when none did."""
        release = self._release
        of = (str(release.version), str(release.scripts), release.hashed)
        docsync = ("-m", "tests.store.kill_series", *of)
        with start_process(*docsync) as victim, start_process("-c", _SERVICE) as service:
            states = [self._state(service, version) for version in range(self._version, release.version + 1)]
            code = _KILLED
            while code == _KILLED:
                self.statements += 1
                database = self._database(str(self.statements))
                seen = service.ask("open", str(database))
                code = victim.ask(str(database), self.statements)
                wrong = [] if service.ask("again") == seen else ["the service's snapshot has changed"]
                wrong += [] if service.ask("next") in states else ["the service sees half of a step"]
                wrong += self._after_the_next_start(database)
                if wrong:
                    return [f"killed at statement {self.statements}: {what}" for what in wrong]
        return [] if code == 0 else [f"the start itself ends with {code}"]

    def _database(self, name: str) -> Path:
        return load(self._version, self._folder / name / "docsync.db")

    def _state(self, service: LineProcess, version: int) -> Any:
        """What a service sees of a database that was brought to *version* without a kill."""
        database = self._database(f"version-{version}")
        with use_release(replace(self._release, version=version)), open_writer(database):
            pass
        return service.ask("open", str(database))

    def _after_the_next_start(self, database: Path) -> list[str]:
        with use_release(self._release):
            try:
                with open_writer(database):
                    pass
                return find_losses(self._before, read_contents(database))
            except (apsw.Error, DocsyncError) as error:
                return [f"the next start fails: {error!r}"]


def _open(database: Path, nth: int) -> None:
    """Open *database*; the process is killed just before the *nth* statement."""
    left = nth

    def trace(*_: object) -> bool:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return True

    apsw.connection_hooks.append(lambda connection: setattr(connection, "exec_trace", trace))
    with open_writer(database):
        pass


def main() -> None:
    with use_release(Release(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])):
        for line in sys.stdin:
            database, nth = json.loads(line)
            child = os.fork()  # there is one thread and no connection
            if not child:
                code = 1
                try:
                    _open(Path(database), nth)
                    code = 0
                finally:
                    os._exit(code)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
