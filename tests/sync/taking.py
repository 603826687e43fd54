"""What tests of files that prompts take in ask a project."""

import json
from typing import Any

from tests.helpers.project import Project

PROMPT = "---\nname: Ask\n{}---\nsystem:\n{}\n"
"""A prompt, to be filled with more front matter and its body."""


def assets_of(project: Project, id_: str = "prompt_template/ask") -> dict[str, Any]:
    ((text,),) = project.query("SELECT assets FROM documents WHERE id = ?", id_)
    found: dict[str, Any] = json.loads(text)
    return found


def codes(project: Project) -> list[str]:
    return [code for _, code in project.problems()]
