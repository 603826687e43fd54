"""Fixtures for the tests of a service: `pytest_plugins = ["docsync.testing"]` in its conftest.py.

Never loaded by docsync itself.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from docsync.daemon.in_process import running
from docsync.reader import Reader


@pytest.fixture(scope="session")
def docsync_project(pytestconfig: pytest.Config) -> Path:
    """The project whose documents are read: pytest's root folder. Define your own to name another one."""
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def docsync_reader(docsync_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A Reader of `docsync_project`; its database lies elsewhere and is kept equal to the files."""
    database = tmp_path_factory.mktemp("docsync") / "docsync.db"
    with running(docsync_project, database=database) as reader:
        yield reader
