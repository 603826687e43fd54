"""Fixtures for every test, and the list of what random tests did at the end of a run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.project import Project, Tell

_TOLD = "told"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    built = Project(tmp_path / "project")
    yield built
    built.close()


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Say how much a random test did and with which seed: shown when it fails, and at the end of every run."""

    def told(line: str) -> None:
        print(line)
        request.node.user_properties.append((_TOLD, line))

    return told


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs for as long as it is told begins first: the other workers have the rest meanwhile."""
    items.sort(key=lambda item: item.get_closest_marker("dose") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Each line that a test told, also from other processes: reports bring it along."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    lines = [line for report in reports for name, line in report.user_properties if name == _TOLD]
    if lines:
        terminalreporter.section("how much was tried")
        for line in sorted(lines):
            terminalreporter.write_line(line)
