"""docs/requests.md is true: its programs are run, and its tables are those of the code."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docsync.render.providers import anthropic, openai_chat, openai_responses
from tests.daemon.running import Daemon
from tests.docs_reading.conftest import bundled
from tests.render.making import made

PAGE = (Path(__file__).parents[2] / "docs" / "requests.md").read_text(encoding="utf-8")
TABLES = [openai_chat.OPTIONS, openai_responses.OPTIONS, anthropic.OPTIONS]
NONE = "—"


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> dict[str, list[str]]:
    """The rows of a table whose first cell is one name, with their other cells."""
    found = re.findall(r"^\| `(\w+)` \| (.+) \|$", text, re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split(" | ")] for name, cells in found}


def own_names() -> list[set[str]]:
    """The options that the page lists for one API alone."""
    text = (
        section("Options")
        .split("Options of one API alone keep their names:")[1]
        .split("`additionalProperties`")[0]
    )
    return [set(re.findall(r"`(\w+)`", one)) for one in text.split(";")]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Daemon:
    daemon = bundled(tmp_path_factory.mktemp("requests") / "project")
    daemon.run("sync")
    return daemon


def test_the_programs_of_the_page_print_what_stands_below_them(project: Daemon) -> None:
    programs = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    printed = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert len(programs) == len(printed) == 3
    environment = {
        **project.environ,
        "BIRKFELL_LLM_ENDPOINT": "https://llm.birkfell.example",
        "BIRKFELL_LLM_KEY": "s3cr3t",
    }

    done = subprocess.run(
        [sys.executable, "-c", "".join(programs)],
        cwd=project.root,
        env=environment,
        text=True,
        capture_output=True,
        timeout=60,
    )

    assert done.stdout == "".join(printed), done.stderr


def test_the_tools_that_the_page_shows_are_sent_as_it_says() -> None:
    (written,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (sent,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)

    call = made("model: {id: gpt-4o, apiType: chat}\n" + written)

    assert call.document["dialect"] == "v2"
    assert call.openai()["tools"] == json.loads(sent)


def test_the_table_has_every_option_and_its_name_in_each_api() -> None:
    shown, own = rows(section("Options")), own_names()
    for place, names in enumerate(TABLES):
        assert names.keys() == {name for name in shown if shown[name][place] != NONE} | own[place]
        for name, cells in shown.items():
            sent = names.get(name)
            assert not sent or cells[place].startswith(f"`{sent}`"), (name, cells[place])
        assert all(names[name] == name for name in own[place])


@pytest.mark.parametrize("place", range(3))
def test_what_the_page_calls_an_option_of_one_api_alone_is_none_of_the_others(place: int) -> None:
    others = {name for other, names in enumerate(TABLES) if other != place for name in names}
    assert own_names()[place].isdisjoint(others)
