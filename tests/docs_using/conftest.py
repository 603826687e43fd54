"""A daemon of the bundled project that is asked over TCP with its token, and programs that run beside it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from docsync.lock import read_announcement
from tests.daemon.running import Daemon
from tests.docs_reading.conftest import bundled, live
from tests.helpers.mounting import mounts

__all__ = ["live", "mounts"]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Daemon]:
    """A running daemon whose files the test changes, and that is asked over TCP with its token."""
    daemon = bundled(tmp_path / "project")
    daemon.environ |= {
        "DOCSYNC_ADMIN__ENABLED": "true",
        "DOCSYNC_ADMIN__PORT": "0",
        "DOCSYNC_DATABASE__MODE": "private",
        "NO_PROXY": "127.0.0.1",
    }
    daemon.start()
    yield daemon
    daemon.kill()


def http_of(daemon: Daemon) -> str:
    """Where *daemon* answers over TCP."""
    announced = read_announcement(daemon.database.parent)
    assert announced
    assert announced.http
    return announced.http.rstrip("/")


def token_of(daemon: Daemon) -> str:
    return daemon.run("token").stdout.strip()


@contextmanager
def conversing(command: list[str], at: Daemon, **environ: str) -> Iterator["subprocess.Popen[str]"]:
    """*command* as a process in the project's folder, whose lines are read; it is killed when the block ends."""
    with subprocess.Popen(
        command,
        cwd=at.root,
        env=at.environ | environ,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def next_line(process: "subprocess.Popen[str]") -> str:
    """The next line that *process* prints; the test fails, with what it complained of, where it ended instead."""
    assert process.stdout
    assert process.stderr
    line = process.stdout.readline()
    assert line, process.stderr.read()
    return line.rstrip("\n")
