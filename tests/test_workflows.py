"""What the forge runs: steps that exist, on what the package promises, with no more rights than they need."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_tasks import steps

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CI, RELEASE = (ROOT / ".github" / "workflows" / name for name in ("ci.yml", "release.yml"))


def read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read(path)["jobs"]
    return found


def matrix(job: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = jobs(CI)[job]["strategy"]["matrix"]
    return found


def test_together_the_jobs_run_every_step_of_ci_and_no_other() -> None:
    lines = re.findall(r"bash \.ci/run ([\w ]+)$", CI.read_text("utf-8"), re.MULTILINE)
    assert {*" ".join(lines).split(), *matrix("checks")["step"]} == steps()


def test_the_tests_begin_with_the_oldest_python_that_the_package_promises() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == f">={matrix('tests')['python'][0]}"


def test_every_folder_of_tests_that_is_named_is_there() -> None:
    named = re.findall(r"\btests/\w+", CI.read_text("utf-8"))
    assert named
    assert [path for path in named if not (ROOT / path).is_dir()] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_has_a_whole_version(path: Path) -> None:
    used = re.findall(r"uses: (\S+)", path.read_text("utf-8"))
    assert used
    assert [
        one
        for one in used
        if not re.fullmatch(r"[\w-]+/[\w-]+@v\d+\.\d+\.\d+|\./\.github/workflows/ci\.yml", one)
    ] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_rights_are_given_by_the_job_and_nothing_is_a_secret(path: Path) -> None:
    assert read(path)["permissions"] in ({}, {"contents": "read"})
    assert "secrets" not in path.read_text("utf-8")
    given = {name: job["permissions"] for name, job in jobs(path).items() if "permissions" in job}
    may_write = {name: rights for name, rights in given.items() if "write" in rights.values()}
    assert may_write == (
        {} if path == CI else {"pypi": {"id-token": "write"}, "github": {"contents": "write"}}
    )


def test_nothing_is_published_before_ci_and_build_are_done() -> None:
    assert set(jobs(RELEASE)["pypi"]["needs"]) == {"ci", "build"}
    assert jobs(RELEASE)["github"]["needs"] == ["pypi"]


def test_a_report_of_a_fault_asks_for_version_and_doctor() -> None:
    form = (ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml").read_text("utf-8")
    assert "`docsync --version`" in form
    assert "`docsync doctor --json`" in form


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A checkout of version 1.2.0, whose changelog has two releases."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "release_notes.py", tmp_path / ".ci")
    (tmp_path / "docsync").mkdir()
    (tmp_path / "docsync" / "__init__.py").write_text('"""docsync."""\n\n__version__ = "1.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-12-01\n\n### Added\n- New.\n\n## [1.1.0] - 2026-11-01\n- Old.\n"
    )
    return tmp_path


def notes(checkout: Path, tag: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ".ci/release_notes.py", tag]
    return subprocess.run(command, cwd=checkout, text=True, capture_output=True)


def test_the_notes_of_a_release_are_its_section_of_the_changelog(release: Path) -> None:
    done = notes(release, "v1.2.0")
    assert (done.returncode, done.stdout) == (0, "### Added\n- New.\n")


@pytest.mark.parametrize("tag", ["v1.1.0", "1.2.0", "v1.2.0rc1"])
def test_a_tag_that_is_not_the_version_is_refused(release: Path, tag: str) -> None:
    done = notes(release, tag)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"the tag is {tag} and the version 1.2.0" in done.stderr


@pytest.mark.parametrize("heading", ["[Unreleased]", "[1.2.0]", "[1.2.00] - 2026-12-01"])
def test_a_version_without_a_dated_section_is_refused(release: Path, heading: str) -> None:
    (release / "CHANGELOG.md").write_text(f"# Changelog\n\n## {heading}\n- New.\n")
    done = notes(release, "v1.2.0")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no section '## [1.2.0]" in done.stderr


def test_an_empty_section_is_refused(release: Path) -> None:
    (release / "CHANGELOG.md").write_text(
        "# Changelog\n\n## [1.2.0] - 2026-12-01\n\n## [1.1.0] - 2026-11-01\n- Old.\n"
    )
    assert notes(release, "v1.2.0").returncode == 1
