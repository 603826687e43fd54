"""The package itself: what it offers, without loading it, and what it is called."""

import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

import docsync

ROOT = Path(__file__).parent.parent


def project() -> dict[str, Any]:
    """The table [project] of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return table


def test_dir_lists_the_public_names_and_each_is_there() -> None:
    assert set(docsync.__all__) <= set(dir(docsync))
    assert all(hasattr(docsync, name) for name in dir(docsync))


def test_the_package_has_a_name_of_its_own_and_the_command_is_docsync() -> None:
    assert project()["name"] == "docsync-sqlite"
    assert project()["scripts"] == {"docsync": "docsync.cli.main:main"}
    assert "`docsync-sqlite`" in (ROOT / "README.md").read_text("utf-8")


def test_no_extra_installs_the_other_package_named_docsync() -> None:
    extras = project()["optional-dependencies"]
    wanted = [requirement for extra in extras.values() for requirement in extra]
    assert [one for one in wanted if one.startswith("docsync")] == ["docsync-sqlite[test]"]


def test_no_link_leads_to_a_namesake() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, text=True, capture_output=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    files = [ROOT / name for name in listed.stdout.splitlines() if name != "tests/test_package.py"]
    assert [file for file in files if file.is_file() and b"github.com/docsync" in file.read_bytes()] == []
