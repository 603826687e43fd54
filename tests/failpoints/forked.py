"""Daemons forked from a server that has imported everything: a real process of its own in a tenth of the time."""

import multiprocessing
import os
import signal
import sys
from pathlib import Path
from subprocess import TimeoutExpired

from tests.daemon.running import Daemon
from tests.failpoints.daemon import Orders, run

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(
    [
        "tests.failpoints.forked",
        "docsync.cli.command.run",
        "docsync.cli.project",
        "docsync.daemon",
        "docsync.formats.json_format",
        "docsync.formats.prompty",
        "docsync.formats.yaml_front_matter",
        "docsync.log",
        "anyio._backends._asyncio",
        "ctypes",
    ]
)


class Forked:
    """A process with the part of Popen's face that Daemon uses."""

    def __init__(self, root: Path, log: Path, environ: dict[str, str], orders: Orders) -> None:
        self._process = _SERVER.Process(target=_live, args=(root, log, environ, orders))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, seconds: float) -> int:
        self._process.join(seconds)
        code = self._process.exitcode
        if code is None:
            raise TimeoutExpired("docsync run", seconds)
        return code

    def terminate(self) -> None:
        self._process.terminate()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


class ForkedDaemon(Daemon):
    """A Daemon whose process can be given orders."""

    def launch(self, orders: Orders) -> None:
        """Start; the process may be dead before it says a word."""
        self.process = Forked(self.root, self.log, dict(self.environ), orders)  # type: ignore[assignment]  # see Forked

    def start(self, *, ready: bool = True) -> None:
        self.launch(Orders())
        if ready:
            self.until(self.is_announced)
            self.wait()

    def ask_to_stop(self) -> None:
        """As the system does it; returns before it has ended."""
        assert self.process
        self.process.terminate()

    def ended(self) -> int | None:
        """The exit code of a process that has ended; -9 after SIGKILL."""
        assert self.process
        return self.process.poll()


def _live(root: Path, log: Path, environ: dict[str, str], orders: Orders) -> None:
    os.chdir(root)
    os.environ.clear()
    os.environ.update(environ)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    stream = log.open("a", buffering=1)
    os.dup2(stream.fileno(), 2)
    sys.stderr = stream
    sys.exit(run(["run"], orders))
