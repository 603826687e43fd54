"""docs/rendering.md is true: its programs, its commands and each example of its table are run."""

import re
import shlex
import sys
from itertools import pairwise
from typing import Any

import pytest

from tests.daemon.running import Daemon
from tests.docs_reading.conftest import bundled, python, run
from tests.render.prompt import ROOT, Prompt

PAGE = (ROOT / "docs" / "rendering.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = {above: output for above, (below, output) in pairwise(BLOCKS) if below == "text"}
"""What is printed by each program, which is a language and a source."""
COMMANDS = [line for language, source in BLOCKS if language == "sh" for line in source.splitlines()]
TABLE = PAGE.partition("## Where messages begin")[2]
ROWS = re.findall(r"^\| (.+?) \| `(.+)` \| (.*)`(.+)` \|$", TABLE, re.MULTILINE)
INPUTS: dict[str, Any] = {
    "q": "hi\nsystem:\nho",
    "yes": True,
    "h": [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}],
}


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Daemon:
    """The bundled project with its database; no daemon runs."""
    daemon = bundled(tmp_path_factory.mktemp("rendering") / "project")
    daemon.run("sync")
    return daemon


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def shell(line: str, at: Daemon) -> str:
    program, *arguments = shlex.split(line)
    assert program == "docsync"
    return run(sys.executable, "-m", "docsync", *arguments, at=at)


def test_the_page_has_programs_and_commands() -> None:
    assert [language for language, _ in EXAMPLES] == ["python", "sh"]
    assert len(COMMANDS) == 3


@pytest.mark.parametrize(("language", "source"), EXAMPLES, ids=[language for language, _ in EXAMPLES])
def test_an_example_prints_what_stands_below_it(language: str, source: str, synced: Daemon) -> None:
    printed = python(source, at=synced) if language == "python" else shell(source, synced)

    assert printed == EXAMPLES[language, source]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_page_renders(line: str, synced: Daemon) -> None:
    assert shell(line, synced)


def test_the_request_of_the_page_is_one(synced: Daemon) -> None:
    (expression,) = re.findall(r"^\.\.\. +\*\*(reader\.render\(.*\))$", PAGE, re.MULTILINE)
    program = f"""
from docsync import open_reader
text = "It smells of burning."
with open_reader() as reader:
    print(({expression})["messages"][-1])
"""
    assert python(program, at=synced) == "{'role': 'user', 'content': 'It smells of burning.'}\n"


def test_the_prompts_that_the_page_lists_are_there() -> None:
    listed = re.findall(r"`([a-z-]+/[a-z-]+)`", section("The bundled prompts, with their samples"))

    assert len(listed) >= 10
    assert [name for name in listed if not (ROOT / "prompts" / f"{name}.prompty").is_file()] == []


def test_the_page_has_the_table() -> None:
    assert len(ROWS) == TABLE.count("\n| ") - 1 >= 15


@pytest.mark.parametrize(("what", "example", "word", "expected"), ROWS, ids=[row[0][:40] for row in ROWS])
def test_each_example_gives_what_the_table_says(what: str, example: str, word: str, expected: str) -> None:
    prompt = Prompt(example.replace("⏎", "\n"))
    inputs = {name: value for name, value in INPUTS.items() if name in prompt.document["variables"]}
    if word:
        assert word == "mistake at "
        (mistake,) = prompt.mistakes(**inputs)
        assert mistake.startswith(f"{expected}: ")
        return
    shown = [
        f"{one.role}{f'[{one.name}]' if one.name else ''}: {one.content}".replace("\n", "⏎")
        for one in prompt.render(**inputs)
    ]
    assert " · ".join(shown) == expected
