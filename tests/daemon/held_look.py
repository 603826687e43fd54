"""A real docsync whose look for damage waits at a pipe: python -m tests.daemon.held_look PIPE run

Each look opens PIPE to read, and goes on once somebody who had it open to write has closed it.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import apsw

from docsync.cli.command_line import run
from docsync.store.damage import LookStep, look
from docsync.upkeep import inspector


def hold(pipe: Path) -> None:
    """Let every look of this process wait at *pipe* before its first step."""

    def look_later(connection: apsw.Connection) -> Iterator[LookStep]:
        pipe.read_bytes()
        yield from look(connection)

    vars(inspector)["look"] = look_later


if __name__ == "__main__":
    hold(Path(sys.argv[1]))
    sys.exit(run(sys.argv[2:], os.environ))
