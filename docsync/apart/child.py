"""Another Python that is asked by lines of JSON, and killed when it does not answer in time.

It is started anew: isolated, with an empty environment, in no folder of the project. Any thread can ask it.
It shares nothing with this process but two pipes.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from docsync.apart.pipe import read_some, write_all

Line = dict[str, Any]

_START_SECONDS = 10.0
_RUN = """import importlib, os, sys
os.nice(19)
sys.path += sys.argv[2:]
importlib.import_module(sys.argv[1]).main()
"""


class ChildGone(Exception):
    """The child has ended, or says more than a line may have."""


class Child:
    """Runs `main` of a module at the lowest priority, which says a first line when it is ready.

    Close it. One thread asks; `kill` is for any.
    """

    def __init__(self, module: str, max_line_bytes: int) -> None:
        paths = [path for path in sys.path if Path(path).is_absolute()]
        self._process = subprocess.Popen(  # noqa: S603 - this Python, and a module that the caller names
            [sys.executable, "-I", "-X", "utf8", "-c", _RUN, module, *paths],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            start_new_session=True,  # Ctrl-C is for who asks
        )
        assert self._process.stdin
        assert self._process.stdout
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        self._max_line_bytes = max_line_bytes
        self._begun = b""

    def close(self) -> None:
        """End it and forget it."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            with contextlib.suppress(OSError):
                pipe.close()
        self._process.wait()

    def kill(self) -> None:
        """End it now, whatever it is at."""
        self._process.kill()

    def start(self) -> None:
        """Wait until it is ready. Raises TimeoutError, ChildGone."""
        self.receive(time.monotonic() + _START_SECONDS)

    def send(self, line: Line, until: float) -> None:
        """Say *line*. Raises TimeoutError, ChildGone."""
        try:
            write_all(self._in, json.dumps(line).encode("ascii") + b"\n", until)
        except BrokenPipeError:
            raise ChildGone from None

    def receive(self, until: float) -> Line:
        """The next line. Raises TimeoutError, ChildGone."""
        pieces, size = [self._begun], len(self._begun)
        while b"\n" not in pieces[-1]:
            piece = read_some(self._out, until)
            size += len(piece)
            if not piece or size > self._max_line_bytes:
                raise ChildGone
            pieces.append(piece)
        octets, _, self._begun = b"".join(pieces).partition(b"\n")
        line: Line = json.loads(octets)
        return line
