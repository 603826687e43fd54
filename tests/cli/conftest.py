"""A project for the command line: run in this process, in one of its own, or with a daemon beside it."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from docsync.cli.command_line import run

ENVIRON = {"DOCSYNC_ADMIN__ENABLED": "false", "DOCSYNC_WATCH__DEBOUNCE_MS": "50"}
PROMPT = "---\nname: Greet\n---\nsystem:\nHello.\n"


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


class Shell:
    """A project's folder and the commands that are run in it."""

    def __init__(self, root: Path, capture: Callable[[], tuple[str, str]]) -> None:
        self.root = root
        self._capture = capture

    def __call__(self, *arguments: str, **environ: str) -> Answer:
        """Run a command in this process."""
        self._capture()
        code = run(["-C", str(self.root), *arguments], ENVIRON | environ)
        return Answer(code, *self._capture())

    def spawn(self, *arguments: str, **environ: str) -> Answer:
        """Run a command in a process of its own, from within the project."""
        done = subprocess.run(
            [sys.executable, "-m", "docsync", *arguments],
            cwd=self.root,
            env=environment(**environ),
            capture_output=True,
            text=True,
            timeout=60,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def at_terminal(self, *arguments: str, typed: str | None = None) -> Answer:
        """Run a command in a process of its own whose stdout is a terminal of 80 columns.

        With *typed* its stdin is that terminal, too, at which this is typed.
        """
        terminal, side = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "docsync", *arguments],
            cwd=self.root,
            env=environment(TERM="xterm", COLUMNS="80"),
            stdin=None if typed is None else side,
            stdout=side,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            os.close(side)
            os.write(terminal, (typed or "").encode())
            shown = bytearray()
            # Once its other side is closed, a terminal ends with an error.
            with suppress(OSError), open(terminal, "rb", buffering=0) as screen:
                while chunk := screen.read(4096):
                    shown += chunk
            assert process.stderr is not None
            told = process.stderr.read()
        return Answer(process.returncode, shown.decode().replace("\r\n", "\n"), told)

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def persona(self, name: str, **values: Any) -> Path:
        return self.write(f"personas/{name}.json", json.dumps({"name": name.title(), **values}))

    @contextmanager
    def daemon(self) -> Iterator[subprocess.Popen[str]]:
        """A daemon that has started, until the block ends."""
        with subprocess.Popen(
            [sys.executable, "-m", "docsync", "run"],
            cwd=self.root,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr is not None
            try:
                assert any("docsync.started" in line for line in process.stderr), (
                    "the daemon ended before it started"
                )
                yield process
            finally:
                process.terminate()
                process.stderr.read()


def environment(**environ: str) -> dict[str, str]:
    # What the machine says of colors must not decide what the tests see.
    inherited = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    return inherited | ENVIRON | environ


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """An empty folder."""
    root = tmp_path / "project"
    root.mkdir()
    return Shell(root, lambda: (capture := capsys.readouterr()) and (capture.out, capture.err))


@pytest.fixture
def filled(shell: Shell) -> Shell:
    """Two personas and a prompt, not synced yet."""
    shell.persona("ada", tags=["calm"], age=36, demographics={"ageGroup": "30-44"})
    shell.persona("grace", tags=["brisk"], age=85)
    shell.write("prompts/greet.prompty", PROMPT)
    return shell
