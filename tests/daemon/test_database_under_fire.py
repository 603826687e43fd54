"""The real write path on a disk that fails, fills up or loses power: before or after, never in between."""

import json
import os
import random
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import apsw
import pytest

from docsync.errors import StoreUnavailable
from docsync.store.checkpoint import Checkpoint
from docsync.store.damage import find
from tests.daemon.running import Daemon
from tests.helpers.project import Project, Tell
from tests.store.breaking import damage, garbage_header
from tests.store.faulty_vfs import Fire, Step, after_power_loss, under_fire

POWER_SECONDS = float(os.environ.get("DOCSYNC_POWER_SECONDS", "5"))
SEED = int(os.environ.get("DOCSYNC_SEED", "20261121"))
VISIBLE = (
    "SELECT id, name, document, file_path, tags, content_hash, revision FROM documents ORDER BY id",
    "SELECT document_id, tag FROM document_tags ORDER BY document_id, tag",
    "SELECT id, name, text FROM documents_fts ORDER BY id",
    "SELECT seq, revision, id, op FROM changes ORDER BY seq",
    "SELECT key, value FROM sync_state ORDER BY key",
)
MAX_STEPS = 500


@pytest.fixture
def fire() -> Iterator[Fire]:
    with under_fire() as fire:
        yield fire


@pytest.fixture
def burning(fire: Fire, tmp_path: Path) -> Iterator[Project]:
    """A project whose database was opened on the disk that can fail."""
    project = Project(tmp_path / "project")
    project.start(min_deletes=MAX_STEPS)  # each generation deletes a file, and it is always the same minute
    yield project
    fire.cease()
    project.close()


def seen_by_another(database: Path) -> str:
    """Everything that a reader on a healthy disk sees, in one snapshot."""
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    connection = apsw.Connection(f"{database.as_uri()}?mode=ro", flags=flags, vfs="unix")
    try:
        return visible(connection)
    finally:
        connection.close()


def visible(connection: apsw.Connection) -> str:
    connection.execute("BEGIN")
    rows = [connection.execute(statement).fetchall() for statement in VISIBLE]
    connection.execute("COMMIT")
    return sha256(json.dumps(rows).encode()).hexdigest()


def next_generation(project: Project, generation: int) -> None:
    """Some files are edited, one comes and one goes."""
    for number in range(4):
        project.persona(
            f"personas/p{number}.json", generation=generation, bio="word " * 300, tags=[f"t{generation}"]
        )
    project.persona(f"personas/g{generation}.json")
    (project.root / f"personas/g{generation - 1}.json").unlink(missing_ok=True)


def sync_whole(project: Project) -> None:
    """One batch with all news, also of the file that went."""
    project.sync()
    project.later(600)
    project.settle()


@pytest.mark.parametrize("persistent", [False, True], ids=["once", "from-then-on"])
@pytest.mark.parametrize(
    ("kind", "full"),
    [("write", False), ("write", True), ("sync", False), ("truncate", False), ("read", False)],
    ids=str,
)
def test_a_failing_disk_leaves_before_or_after(
    burning: Project, fire: Fire, kind: str, full: bool, persistent: bool, tell: Tell
) -> None:
    generation = 1
    next_generation(burning, generation)
    sync_whole(burning)
    checkpoint = Checkpoint(burning.connection)
    # SQLite ignores an error of the checkpoint that follows a commit, but apsw raises what was raised in
    # here.
    burning.connection.pragma("wal_autocheckpoint", 0)
    cases = 0
    for nth in range(1, MAX_STEPS):
        generation += 1
        before = seen_by_another(burning.database)
        next_generation(burning, generation)
        fire.arm([kind], nth, persistent=persistent, code=apsw.SQLITE_FULL if full else None)
        revision = burning.revision
        failed = reason_of_failure(burning, checkpoint)
        fired = fire.fired
        seen = seen_by_another(burning.database)
        fire.cease()
        assert failed in (None, "disk_full" if full else "io_error")
        assert (seen == before) == (failed is not None), f"{kind} {nth}: neither before nor after"
        sync_whole(burning)
        assert burning.revision > revision, "the same connection works again"
        assert find(burning.connection) is None
        assert f"personas/g{generation}.json" in burning.paths()
        assert f"personas/g{generation - 1}.json" not in burning.paths()
        if not fired:
            break
        cases += 1
    else:
        raise AssertionError("the faults never came to an end")
    tell(f"failing disk, one batch, {kind}: {cases} steps")
    assert cases or kind in ("truncate", "read")


def reason_of_failure(project: Project, checkpoint: Checkpoint) -> str | None:
    """Sync and copy the log back; the reason if the sync was refused. A checkpoint never fails a sync."""
    reason = None
    try:
        project.sync()
    except StoreUnavailable as error:
        reason = error.reason
    now_ns = time.monotonic_ns()
    checkpoint.tick(now_ns)
    checkpoint.tick(now_ns + 1_000_000_000)
    return reason


def test_a_database_that_became_read_only_is_unavailable_and_serves_again_later(project: Project) -> None:
    project.persona("personas/ana.json", name="Ana")
    project.sync()
    before = seen_by_another(project.database)
    project.persona("personas/ana.json", name="Anna")
    project.connection.pragma("query_only", True)
    with pytest.raises(StoreUnavailable) as caught:
        project.sync()
    assert caught.value.reason == "io_error"
    assert seen_by_another(project.database) == before
    project.connection.pragma("query_only", False)
    project.sync()
    assert project.names() == {"personas/ana.json": "Anna"}


def test_a_full_database_is_unavailable_and_serves_again_later(project: Project) -> None:
    project.persona("personas/ana.json", name="Ana")
    project.sync()
    before = seen_by_another(project.database)
    pages = project.connection.pragma("page_count")
    project.connection.pragma("max_page_count", pages)
    for number in range(20):
        project.persona(f"personas/p{number}.json", bio="word " * 1000)
    with pytest.raises(StoreUnavailable) as caught:
        project.sync()
    assert caught.value.reason == "disk_full"
    assert seen_by_another(project.database) == before
    project.connection.pragma("max_page_count", 1_000_000)
    project.sync()
    assert len(project.paths()) == 21


class History:
    """A project's life on a disk that remembers: what was acknowledged when, and what each revision held."""

    def __init__(self, fire: Fire, root: Path) -> None:
        self.contents: dict[Any, str] = {}
        self.acknowledged: list[tuple[int, int]] = [(0, 0)]
        project = Project(root)
        project.start(min_deletes=MAX_STEPS)
        checkpoint = Checkpoint(project.connection)
        self._note(project, fire)
        for generation in range(1, 25):
            next_generation(project, generation)
            project.sync()
            self._note(project, fire)
            project.later(600)
            project.settle()
            self._note(project, fire)
            if generation % 5 == 0:
                checkpoint.tick(time.monotonic_ns())
                checkpoint.tick(time.monotonic_ns() + 1_000_000_000)
        project.close()
        self.steps = list(fire.steps)

    def _note(self, project: Project, fire: Fire) -> None:
        self.contents[project.revision] = visible(project.connection)
        self.acknowledged.append((len(fire.steps), project.revision))

    def lose_power(self, generator: random.Random, folder: Path) -> None:
        """Look at what is left when the power goes at some point."""
        cut = generator.randrange(self._first_ack(), len(self.steps) + 1)
        left = after_power_loss(self.steps[:cut], generator)
        database = written(folder, left)
        connection = apsw.Connection(str(database), vfs="unix")
        try:
            revision = int(connection.execute("SELECT value FROM sync_state WHERE key = 'revision'").get)
            promised = max(number for at, number in self.acknowledged if at <= cut)
            assert revision >= promised, (
                f"cut {cut}: revision {promised} was acknowledged, {revision} is left"
            )
            assert visible(connection) == self.contents[revision], (
                f"cut {cut}: another content under {revision}"
            )
            assert find(connection) is None
        finally:
            connection.close()

    def _first_ack(self) -> int:
        return self.acknowledged[1][0]


def written(folder: Path, left: dict[str, bytes]) -> Path:
    for name in ("docsync.db", "docsync.db-wal", "docsync.db-shm"):
        (folder / name).unlink(missing_ok=True)
        if name in left:
            (folder / name).write_bytes(left[name])
    return folder / "docsync.db"


@pytest.mark.dose
@pytest.mark.timeout(2 * POWER_SECONDS + 120)
def test_a_power_loss_never_loses_an_acknowledged_revision(fire: Fire, tmp_path: Path, tell: Tell) -> None:
    history = History(fire, tmp_path / "project")
    folder = tmp_path / "left"
    folder.mkdir()
    deadline = time.monotonic() + POWER_SECONDS
    losses = 0
    while time.monotonic() < deadline or losses < 300:
        history.lose_power(random.Random(SEED + losses), folder)
        losses += 1
    tell(f"{losses} power losses, {len(history.steps)} steps, seeds {SEED} to {SEED + losses - 1}")


def test_the_power_losses_find_a_writer_that_does_not_sync(fire: Fire, tmp_path: Path) -> None:
    history = History(fire, tmp_path / "project")
    history.steps = [step for step in history.steps if not is_sync_of_log(step)]
    history.acknowledged = history.acknowledged[:1] + [
        (min(at, len(history.steps)), number) for at, number in history.acknowledged[1:]
    ]
    folder = tmp_path / "left"
    folder.mkdir()
    with pytest.raises((AssertionError, apsw.Error, KeyError)):
        lose_power_often(history, folder)


def lose_power_often(history: History, folder: Path) -> None:
    for number in range(200):
        history.lose_power(random.Random(SEED + number), folder)


def is_sync_of_log(step: Step) -> bool:
    return step.kind == "sync" and step.file.endswith("-wal")


def test_a_rebuild_by_hand_starts_a_new_epoch_with_a_daemon_and_without(daemon: Daemon) -> None:
    daemon.personas(20)
    daemon.start()
    before = daemon.value("SELECT value FROM sync_state WHERE key = 'epoch'")
    asked = daemon.run("sync", "--rebuild")
    assert asked.returncode == 0, asked.stderr
    epoch = daemon.value("SELECT value FROM sync_state WHERE key = 'epoch'")
    assert epoch != before
    daemon.stop()
    damage(daemon.database, garbage_header, random.Random(SEED))
    rebuilt = daemon.run("sync", "--rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert "20 documents" in rebuilt.stdout
    assert daemon.value("SELECT value FROM sync_state WHERE key = 'epoch'") != epoch
    daemon.verify()


def test_a_rebuild_cannot_be_tried_dry(daemon: Daemon) -> None:
    assert daemon.run("sync", "--rebuild", "--dry-run").returncode == 2
