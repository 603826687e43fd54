"""What a walk delivers is all that a look at everything would find: after it such a look finds nothing."""

import os
import time
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest

from docsync.names import EVERYTHING
from docsync.verify import verify
from tests.helpers.passes import decide, list_claims, walk
from tests.helpers.project import Project, Tell
from tests.sync.test_histories import History

LONG = bool(os.environ.get("DOCSYNC_LONG"))
RUNS, PARTS = (2_000, 20) if LONG else (24, 4)
SEED = int(os.environ.get("DOCSYNC_SEED", "0")) or SystemRandom().randrange(10**9)


_MANY_TICKS = 0.06


class UnheardHistory(History):
    """Random actions of which nobody hears: walks find them, at times while something else happens."""

    def look(self) -> None:
        """A walk, and the batch of what it delivered with all that is to be looked at once more."""
        if EVERYTHING in self.dirty or self.project.engine.needs_whole:
            super().look()
            return
        again = self.dirty & self.again
        at = self.random.randint(1, 60)
        delivery = walk(self.project, lambda pieces: self._act_unheard() if pieces == at else None)
        self.dirty = set()
        self.dirty |= decide(self.project, delivery).again.keys()
        self.sync(*again)
        self.again = set(self.dirty)

    def _act_unheard(self) -> None:
        if self.random.random() < 0.3:
            self.random.choice((self._good, self._broken, self._remove, self._move, self._target))()

    again: set[str] = set()  # noqa: RUF012  # replaced, never changed


def dump(project: Project) -> list[Any]:
    """All that a reader sees, and what is remembered of each file."""
    tables = ("documents", "document_references", "problems", "document_status", "collections")
    # Not whether a stamp is racy: a later look takes it for proved.
    files = "SELECT file_path, type, state, mtime_ns, ctime_ns, inode, content_hash, good_size FROM files"
    return [
        *(project.query(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables),
        project.query(f"{files} ORDER BY 1"),
    ]


@pytest.mark.parametrize("part", range(PARTS))
def test_after_a_walk_a_look_at_everything_finds_nothing(part: int, tmp_path: Path, tell: Tell) -> None:
    runs = RUNS // PARTS
    first = SEED + part * runs
    tell(f"unheard histories of hostile names: {runs}, DOCSYNC_SEED={first} begins with them")
    for seed in range(first, first + runs):
        history = UnheardHistory(tmp_path / str(seed), seed)
        project = history.project
        for _ in range(history.random.randint(3, 20)):
            history.act()
        told = f"DOCSYNC_SEED={seed}: {history.steps}"
        history.settle()
        if history.random.random() < 0.5:
            project.start()
        settle_walks(project)
        before = dump(project)
        project.settle()
        assert dump(project) == before, told
        verification = verify(project.settings, project.database)
        assert verification.differences == (), told
        project.close()


def settle_walks(project: Project) -> None:
    """Walks, until nothing is in doubt and nothing is found but a folder that is doubted.

    What is gone is found once no folder has moved for longer than a tick of the file system's clock.
    """
    since = time.monotonic()
    for _ in range(1_000):
        if project.engine.needs_whole:  # then no walk will do
            project.sync()
        claims = list_claims(walk(project))
        if project.engine.next_due_ns() is not None or claims not in ([], ["roots"]):
            since = time.monotonic()
        elif time.monotonic() - since > _MANY_TICKS:
            return
        decide(project, walk(project))
        project.later(600)
    raise AssertionError(f"walks find for ever: {claims}")
