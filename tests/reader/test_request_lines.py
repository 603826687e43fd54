"""Where the project's folder is, what is wrong with a request has its line; elsewhere it has its place."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from docsync import RenderError, open_reader
from docsync.render import file_line
from docsync.render.call import Call
from tests.helpers.project import Project

TEXT = """---
name: Wrong
model:
  id: gpt-4o
  # what the model is asked for
  options: {seed: x,
            topK: 5}
tools:
  - name: disk
    kind: mcp
---
user:
Hi
"""
PLACED = [
    ("model.options.seed", 6, 13),
    ("tools[0].kind", 10, 5),
    ("model.options.topK", 7, 13),
]


@pytest.fixture
def call(project: Project) -> Call:
    project.write("prompts/wrong.prompty", TEXT)
    project.settle()
    with open_reader(project.root, source="files") as reader:
        return reader.render("prompt_template/wrong")


def told(call: Call) -> list[tuple[str | None, int | None, int | None]]:
    with pytest.raises(RenderError) as caught:
        call.openai()
    return [(one.json_path, one.line, one.column) for one in caught.value.mistakes]


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_mistake_has_the_line_and_column_of_its_key(project: Project, start: str, end: str) -> None:
    text = start + TEXT.replace("\n", end)
    (project.root / "prompts" / "wrong.prompty").write_bytes(text.encode())
    project.settle()
    with open_reader(project.root) as reader:
        assert told(reader.render("prompt_template/wrong")) == PLACED


def test_without_the_projects_folder_it_has_its_place_alone(call: Call) -> None:
    assert told(call) == PLACED
    assert told(replace(call, root=None)) == [(place, None, None) for place, _, _ in PLACED]


@pytest.mark.parametrize("change", ["gone", "changed", "long", "folder"])
def test_only_the_file_that_was_stored_has_lines(
    call: Call, project: Project, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file: Path = project.root / "prompts" / "wrong.prompty"
    if change == "changed":
        file.write_text(TEXT.replace("model:", "# new\nmodel:"), "utf-8")
    elif change == "long":
        monkeypatch.setattr(file_line, "MAX_BYTES", len(TEXT) - 1)
    else:
        file.unlink()
    if change == "folder":
        file.mkdir()
    assert told(call) == [(place, None, None) for place, _, _ in PLACED]


def test_a_prompt_about_git_has_lines_too(call: Call, project: Project) -> None:
    text = f"{TEXT}\n<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n"
    (project.root / "prompts" / "wrong.prompty").write_text(text, "utf-8")
    facts = replace(call.provenance, content_hash=hashlib.sha256(text.encode()).hexdigest())
    assert told(replace(call, provenance=facts)) == PLACED
