"""What the tests of this room begin with."""

import pytest

from tests.helpers.project import Project
from tests.upkeep.filling import fill


@pytest.fixture
def filled(project: Project) -> Project:
    """A project whose database nobody has open."""
    fill(project, "old")
    project.settle()
    project.close()
    return project
