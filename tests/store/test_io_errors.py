"""Every way of writing the database, on a disk that fails at the n-th step of a kind: before or after, never between.

The same once more afterwards, on a disk that works, ends as if nothing had ever failed.
"""

import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from traceback import extract_tb

import apsw
import pytest

from docsync.errors import NoDatabase, StoreUnavailable
from docsync.model import Sign, Timing
from docsync.names import EVERYTHING
from docsync.policy.batch import Batch, DirtyPath
from docsync.store.checkpoint import Checkpoint
from docsync.store.connection import open_writer, writing
from docsync.store.migration import migrate
from docsync.sync.setup import Settings, build_engine
from docsync.upkeep.backup import keep, restore_once
from docsync.upkeep.one_shot import ignore_repair, rebuild_once
from docsync.upkeep.upkeep import open_checked
from tests.helpers.project import PERSONAS, PROMPTS, Project, Tell
from tests.store.breaking import at_home, damage, garbage_header
from tests.store.faulty_vfs import Fire, under_fire
from tests.store.upgrade import make_release, use_release

MAX_CASES = 10_000 if os.environ.get("DOCSYNC_LONG") == "1" else 3
SEED = int(os.environ.get("DOCSYNC_SEED", "20261121"))
KINDS = {
    "write": (["write"], None),
    "full": (["write"], apsw.SQLITE_FULL),
    "sync": (["sync"], None),
    "truncate": (["truncate"], None),
    "read": (["read"], None),
}
VISIBLE = (
    "SELECT id, name, document, file_path, tags, content_hash FROM documents ORDER BY id",
    "SELECT document_id, tag FROM document_tags ORDER BY document_id, tag",
    "SELECT id, name, text FROM documents_fts ORDER BY id",
    "SELECT file_path, code, message FROM problems ORDER BY file_path, ordinal",
    "SELECT key FROM sync_state ORDER BY key",
    "SELECT name, sql FROM sqlite_schema ORDER BY name",
    "PRAGMA user_version",
)


class Place:
    """A project's folder with a database that nobody has open."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.database = root / ".docsync" / "docsync.db"
        self.settings = Settings(root, (PERSONAS, PROMPTS), Timing(0, 0, 0), keep_changes=3)

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text)

    def change(self, statement: str) -> None:
        with open_writer(self.database) as connection:
            connection.execute(statement)


def edited(place: Place) -> None:
    place.write("personas/a.json", '{"name": "other", "tags": ["new"]}')
    place.write("personas/new.json", '{"name": "new"}')
    (place.root / "personas/b.json").unlink()


def touched(place: Place) -> None:
    for path in (place.root / "personas").iterdir():
        os.utime(path, (1_600_000_000, 1_600_000_000))


def broken(place: Place) -> None:
    place.write("personas/a.json", '{"name": ')


def made(place: Place) -> None:
    with open_writer(place.database):
        pass


def sync(place: Place) -> None:
    """One batch of everything."""
    with open_writer(place.database) as connection:
        now_ns = time.monotonic_ns()
        batch = Batch({EVERYTHING: DirtyPath(now_ns, now_ns, Sign.FOLDER)})
        build_engine(place.settings, connection).sync(batch, now_ns, lambda _: None)


def checkpointed(place: Place) -> None:
    """Copy the log back; what fails there is tried again, and never told."""
    with open_writer(place.database) as connection:
        checkpoint = Checkpoint(connection)
        checkpoint.tick(0)
        checkpoint.tick(10**9)


def moved_on(place: Place) -> None:
    """Migrate to a version of the tables that nobody else knows."""
    step = "ALTER TABLE problems ADD COLUMN extra TEXT; CREATE TABLE later (key TEXT) STRICT;"
    with tempfile.TemporaryDirectory() as folder, writing():
        later = make_release(Path(folder), step)
        connection = apsw.Connection(str(place.database))
        try:
            with use_release(later):
                migrate(connection, place.database)
        finally:
            with suppress(apsw.Error):  # see failure
                connection.close()


def mended(place: Place) -> None:
    with open_checked(place.settings, place.database, ignore_repair) as upkeep:
        upkeep.prove()


def rebuilt(place: Place) -> None:
    rebuild_once(place.settings, place.database, None, ignore_repair)


def moved_on_since_a_backup(place: Place) -> None:
    with open_writer(place.database) as connection:
        keep(connection, place.root / "kept.db")
    edited(place)
    sync(place)
    broken(place)
    sync(place)


def restored(place: Place) -> None:
    restore_once(place.settings, place.database, place.root / "kept.db", None, ignore_repair)


def nothing(_: Place) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Way:
    """A way of writing: what happens before it on a healthy disk, and the writing itself."""

    name: str
    prepare: Callable[[Place], None]
    write: Callable[[Place], None]


WAYS = (
    Way("tables", lambda place: shutil.rmtree(place.database.parent), made),
    Way("batch and retention", edited, sync),
    Way("stamps only", touched, sync),
    Way("problems", broken, sync),
    Way("checkpoint", nothing, checkpointed),
    Way("migration", nothing, moved_on),
    Way(
        "mending in place",
        lambda place: place.change("DELETE FROM document_tags WHERE document_id LIKE '%a'"),
        mended,
    ),
    Way("mending afresh", lambda place: place.change("DROP INDEX documents_name"), mended),
    Way("starting over", lambda place: damage(place.database, garbage_header, random.Random(SEED)), mended),
    Way("rebuild by hand", nothing, rebuilt),
    Way("restore", moved_on_since_a_backup, restored),
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = Project(tmp_path_factory.mktemp("source") / "project")
    for name in "abcd":
        project.persona(f"personas/{name}.json", tags=["calm", name], bio=f"{name} word " * 300)
    project.write("prompts/hello.prompty", "---\nname: hello\n---\nsystem:\nBe polite.\n")
    project.settle()
    project.close()
    return project.root


@pytest.fixture
def fire() -> Iterator[Fire]:
    with under_fire() as fire:
        yield fire


def place_for(way: Way, source: Path, folder: Path) -> Place:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder)
    place = Place(folder)
    if place.database.exists():
        at_home(place.database)
    way.prepare(place)
    return place


@contextmanager
def healthy(place: Place) -> Iterator[apsw.Connection]:
    """A reader on a disk that works."""
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    connection = apsw.Connection(f"{place.database.as_uri()}?mode=ro", flags=flags, vfs="unix")
    try:
        yield connection
    finally:
        connection.close()


def seen(place: Place) -> list[object] | None:
    """What a reader sees in one snapshot; None where there is no database yet, or none any more."""
    try:
        with healthy(place) as connection:
            connection.execute("BEGIN")
            return [connection.execute(statement).fetchall() for statement in VISIBLE]
    except (apsw.CantOpenError, apsw.NotADBError, apsw.CorruptError, apsw.SQLError):
        return None


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name.replace(" ", "-"))
def test_whatever_step_fails_it_is_before_or_after(
    way: Way, source: Path, tmp_path: Path, fire: Fire, tell: Tell
) -> None:
    tried = partial(place_for, way, source, tmp_path / "place")
    place = tried()
    before = seen(place)
    way.write(place)
    after = seen(place)
    cases = refused = 0
    for kind, (steps, code) in KINDS.items():
        for nth in numbers(tried(), way, fire, steps):
            for persistent in (False, True):
                place = tried()
                fire.arm(steps, nth, persistent=persistent, code=code)
                reason = failure(way, place)
                fire.cease()
                assert reason in (None, "io_error", "disk_full"), f"{kind} {nth}"
                assert seen(place) in (before, after), f"{kind} {nth}: between"
                way.write(place)
                assert seen(place) == after, f"{kind} {nth}: not as if nothing had failed"
                with healthy(place) as connection:
                    assert connection.execute("PRAGMA integrity_check").get == "ok"
                cases += 1
                refused += reason is not None
    tell(f"failing disk, {way.name}: {cases} failing steps, {refused} refused, seed {SEED}")
    assert cases


def numbers(place: Place, way: Way, fire: Fire, steps: list[str]) -> list[int]:
    """Which of the steps of a kind shall fail: all of them in the long run, otherwise a few of them by the seed."""
    fire.arm(steps, 10**9, persistent=False)
    way.write(place)
    count = fire.seen
    fire.cease()
    return sorted(random.Random(SEED).sample(range(1, count + 1), min(count, MAX_CASES)))


def failure(way: Way, place: Place) -> str | None:
    """The reason why it could not be written, None if it was."""
    try:
        way.write(place)
    except StoreUnavailable as error:
        return error.reason
    except NoDatabase as error:  # a reader has no other word for a disk that fails
        return "io_error" if isinstance(error.__cause__, apsw.IOError) else str(error)
    except (apsw.IOError, apsw.FullError) as error:
        # SQLite ignores what fails while a connection is closed, but apsw raises what the disk of this test raised.
        if "closing" not in [frame.name for frame in extract_tb(error.__traceback__)]:
            raise
    return None
