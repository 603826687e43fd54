"""The database file: whose it is, who may read it, what its transactions promise."""

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from docsync.errors import Damaged, NoDatabase, StoreUnavailable
from docsync.store.connection import (
    open_memory,
    open_reader_connection,
    open_writer,
    writing,
)
from docsync.store.epoch import wal_of
from docsync.store.migration import APPLICATION_ID, SCHEMA_VERSION, migrate
from docsync.store.transaction import transaction
from tests.store.child import locked_by_another, read_by_another
from tests.store.upgrade import make_release, use_release

EPOCH = "SELECT value FROM sync_state WHERE key = 'epoch'"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".docsync" / "docsync.db"


@pytest.fixture
def tight_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def epoch_of(path: Path) -> object:
    with open_writer(path) as connection:
        return connection.execute(EPOCH).get


def test_an_empty_file_is_begun_like_one_that_is_not_there(tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    empty.touch()
    with open_writer(empty) as connection, open_writer(tmp_path / "other.db") as other:
        assert connection.total_changes() == other.total_changes(), (
            "nobody may see two epochs at the first start"
        )
    assert not list(tmp_path.glob("*.tmp"))


def test_a_copy_gets_a_new_epoch_also_if_the_first_start_was_killed_before_it_had_one(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = epoch_of(path)
    path.with_name(path.name + "-wal").unlink()
    with monkeypatch.context() as killed:
        killed.setattr("docsync.store.life.renew", raise_interrupt)
        with pytest.raises(KeyboardInterrupt):
            epoch_of(path)
    renewed = epoch_of(path)
    assert renewed != before
    assert epoch_of(path) == renewed


def test_an_empty_file_whose_first_start_was_killed_keeps_the_epoch_that_readers_saw(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    path.touch()
    with monkeypatch.context() as killed:
        killed.setattr("docsync.store.connection.migrate", migrate_and_die)
        with pytest.raises(KeyboardInterrupt):
            epoch_of(path)
    [[seen]] = read_by_another(path, EPOCH)
    assert epoch_of(path) == seen


def migrate_and_die(connection: apsw.Connection, path: Path) -> None:
    migrate(connection, path)
    raise KeyboardInterrupt


def test_a_start_that_fails_keeps_the_log_and_with_it_the_epoch(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = epoch_of(path)
    with monkeypatch.context() as failing:
        failing.setattr("docsync.store.connection._configure", raise_interrupt)
        with pytest.raises(KeyboardInterrupt):
            epoch_of(path)
    assert wal_of(path).exists()
    assert epoch_of(path) == before


def raise_interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def made_with(path: Path, *statements: str) -> None:
    """A database of someone else."""
    path.parent.mkdir(exist_ok=True)
    connection = apsw.Connection(str(path))
    for statement in statements:
        connection.execute(statement)
    connection.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_database_says_whose_it_is(path: Path) -> None:
    with open_writer(path) as connection:
        assert connection.pragma("application_id") == APPLICATION_ID
        assert connection.pragma("user_version") == SCHEMA_VERSION
    assert path.read_bytes()[68:72] == b"docs"


def test_a_new_database_has_an_epoch_of_its_own_and_no_revision_yet(tmp_path: Path) -> None:
    epochs = set()
    for name in ("a", "b"):
        with open_writer(tmp_path / name / "docsync.db") as connection:
            epochs.add(connection.execute(EPOCH).get)
            assert connection.execute("SELECT value FROM sync_state WHERE key = 'revision'").get == "0"
    assert len(epochs) == 2


def test_an_existing_database_keeps_its_epoch(path: Path) -> None:
    with open_writer(path) as connection:
        epoch = connection.execute(EPOCH).get
    with open_writer(path) as connection:
        assert connection.execute(EPOCH).get == epoch


def test_the_settings_that_promises_rest_on_are_made(path: Path) -> None:
    with open_writer(path) as connection:
        wanted = {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "journal_size_limit": 4 << 20,
            "mmap_size": 0,
        }
        assert {name: connection.pragma(name) for name in wanted} == wanted


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def any_umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("any_umask")
def test_a_new_database_is_for_its_owner_alone_whatever_the_umask_is(path: Path) -> None:
    with open_writer(path):
        assert mode(path.parent) == 0o700
        assert {file.name: mode(file) for file in path.parent.iterdir()} == dict.fromkeys(
            ("docsync.db", "docsync.db-wal", "docsync.db-shm", "docsync.db.life"), 0o600
        )
    assert mode(path.with_name("docsync.db.left")) == 0o600


@pytest.mark.usefixtures("tight_umask")
def test_a_folder_that_is_made_on_the_way_can_be_entered_and_the_databases_cannot(tmp_path: Path) -> None:
    with open_writer(tmp_path / "var" / "lib" / "docsync.db"):
        assert (mode(tmp_path / "var"), mode(tmp_path / "var" / "lib")) == (0o755, 0o700)


def test_the_mode_of_a_folder_that_was_there_is_nobody_elses_business(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir(mode=0o700)
    with open_writer(tmp_path / "mine" / "docsync.db"):
        assert mode(tmp_path / "mine") == 0o700


def test_the_wal_files_stay_after_a_clean_close(path: Path) -> None:
    with open_writer(path):
        pass
    left = {"docsync.db", "docsync.db-wal", "docsync.db-shm", "docsync.db.left", "docsync.db.life"}
    assert {file.name for file in path.parent.iterdir()} == left


@pytest.mark.parametrize(("bits", "companions"), [(0o600, 0o644), (0o644, 0o600), (0o640, 0o644)])
def test_who_may_read_the_database_may_read_its_log_and_nobody_else(
    path: Path, bits: int, companions: int
) -> None:
    with open_writer(path):
        pass
    for file in path.parent.glob("docsync.db-*"):
        file.chmod(companions)
    path.chmod(bits)
    with open_writer(path):
        assert {mode(file) for file in (path, *path.parent.glob("docsync.db-*"))} == {bits}


def test_a_link_that_dangles_is_refused_and_leads_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "docsync.db").symlink_to("elsewhere.db")
    with (
        pytest.raises(StoreUnavailable, match="is a symbolic link; remove it"),
        open_writer(tmp_path / "docsync.db"),
    ):
        pass
    assert os.listdir(tmp_path) == ["docsync.db"]


def test_a_pipe_where_sqlite_looks_for_a_journal_is_refused_at_once(path: Path) -> None:
    with open_writer(path):
        pass
    os.mkfifo(path.with_name(path.name + "-journal"))

    with pytest.raises(StoreUnavailable, match="-journal: is not a regular file"), open_writer(path):
        pass
    with pytest.raises(NoDatabase, match="-journal: is not a regular file"), open_reader_connection(path):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a file of another owner")
def test_a_database_of_another_owner_who_lets_us_write_is_opened_as_it_is() -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "docsync.db"
        with open_writer(path):
            pass
        for file in (path.parent, *path.parent.iterdir()):
            os.chown(file, 0, 65534)
            file.chmod(0o775 if file.is_dir() else 0o664)
        assert as_another_user(lambda: epoch_of(path)) == 0
        assert mode(path) == 0o664


def as_another_user(work: Callable[[], object]) -> int:
    """The exit code of a process without rights that does *work*."""
    child = os.fork()
    if not child:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        try:
            work()
        except BaseException:  # noqa: BLE001  # the parent is told by the exit code
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_another_program_reads_while_the_writer_runs_and_after_it_stopped(path: Path) -> None:
    with open_writer(path) as connection:
        epoch = connection.execute(EPOCH).get
        assert read_by_another(path, EPOCH) == [[epoch]]
    assert read_by_another(path, EPOCH) == [[epoch]]


def test_a_reader_sees_nothing_of_a_transaction_before_its_commit(path: Path) -> None:
    count = "SELECT count(*) FROM collections"
    with open_writer(path) as connection:
        with transaction(connection):
            connection.execute(
                "INSERT INTO collections (type, path, format, fingerprint) VALUES ('a','b','c','')"
            )
            assert read_by_another(path, count) == [[0]]
        assert read_by_another(path, count) == [[1]]


def test_a_database_of_another_program_is_refused_and_not_touched(path: Path) -> None:
    made_with(path, "PRAGMA application_id = 7", "CREATE TABLE theirs (x)")
    before = path.read_bytes()
    for opened in (open_writer, open_reader_connection):
        with pytest.raises(NoDatabase, match="belongs to another program"), opened(path):
            pass
    assert path.read_bytes() == before


def test_a_database_without_application_id_that_holds_tables_is_refused(path: Path) -> None:
    made_with(path, "CREATE TABLE theirs (x)")
    with pytest.raises(NoDatabase, match="belongs to another program"), open_writer(path):
        pass


def test_an_empty_file_becomes_our_database(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with open_writer(path) as connection:
        assert connection.pragma("application_id") == APPLICATION_ID


def test_a_file_that_is_no_database_is_refused_and_not_touched(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("Dear diary, today I was not a database. " * 100)
    for opened in (open_writer, open_reader_connection):
        with pytest.raises(NoDatabase), opened(path):
            pass
    assert path.read_text().startswith("Dear diary")


def test_a_database_of_a_newer_docsync_is_refused(path: Path) -> None:
    later = make_release(path.parent.parent / "later", "CREATE TABLE later (x)")
    epoch = epoch_of(path)
    with use_release(later):
        assert epoch_of(path) == epoch
    with pytest.raises(NoDatabase, match="made by a newer docsync"), open_writer(path):
        pass


@pytest.mark.parametrize("version", [0, SCHEMA_VERSION + 1, SCHEMA_VERSION ^ 0x10000])
def test_a_version_that_only_the_header_tells_is_damage(path: Path, version: int) -> None:
    with open_writer(path) as connection:
        connection.pragma("user_version", version)
    with pytest.raises(Damaged, match="header"), open_writer(path):
        pass


def test_reading_what_is_not_there_names_the_next_step(path: Path) -> None:
    with pytest.raises(NoDatabase, match="docsync run"), open_reader_connection(path):
        pass
    assert not path.exists()


def test_a_reader_cannot_write(path: Path) -> None:
    with (
        open_writer(path),
        open_reader_connection(path) as reader,
        pytest.raises(apsw.ReadOnlyError),
    ):
        reader.execute("DELETE FROM sync_state")


@pytest.mark.parametrize(
    "name", ["with space.db", "per%20cent.db", "question?mode=rw.db", "hash#tag.db", "ä.db"]
)
def test_a_database_may_have_any_name(tmp_path: Path, name: str) -> None:
    with open_writer(tmp_path / name) as writer, open_reader_connection(tmp_path / name) as reader:
        assert reader.execute(EPOCH).get == writer.execute(EPOCH).get


def test_a_database_in_memory_has_the_same_tables(path: Path) -> None:
    tables = "SELECT name FROM sqlite_schema ORDER BY name"
    with open_memory() as memory, open_writer(path) as writer:
        assert memory.execute(tables).fetchall() == writer.execute(tables).fetchall()


def test_a_transaction_that_fails_leaves_nothing(path: Path) -> None:
    with open_writer(path) as connection:
        before = connection.execute("SELECT count(*) FROM sync_state").get
        with pytest.raises(apsw.SQLError), transaction(connection):
            connection.execute("DELETE FROM sync_state; INSERT INTO nowhere VALUES (1)").fetchall()
        assert not connection.in_transaction
        assert connection.execute("SELECT count(*) FROM sync_state").get == before


def test_a_commit_that_fails_fails_the_call(path: Path) -> None:
    with open_writer(path) as connection:
        orphan = "PRAGMA defer_foreign_keys = ON; INSERT INTO document_tags VALUES ('no such document', 'x')"
        with pytest.raises(apsw.ConstraintError), transaction(connection):
            connection.execute(orphan).fetchall()
        assert connection.execute("SELECT count(*) FROM document_tags").get == 0


def test_a_full_disk_is_said_and_passes(path: Path) -> None:
    with open_writer(path) as connection:
        connection.pragma("max_page_count", connection.pragma("page_count"))
        with pytest.raises(StoreUnavailable) as refused, writing(), transaction(connection):
            connection.execute("INSERT INTO sync_state VALUES ('large', ?)", ("x" * 100_000,))
        assert refused.value.reason == "disk_full"
        connection.pragma("max_page_count", 1_000_000)
        with writing(), transaction(connection):
            connection.execute("INSERT INTO sync_state VALUES ('large', ?)", ("x" * 100_000,))
        assert connection.execute("SELECT length(value) FROM sync_state WHERE key = 'large'").get == 100_000


def test_a_database_that_another_program_writes_to_is_locked_and_then_free(path: Path) -> None:
    with open_writer(path) as connection:
        connection.set_busy_timeout(0)
        with (
            locked_by_another(path),
            pytest.raises(StoreUnavailable, match="another program has locked") as refused,
            writing(),
            transaction(connection),
        ):
            pass
        assert refused.value.reason == "locked"
        with writing(), transaction(connection):
            connection.execute("INSERT INTO sync_state VALUES ('free', 'again')")


@pytest.mark.parametrize(
    "raised", [apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError]
)
def test_what_the_disk_refuses_is_an_io_error(raised: Callable[[str], Exception]) -> None:
    with pytest.raises(StoreUnavailable) as refused, writing():
        raise raised("disk I/O error")
    assert refused.value.reason == "io_error"


def test_a_bug_is_never_taken_for_an_unavailable_database() -> None:
    with pytest.raises(apsw.SQLError), writing():
        raise apsw.SQLError("no such table")


@pytest.mark.parametrize("raised", [apsw.CorruptError, apsw.NotADBError, apsw.ConstraintError])
def test_rows_that_are_not_those_that_were_written_are_damage(raised: Callable[[str], Exception]) -> None:
    with pytest.raises(StoreUnavailable) as refused, writing():
        raise raised("malformed")
    assert refused.value.reason == "damaged"


def test_a_folder_in_place_of_the_database_is_an_io_error(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreUnavailable) as refused, open_writer(path):
        pass
    assert refused.value.reason == "io_error"
