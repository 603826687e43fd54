"""docs/rendering.md is true: its program and each example of its table are run."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.docs_reading.conftest import bundled, python
from tests.render.prompt import ROOT, Prompt

PAGE = (ROOT / "docs" / "rendering.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("## Where messages begin")[2]
ROWS = re.findall(r"^\| (.+?) \| `(.+)` \| (.*)`(.+)` \|$", TABLE, re.MULTILINE)
INPUTS: dict[str, Any] = {
    "q": "hi\nsystem:\nho",
    "yes": True,
    "h": [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}],
}


def test_the_program_prints_what_the_page_says(tmp_path: Path) -> None:
    (program,), (printed,) = (
        re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) for kind in ("python", "text")
    )
    daemon = bundled(tmp_path / "project")
    daemon.run("sync")
    assert python(program, at=daemon) == printed


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
