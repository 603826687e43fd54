"""Makes a database from the files alone, in a folder of its own. Never touches the one that is in use."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from docsync.clock import SYSTEM, Clock
from docsync.errors import StoreReason, StoreUnavailable
from docsync.model import Timing
from docsync.store.connection import open_writer
from docsync.sync.batch.batch_context import Progress
from docsync.sync.setup import Settings, build_engine
from docsync.upkeep.convergence import Convergence

FRESH = "docsync-fresh-"
"""Prefix of the folders that hold a database while it is made; left ones are removed at the next start."""


def clear(folder: Path) -> None:
    """Remove the half-made databases that a killed docsync left in *folder*. The caller holds the lock."""
    for left_behind in folder.glob(f"{FRESH}*"):
        shutil.rmtree(left_behind, ignore_errors=True)


@contextmanager
def build_fresh(
    settings: Settings, parent: Path | None = None, progress: Progress | None = None, clock: Clock = SYSTEM
) -> Iterator[Path]:
    """A database made from the files alone, in the folder *parent* or a temporary one, until the block ends.

    Raises StoreUnavailable where none can be made.
    """
    at_once = replace(settings, timing=Timing(0, 0, 0), max_delete_ratio=1.0)
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=FRESH, dir=parent))
        except OSError as error:
            raise StoreUnavailable(
                StoreReason.IO_ERROR, f"no place for a database that is made afresh ({error})"
            ) from error
        path = Path(folder) / "fresh.db"
        with open_writer(path) as connection:
            connection.pragma("synchronous", "OFF")
            Convergence(build_engine(at_once, connection, clock), clock=clock).settle(progress)
        yield path
