"""docs/admin.md is true: the commands at its top are run, and each is answered."""

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.running import Daemon
from tests.docs_reading.conftest import run
from tests.docs_reading.page import ROOT, blocks
from tests.docs_using.conftest import http_of
from tests.docs_using.page import ADDRESS

PAGE = (ROOT / "docs" / "admin.md").read_text(encoding="utf-8")


def commands() -> tuple[str, list[str]]:
    """The line that sets the token, and those that ask."""
    (block,) = blocks(PAGE, "sh")
    lines = re.sub(r"\\\n\s*", "", block).splitlines()
    (token,) = (line for line in lines if line.startswith("token="))
    return token, [line for line in lines if line != token]


def test_each_command_of_the_page_is_answered(own: Daemon) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    own.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    token, asked = commands()
    answers: dict[str, Any] = {}
    for line in asked:
        assert line.startswith("curl -s "), line
        assert ADDRESS in line
        address = line.replace("curl -s", "curl -sS --fail-with-body").replace(ADDRESS, http_of(own))
        path = line.split(ADDRESS)[1].split()[0].split("?")[0].strip("'")
        answers[path] = json.loads(run("bash", "-ec", f"{token}\n{address}", at=own))

    assert len(answers) == len(asked) == 6
    assert answers["/v1/status"]["state"]
    assert answers["/v1/documents"]["documents"]
    assert answers["/v1/documents/persona/customers/care-home-bursar"]["name"] == "Marguerite D'Aubigné"
    assert answers["/v1/search"]["hits"]
    rendered = answers["/v1/render"]
    assert rendered["messages"][-1]["content"] == "Your visit is booked."
    assert rendered["request"]["model"]
    assert answers["/v1/reload"]["exit_code"] == 0
