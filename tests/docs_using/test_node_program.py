"""The TypeScript of docs/using.md: the compiler knows prompts and inputs, and node renders through a daemon."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.codegen.collected import tsc, typescript_project
from tests.daemon.running import Daemon
from tests.docs_reading.page import blocks
from tests.docs_using.conftest import http_of, token_of
from tests.docs_using.page import ADDRESS, section, shown


def project(own: Daemon, folder: Path, source: str) -> Path:
    """*folder* with *source* as program.ts, and the types that the page's command writes beside it."""
    typescript_project(folder, program=source)
    program, *arguments = commands()[0].split()
    assert program == "docsync"
    assert arguments[-2:] == ["--output", "documents.ts"]
    done = own.run(*arguments[:-1], str(folder / "documents.ts"))
    assert done.returncode == 0, done.stderr
    return folder


def commands() -> list[str]:
    """The block before the program, and the one behind it."""
    before, behind = blocks(section("Node"), "sh")
    return [before, behind]


def test_the_program_is_compiled_and_started_as_the_page_says(own: Daemon) -> None:
    source = shown("Node", "ts").replace(ADDRESS, http_of(own))
    folder = project(own, own.root / "made", source)
    (folder / "tsconfig.json").unlink()
    path = f"{Path(sys.executable).parent}{os.pathsep}{own.environ['PATH']}"

    done = subprocess.run(
        ["bash", "-ec", commands()[1]],
        cwd=folder,
        env={**own.environ, "PATH": path, "npm_config_offline": "true"},
        text=True,
        capture_output=True,
        timeout=100,
    )

    assert done.stdout == "gpt-4o-mini 12 The app logs me out whenever I turn the phone.\n", done.stderr


def test_the_program_renders_a_prompt(own: Daemon, tmp_path: Path) -> None:
    source = shown("Node", "ts")
    assert ADDRESS in source
    folder = project(own, tmp_path / "node", source.replace(ADDRESS, http_of(own)))
    assert tsc(folder) == []

    def run(token: str) -> "subprocess.CompletedProcess[str]":
        environ = {**os.environ, "TOKEN": token}
        return subprocess.run(
            ["node", "program.js"], cwd=folder, env=environ, text=True, capture_output=True, timeout=60
        )

    done = run(token_of(own))
    assert done.stdout == "gpt-4o-mini 12 The app logs me out whenever I turn the phone.\n", done.stderr
    refused = run("a-guess")
    assert refused.returncode == 1
    assert "docsync token" in refused.stderr


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("/classify-feedback", "/classify-feedbck", "TS2345"),
        ("feedback: ", "feedbck: ", "TS2561"),
        ('["billing", "app", "other"]', '"billing"', "TS2322"),
    ],
    ids=["id", "name", "value"],
)
def test_the_compiler_refuses_what_the_prompt_does_not_take(
    own: Daemon, tmp_path: Path, right: str, wrong: str, code: str
) -> None:
    source = shown("Node", "ts")
    assert source.count(right) == 1
    (mistake,) = tsc(project(own, tmp_path / "node", source.replace(right, wrong)), "--noEmit")
    assert mistake.startswith("program:")
    assert mistake.endswith(code)
