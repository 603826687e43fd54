"""A daemon for a test of its own; killed at the end if the test did not stop it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.running import Daemon
from tests.helpers.mounting import nothing_mounted

__all__ = ["nothing_mounted"]


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    built = Daemon(tmp_path / "project")
    yield built
    built.kill()
