"""docsync status: what the daemon says, once and while one watches."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from click import unstyle

from tests.cli.conftest import Shell, environment

PATIENCE = 30.0


@pytest.fixture
def running(filled: Shell) -> Iterator[Shell]:
    with filled.daemon():
        filled("wait")
        yield filled


def test_a_running_daemon_is_shown(running: Shell) -> None:
    answer = running("status")

    assert answer.code == 0
    assert answer.out.splitlines()[0].split(maxsplit=1) == [
        "state",
        "in sync, ready: the database equals the files",
    ]
    assert str(running.root) in answer.out
    assert "→" not in answer.out


def test_what_is_broken_comes_with_the_next_command(running: Shell) -> None:
    running.write("personas/ada.json", "{")
    running("wait")

    assert "  → see what is broken with: docsync problems" in running("status").out.splitlines()


def test_json_is_what_the_daemon_says(running: Shell) -> None:
    status = running("status", "--json").json

    assert (status["state"], status["documents"]) == ("in_sync", 3)
    assert {"batches", "latency", "reasons", "collections"} <= {*status}


@pytest.mark.parametrize("flags", [(), ("--watch",)])
def test_without_a_daemon_the_command_that_starts_one_is_named(filled: Shell, flags: tuple[str, ...]) -> None:
    answer = filled("status", *flags)

    assert (answer.code, answer.out) == (3, "")
    assert answer.err == f"docsync: no docsync is running for {filled.root}; start one with: docsync run\n"


class Watching:
    """`docsync status --watch` in a process of its own, and what it has printed so far."""

    def __init__(self, process: subprocess.Popen[bytes], printed: int) -> None:
        self._process = process
        self._printed = printed
        self.out = ""

    def until(self, condition: Callable[[str], object]) -> None:
        """Read until *condition* holds of all that was printed."""
        deadline = time.monotonic() + PATIENCE
        while not condition(self.out):
            assert time.monotonic() < deadline, self.out
            assert self._process.poll() is None, self.out
            if select.select([self._printed], [], [], 1.0)[0]:
                self.out += os.read(self._printed, 65536).decode()

    def interrupt(self) -> int:
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(PATIENCE)


@contextmanager
def watching(shell: Shell, *flags: str, terminal: bool = False) -> Iterator[Watching]:
    printed, out = pty.openpty() if terminal else os.pipe()
    # COLUMNS, because a terminal of its own has no width.
    environ = environment(TERM="xterm", COLUMNS="200", LINES="60")
    command = [sys.executable, "-m", "docsync", "status", "--watch", *flags]
    process = subprocess.Popen(command, cwd=shell.root, env=environ, stdout=out, stderr=subprocess.DEVNULL)
    os.close(out)
    try:
        yield Watching(process, printed)
    finally:
        process.kill()
        process.wait()
        os.close(printed)


def test_watching_prints_a_line_whenever_something_changed(running: Shell) -> None:
    with watching(running) as watch:
        watch.until(lambda out: out.endswith("in sync, revision 1, 3 documents\n"))
        running.persona("alan")

        watch.until(lambda out: out.endswith("revision 2, 4 documents\n"))

        assert watch.interrupt() == 130
        assert len(watch.out.splitlines()) <= 3  # between the two it may have been syncing


def test_watching_with_json_prints_an_object_a_line(running: Shell) -> None:
    with watching(running, "--json") as watch:
        watch.until(lambda out: out.endswith("\n"))

        assert json.loads(watch.out)["documents"] == 3


def test_watching_outlives_the_daemon(filled: Shell) -> None:
    with ExitStack() as stack:
        with filled.daemon():
            filled("wait")
            watch = stack.enter_context(watching(filled))
            watch.until(lambda out: "3 documents" in out)
        watch.until(lambda out: "no answer: no docsync listens on" in out)

        with filled.daemon():
            watch.until(lambda out: "3 documents" in out.rpartition("no answer")[2])


def test_watching_with_json_says_that_the_daemon_is_gone(filled: Shell) -> None:
    with ExitStack() as stack:
        with filled.daemon():
            filled("wait")
            watch = stack.enter_context(watching(filled, "--json"))
            watch.until(lambda out: out.endswith("\n"))

        watch.until(lambda out: '"gone"' in out and out.endswith("\n"))

        assert json.loads(watch.out.splitlines()[-1])["state"] == "gone"


def test_watching_on_a_terminal_draws_anew(running: Shell) -> None:
    with watching(running, terminal=True) as watch:
        watch.until(lambda out: "in sync" in out and "persona" in out)
        assert "\x1b[" in watch.out
        running.write("personas/ada.json", "{")

        watch.until(lambda out: "see what is broken with: docsync problems" in unstyle(out))

        assert watch.interrupt() == 130


def test_watching_on_a_terminal_without_color_has_none(running: Shell) -> None:
    with watching(running, "--color", "never", terminal=True) as watch:
        watch.until(lambda out: "in sync" in out and "persona" in out)

        assert "\x1b[3" not in watch.out
        assert "\x1b[1m" not in watch.out
