from collections.abc import Iterator
from pathlib import Path

import pytest

from docsync.admin.http.access import Key
from docsync.admin.server import ListenSettings
from docsync.admin.services import Backend
from tests.admin.endpoint import Endpoint, endpoint_of
from tests.admin.fake_commands import FakeCommands
from tests.helpers.project import Project

KEYS = (
    Key.of_token("token", "s3cret"),
    Key.of_token("grafana", "r3ader", "read"),
    Key.of_token("pipeline", "op3rator", "operate"),
)


@pytest.fixture
def commands() -> Iterator[FakeCommands]:
    fake = FakeCommands()
    yield fake
    fake.let_go.set()


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A real database of no documents at first, which its first scan has filled with that."""
    made = Project(tmp_path / "project")
    made.settle()
    yield made
    made.close()


@pytest.fixture
def backend(commands: FakeCommands, project: Project) -> Backend:
    return Backend(commands, project.database, commands.counters)


@pytest.fixture
def socket_path(tmp_path: Path) -> Path:
    return tmp_path / "docsync.sock"


@pytest.fixture
def endpoint(backend: Backend, socket_path: Path) -> Iterator[Endpoint]:
    """An endpoint without a token, on a free port."""
    yield from _endpoint(backend, ListenSettings(socket_path, "127.0.0.1", 0))


@pytest.fixture
def guarded(backend: Backend, socket_path: Path) -> Iterator[Endpoint]:
    """An endpoint whose TCP side wants one of the tokens of KEYS."""
    yield from _endpoint(backend, ListenSettings(socket_path, "127.0.0.1", 0, KEYS))


def _endpoint(backend: Backend, listening: ListenSettings) -> Iterator[Endpoint]:
    warnings: list[tuple[str, str]] = []
    told: list[tuple[str, str, str]] = []
    with endpoint_of(
        backend,
        listening,
        lambda event, message: warnings.append((event, message)),
        lambda who, what, of: told.append((who, what, of)),
    ) as served:
        assert served.http is not None
        yield Endpoint(served.socket, int(served.http.rpartition(":")[2]), warnings, told)
