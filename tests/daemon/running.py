"""A real `docsync run` in a process of its own, and what a service can see of it from outside."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Self

import apsw

from docsync.admin.client import Client
from docsync.lock import read_announcement

PATIENCE = 30.0
NO_RESCAN = {"DOCSYNC_WATCH__RESCAN_SECONDS": "3600"}
"""For a daemon that is to hear of everything by hints."""
OPEN = {"DOCSYNC_DATABASE__MODE": "shared"}
"""For a daemon that is asked over TCP without a token: the folders of a test are closed to others."""
QUEUE_LOCK = Path(tempfile.gettempdir()) / f"docsync-inotify-queue-{os.getuid()}.lock"
"""Held by whoever shortens the queue of inotify for a moment: the limit is the system's."""


@contextmanager
def usual_queue() -> Iterator[None]:
    """Watchers that start in here have the queue of this system: no other test shortens it meanwhile."""
    with QUEUE_LOCK.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def rest() -> None:
    """Return when every file has rested since it was last applied (rule 3), which takes time."""
    time.sleep(0.6)


class Daemon:
    """A project folder with a daemon that can be started, stopped and killed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.database = root / ".docsync" / "docsync.db"
        self.environ = os.environ | {"DOCSYNC_ADMIN__ENABLED": "false", "DOCSYNC_LOG__FORMAT": "json"}
        self.command = [sys.executable, "-m", "docsync"]
        self.process: subprocess.Popen[str] | None = None
        self.port = 0
        self.log = root.parent / f"{root.name}.log"
        for folder in ("personas", "prompts"):
            (root / folder).mkdir(parents=True, exist_ok=True)

    def start(self, *, ready: bool = True) -> None:
        with self.log.open("a") as log, usual_queue() if "docsync" in self.command else nullcontext():
            self.process = subprocess.Popen(
                [*self.command, "run"], cwd=self.root, env=self.environ, stderr=log, text=True
            )
            if ready:
                self.until(self.is_announced)
        if ready:
            self.wait()

    def is_announced(self) -> bool:
        """True once this very process answers; a killed one leaves its announcement behind."""
        assert self.process
        assert self.process.poll() is None, self.log.read_text()[-4000:]
        announcement = read_announcement(self.database.parent) if self.database.parent.exists() else None
        return announcement is not None and announcement.pid == self.process.pid

    def stop(self) -> int:
        assert self.process
        self.process.terminate()
        code = self.process.wait(5)
        self.process = None
        return code

    def kill(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(5)
            self.process = None

    def client(self) -> Client:
        return Client(self.root / ".docsync" / "docsync.sock", PATIENCE + 5)

    def wait(self) -> Any:
        """Read your writes."""
        return self.client().post("/v1/wait", {"timeout": PATIENCE})

    def status(self) -> Any:
        return self.client().get("/v1/status")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "docsync", *arguments],
            cwd=self.root,
            env=self.environ,
            text=True,
            capture_output=True,
        )

    def verify(self) -> None:
        result = self.run("verify", "--json")
        assert result.returncode == 0, result.stdout + result.stderr

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def persona(self, path: str, **values: Any) -> Path:
        return self.write(path, json.dumps({"name": Path(path).stem, **values}))

    def personas(self, count: int, folder: str = "personas/many") -> None:
        for number in range(count):
            self.persona(f"{folder}/g{number // 500}/p{number}.json", number=number)

    def connect(self) -> apsw.Connection:
        connection = apsw.Connection(
            f"{self.database.as_uri()}?mode=ro", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        )
        connection.set_busy_timeout(5000)
        return connection

    def query(self, sql: str, *values: Any) -> list[Any]:
        connection = self.connect()
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def value(self, sql: str, *values: Any) -> Any:
        return self.query(sql, *values)[0][0]

    def documents(self) -> int:
        return int(self.value("SELECT count(*) FROM documents"))

    @property
    def revision(self) -> int:
        return int(self.value("SELECT value FROM sync_state WHERE key = 'revision'"))

    def until(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Return once *condition* holds; fail with the daemon's log otherwise."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.log.read_text()[-4000:]
            time.sleep(0.005)

    def lines(self, event: str) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in found if line["event"] == event]


class Polled:
    """A service in a thread that asks *sql* again and again; `seen` has each answer once, in order."""

    def __init__(self, daemon: Daemon, sql: str) -> None:
        self._daemon, self._sql = daemon, sql
        self.seen: dict[tuple[object, ...], None] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        reader = self._daemon.connect()
        while True:
            over = self._stop.is_set()  # asked before the look: the last state is always seen
            row = reader.execute(self._sql).fetchone()
            assert row is not None
            self.seen[tuple(row)] = None
            if over:
                break
            self._stop.wait(0.001)
        reader.close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
