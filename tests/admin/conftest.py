from collections.abc import Iterator
from pathlib import Path

import pytest

from docsync.admin.server import Listening, serving
from tests.admin.endpoint import Endpoint
from tests.admin.fake_commands import FakeCommands


@pytest.fixture
def commands() -> Iterator[FakeCommands]:
    fake = FakeCommands()
    yield fake
    fake.let_go.set()


@pytest.fixture
def socket_path(tmp_path: Path) -> Path:
    return tmp_path / "docsync.sock"


@pytest.fixture
def endpoint(commands: FakeCommands, socket_path: Path) -> Iterator[Endpoint]:
    """An endpoint without a token, on a free port."""
    yield from _endpoint(commands, Listening(socket_path, "127.0.0.1", 0))


@pytest.fixture
def guarded(commands: FakeCommands, socket_path: Path) -> Iterator[Endpoint]:
    """An endpoint whose TCP side wants the token `s3cret`."""
    yield from _endpoint(commands, Listening(socket_path, "127.0.0.1", 0, "s3cret"))


def _endpoint(commands: FakeCommands, listening: Listening) -> Iterator[Endpoint]:
    warnings: list[tuple[str, str]] = []
    with serving(commands, listening, lambda event, message: warnings.append((event, message))) as served:
        assert served.http is not None
        yield Endpoint(served.socket, int(served.http.rpartition(":")[2]), warnings)
