"""Fixtures for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    built = Project(tmp_path / "project")
    yield built
    built.close()
