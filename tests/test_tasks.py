"""Makefile, .ci/run and the pages show the same commands, and the cheap ones work."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
RELIABILITY = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
TASKS = re.findall(r"^(\w+): *## ", MAKEFILE, re.MULTILINE)

needs_make = pytest.mark.skipif(not shutil.which("make"), reason="there is no make")


def make(*arguments: str) -> str:
    """What make prints, without what a make that runs these tests would hand down."""
    environ = {
        name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    }
    command = ["make", "--no-print-directory", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environ, text=True, capture_output=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ci(*steps: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", ".ci/run", *steps], cwd=ROOT, text=True, capture_output=True, timeout=100)


def steps() -> set[str]:
    """The steps of .ci/run."""
    (listed,) = re.findall(r"^all=\((.*)\)$", CI, re.MULTILINE)
    return set(listed.split())


@needs_make
def test_make_alone_lists_every_task() -> None:
    assert [line.split()[0] for line in make().splitlines()] == TASKS
    assert {"setup", "test", "lint", "bench", "sim"} <= set(TASKS)


@needs_make
@pytest.mark.parametrize("task", TASKS)
def test_no_task_needs_root_or_removes_anything(task: str) -> None:
    assert not re.search(r"\b(sudo|apt|apt-get|rm|rmdir)\b", make("-n", task))


@needs_make
def test_the_tests_are_those_of_the_readme() -> None:
    assert f"&& {make('-n', 'test').strip()}\n```" in README


@needs_make
def test_the_environment_is_that_of_ci() -> None:
    _, install = make("-n", "setup").splitlines()
    assert install.split("pip ")[1] in CI


@needs_make
def test_bench_and_sim_are_the_commands_that_the_pages_explain() -> None:
    bench, sim = (make("-n", task).strip().removeprefix(".venv/bin/") for task in ("bench", "sim"))
    assert f"`{bench}`" in README
    assert f"`{sim}`" in RELIABILITY


@needs_make
def test_lint_is_that_of_ci() -> None:
    assert make("-n", "lint").strip() == "bash .ci/run lint types"
    assert {"lint", "types"} <= steps()


@needs_make
def test_bench_and_sim_run() -> None:
    python = f"PYTHON={sys.executable}"
    assert "x the floor" in make("bench", python, "ARGS=3")
    assert "5 histories" in make("sim", python, "ARGS=--runs 5 --jobs 1")


def test_every_step_of_ci_is_a_function_of_the_script_and_named_at_its_top() -> None:
    assert steps() == set(re.findall(r"^(\w+)\(\) \{$", CI, re.MULTILINE)) - {"install_packages", "equip"}
    (named,) = re.findall(r"^# Steps: (.*)\.$", CI, re.MULTILINE)
    assert set(named.split(", ")) == steps()


def test_a_step_that_does_not_exist_is_refused_before_anything_is_done() -> None:
    done = ci("lint", "typos")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "no step typos" in done.stderr
