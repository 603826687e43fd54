"""Rendered messages against those of the official runtime, prompty 2.1.0, over the corpus and the bundled prompts.

DOCSYNC_PROMPTY_PYTHON names a Python that has it: `python -m venv V && V/bin/pip install prompty==2.1.0 jinja2 chevron`.
Where it does not load a file (it loads one generation only), its renderer and its parser are asked with the body.
"""

import json
import os
import subprocess
from collections import Counter
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from docsync.render.declared import declare_inputs
from docsync.render.error import RenderError
from docsync.render.message import MediaPart, Message
from tests.helpers.project import Tell
from tests.render.made import Case
from tests.render.prompt import CORPUS, ROOT, bundled, corpus, load_from, needs_corpus

PROGRAM = Path(__file__).with_name("official.py")
PYTHON = os.environ.get("DOCSYNC_PROMPTY_PYTHON", "")
pytestmark = pytest.mark.skipif(
    not Path(PYTHON).is_absolute(), reason="DOCSYNC_PROMPTY_PYTHON names no Python"
)

BETA = "theirs: `![thread]` and the role `tools` are of the beta generation, which 2.1.0 does not know"
DIFFERENT = {
    "spec/fixtures/multimodal.prompty": "theirs: an image of the system is a message of the user, a second one a marker",
    "typescript/prompty/tests/fixtures/chat.prompty": "theirs: a thread in `inputSchema` is put out as Python's text of a list",
    "prompty/tests/agent/simple_agent.prompty": BETA,
    "prompty/tests/prompts/agent.prompty": BETA,
    "prompty/tests/prompts/threaded_chat.prompty": BETA,
    "prompty/tests/tools/basic.prompty": BETA,
    "prompty/tests/tools/dynamic.prompty": BETA,
    "Core.Tests/agents/basic.prompty": BETA,
    "Core.Tests/agents/code-interpreter.prompty": BETA,
    "Core.Tests/agents/on-your-data.prompty": BETA,
    "Core.Tests/agents/on-your-file.prompty": BETA,
    "Core.Tests/agents/openapi.prompty": BETA,
    "Core.Tests/agents/rag-teams-agent.prompty": BETA,
    "Core.Tests/agents/web-search.prompty": BETA,
    "server/src/prompts/chat-agent.prompty": "theirs: the last message is empty and dropped, against their specification",
    "server/src/prompts/generic-simulation.prompty": "theirs: the last message is empty and is dropped",
}
"""Where the messages differ, with whose fault it is. Paths are ends."""

MISTAKES = {
    "vscode/prompty/test-sample.prompty": "a thread is declared and has no place in the text",
    "prompty/tests/mustache/basic.prompty": "a partial that is not in the corpus",
    "prompty/tests/prompts/fake.prompty": "the format fake",
    "Prompty.Core.Tests/prompty/fake.prompty": "the format fake",
    "promptyjs/tests/prompts/faithfulness.prompty": "extends a file that is not in the corpus",
}
"""Prompts of the corpus that do not render, with the reason."""


def values_of(case: Case, document: dict[str, Any], root: Path) -> dict[str, Any]:
    """Made values, and in their place the prompt's own samples where there are any that can be read."""
    values = case.values(lambda path: "made")
    load = partial(load_from, root)
    try:
        declaration = declare_inputs(document, case.name, load, samples=True)
    except RenderError:
        return values
    for name, one in declaration.inputs.items():
        try:
            sample = declaration.value(one, "example")
        except RenderError:
            continue
        if sample is not None:
            values[name] = sample
    return values


def render_all(documents: dict[str, dict[str, Any]], root: Path) -> tuple[list[Any], dict[str, str]]:
    """For each prompt that renders its name, the question for the official runtime and the messages; and mistakes."""
    rendered, mistakes = [], {}
    for name, document in documents.items():
        try:
            case = Case(name, document, partial(load_from, root))
            values = values_of(case, document, root)
            try:
                messages = case.messages(values)
            except RenderError:  # samples are for other prompts now and then
                values = case.values(lambda path: "made")
                messages = case.messages(values)
        except RenderError as error:
            mistakes[name] = str(error)
            continue
        kind = document["template"]["format"]["kind"]
        question = {"path": str(root / name), "body": document["body"], "kind": kind, "inputs": values}
        rendered.append((name, question, messages))
    return rendered, mistakes


@cache
def ask(questions: str) -> list[dict[str, Any]]:
    done = subprocess.run([PYTHON, str(PROGRAM)], input=questions, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def plain(messages: tuple[Message, ...]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (
            message.role,
            text_of(message),
            {**message.extra, **({"name": message.name} if message.name else {})},
        )
        for message in messages
    ]


def text_of(message: Message) -> str:
    parts = message.content if isinstance(message.content, tuple) else ()
    shown = [{"kind": part.kind.value} if isinstance(part, MediaPart) else part.text for part in parts]
    return "".join(map(str, shown)) if parts else str(message.content)


def compare(
    documents: dict[str, dict[str, Any]], root: Path, tell: Tell
) -> tuple[Counter[str], list[str], dict[str, str]]:
    rendered, mistakes = render_all(documents, root)
    counts: Counter[str] = Counter()
    different = []
    answers = ask(json.dumps([question for _, question, _ in rendered]))
    for (name, _, messages), answer in zip(rendered, answers, strict=True):
        if answer["messages"] is None:
            counts["not rendered by theirs"] += 1
            continue
        theirs = [
            (one["role"], "".join(map(str, one["parts"])), one["attributes"]) for one in answer["messages"]
        ]
        is_equal = plain(messages) == theirs
        counts[f"{answer['how']}: {'equal' if is_equal else 'different'}"] += 1
        if not is_equal:
            different.append(name)
    tell(
        f"{len(rendered)} of {len(documents)} rendered, beside prompty 2.1.0: {dict(sorted(counts.items()))}"
    )
    return counts, different, mistakes


@needs_corpus
def test_the_corpus_renders_as_by_the_official_runtime_but_for_listed_reasons(tell: Tell) -> None:
    counts, different, mistakes = compare(corpus(), CORPUS, tell)

    assert [name for name in different if not name.endswith(tuple(DIFFERENT))] == []
    assert [f"{name}: {text}" for name, text in mistakes.items() if not name.endswith(tuple(MISTAKES))] == []
    assert len(mistakes) <= 0.05 * len(corpus())
    assert counts["load: equal"] >= 100
    assert counts["body: equal"] >= 140


def test_the_bundled_prompts_render_as_by_the_official_runtime(tell: Tell) -> None:
    _, different, mistakes = compare(bundled(), ROOT, tell)
    assert (different, mistakes) == ([], {})
