"""`Reader.render`: a stored prompt to messages, from the database and from the files, with what it takes in."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from docsync import AsyncReader, PromptTemplateService
from docsync.errors import NoSuchDocument
from docsync.names import Collection
from docsync.reader import Reader, open_reader
from docsync.render.error import InputError, RenderError
from docsync.render.message import Message
from tests.helpers.project import PERSONAS, PROMPTS, Project

ROOT = Path(__file__).parents[2]

NOTES = Collection("note", "notes", ("**/*.md",), "markdown")
ASK = """---
name: Ask
inputs:
  - {name: persona, kind: object}
  - {name: question, kind: string, example: What is it?}
---
system:
{% include "rules.prompty" %}
You speak with {{ persona.name }}.
{% include "../notes/tone.md" %}

user:
{{ question }}
"""
RULES = "---\nname: Rules\n---\nBe good.\n"
TONE = "---\ntitle: Tone\n---\nBe warm.\n"
EXPECTED = (
    Message("system", "Be good.\n\nYou speak with Ana.\nBe warm."),
    Message("user", "What is it?"),
)


@pytest.fixture
def asking(project: Project) -> Project:
    project.start(collections=(PERSONAS, PROMPTS, NOTES))
    (project.root / "notes").mkdir()
    project.persona("personas/ana.json", name="Ana", quote="system:\nx")
    project.write("prompts/ask.prompty", ASK)
    project.write("prompts/rules.prompty", RULES)
    project.write("notes/tone.md", TONE)
    project.settle()
    return project


def ask(reader: Reader, **inputs: object) -> tuple[Message, ...]:
    inputs = {"persona": reader.get("persona/ana"), **inputs}
    return reader.render("prompt_template/ask", inputs).messages


def test_a_prompt_is_rendered_with_a_row_and_the_documents_that_it_includes(asking: Project) -> None:
    with open_reader(database=asking.database) as reader:
        assert ask(reader, question="What is it?") == EXPECTED
        sampled = reader.render("prompt_template/ask", {"persona": reader.get("persona/ana")}, samples=True)
        assert sampled.messages == EXPECTED


def test_the_files_answer_alike(asking: Project) -> None:
    settings = '[[collections]]\ntype = "note"\npath = "notes"\ninclude = ["**/*.md"]\nformat = "markdown"\n'
    others = (
        '[[collections]]\ntype = "persona"\npath = "personas"\ninclude = ["**/*.json"]\nformat = "json"\n'
    )
    prompts = '[[collections]]\ntype = "prompt_template"\npath = "prompts"\ninclude = ["**/*.prompty"]\nformat = "prompty"\n'
    asking.write("docsync.toml", others + prompts + settings)
    with open_reader(asking.root, source="files") as reader:
        assert ask(reader, question="What is it?") == EXPECTED
        assert reader.source == "files"


def test_an_included_document_that_changed_is_rendered_anew(asking: Project) -> None:
    with open_reader(database=asking.database) as reader:
        before = ask(reader, question="?")
        asking.write("prompts/rules.prompty", RULES.replace("good", "kind"))
        asking.settle()
        after = ask(reader, question="?")
    assert "Be good." in str(before[0].content)
    assert "Be kind." in str(after[0].content)


def test_a_missing_document_and_a_missing_file_are_told(asking: Project) -> None:
    with open_reader(database=asking.database) as reader:
        with pytest.raises(NoSuchDocument, match="no document has the id prompt_template/asc; did you mean"):
            reader.render("prompt_template/asc")
        with pytest.raises(RenderError, match=r"^personas/ana.json: is no prompt"):
            reader.render("persona/ana")
        asking.write("prompts/ask.prompty", ASK.replace("../notes/tone.md", "../personas/ana.json"))
        asking.settle()
        with pytest.raises(
            RenderError, match=r"^prompts/ask.prompty:10:4: personas/ana.json is not there, or has no text"
        ):
            ask(reader, question="?")


def test_mistakes_name_the_file_and_the_line(asking: Project) -> None:
    with open_reader(database=asking.database) as reader, pytest.raises(RenderError) as caught:
        reader.render("prompt_template/ask", {"persona": {}, "qestion": "x"})
    assert [str(mistake) for mistake in caught.value.mistakes] == [
        "prompts/ask.prompty: has no input 'qestion'",
        "prompts/ask.prompty:13:4: the input 'question' is not given, and has no default",
    ]
    with (
        open_reader(database=asking.database) as reader,
        pytest.raises(RenderError, match=r"^prompts/ask.prompty:9:26: there is no 'name'"),
    ):
        reader.render("prompt_template/ask", {"persona": {}, "question": "x"})


def test_an_input_counts_where_the_prompt_declares_it_and_not_what_it_takes_in(asking: Project) -> None:
    tone = "inputs:\n  - {name: tone, kind: string, default: warm, example: sober}\n"
    asking.write("prompts/rules.prompty", f"---\nname: Rules\n{tone}---\nBe {{{{ tone }}}}.\n")
    asking.settle()
    with open_reader(database=asking.database) as reader:
        for samples in (False, True):
            with pytest.raises(RenderError, match=r"^prompts/rules.prompty:6:7: 'tone' is not given"):
                reader.render(
                    "prompt_template/ask", {"persona": {"name": "Ana"}, "question": "x"}, samples=samples
                )
        asking.write("prompts/ask.prompty", ASK.replace("inputs:\n", tone))
        asking.settle()
        assert str(ask(reader, question="x")[0].content).startswith("Be warm.")


def test_no_state_is_held_while_a_template_runs(asking: Project) -> None:
    with open_reader(database=asking.database) as reader:
        seen: list[bool] = []

        class Persona(dict[str, str]):
            def items(self):  # type: ignore[no-untyped-def]  # as dict's
                seen.append(reader._source.database.connection().in_transaction)
                return super().items()

        reader.render("prompt_template/ask", {"persona": Persona(name="Ana"), "question": "x"})
    assert seen == [False]


REQUEST = """---
name: Request
model:
  id: gpt-4o
  provider: openai
  connection: {kind: key, endpoint: "https://example.com", apiKey: "${env:THE_KEY}"}
  options: {temperature: 0.5, additionalProperties: {user: "${env:THE_USER}"}}
tools:
  - {name: look_up, kind: function, description: "Looks, not ${env:THE_KEY}.", parameters: "${file:tool.prompty}"}
inputs:
  - {name: question, kind: string, example: "What is ${env:THE_KEY}?"}
---
system:
Answer ${env:THE_KEY}.
user:
{{ question }}
"""


@pytest.fixture
def requesting(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("THE_KEY", "s3cret")
    monkeypatch.setenv("THE_USER", "service-7")
    project.write("prompts/request.prompty", REQUEST)
    project.write("prompts/no-tool.prompty", REQUEST.replace(', parameters: "${file:tool.prompty}"', ""))
    project.settle()
    return project


def test_a_prompt_becomes_a_request_in_one_line(requesting: Project) -> None:
    with open_reader(database=requesting.database) as reader:
        body = reader.render("prompt_template/no-tool", {"question": "Why?"}).openai()
    assert body["model"] == "gpt-4o"
    assert body["messages"] == [
        {"role": "system", "content": "Answer ${env:THE_KEY}."},
        {"role": "user", "content": "Why?"},
    ]
    assert (body["temperature"], body["user"]) == (0.5, "service-7")
    assert body["tools"][0]["function"]["description"] == "Looks, not ${env:THE_KEY}."
    assert "s3cret" not in repr(body)


def test_the_connection_has_the_key_and_the_trace_says_which_bytes(requesting: Project) -> None:
    with open_reader(database=requesting.database) as reader:
        row = reader.get("prompt_template/request")
        assert row
        call = reader.render(row.id, samples=True)
    assert call.connection().api_key == "s3cret"
    assert call.trace() == {
        "docsync.id": row.id,
        "docsync.content_hash": row.content_hash,
        "docsync.revision": row.revision,
        "docsync.epoch": row.epoch,
    }
    assert "s3cret" not in repr(call)


def test_a_row_renders_without_a_reader_but_not_what_other_files_have(
    asking: Project, requesting: Project
) -> None:
    with open_reader(database=asking.database) as reader:
        alone, including = reader.get("prompt_template/no-tool"), reader.get("prompt_template/ask")
    assert alone
    assert including
    assert alone.render({"question": "Why?"}).messages[1] == Message("user", "Why?")
    with pytest.raises(
        RenderError, match=r"^prompts/ask.prompty: takes in notes/tone.md, which.*Reader.render"
    ):
        including.render({"persona": {}, "question": "?"})


def test_a_row_gives_the_environment_as_a_reader_does_but_no_folder_and_no_files(
    requesting: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    requesting.write("docsync.toml", "")
    with open_reader(requesting.root, source="database") as reader:
        row = reader.get("prompt_template/no-tool")
        assert row
        by_reader, by_row = reader.render(row.id, samples=True), row.render(samples=True)
    assert (by_reader.root, by_row.root) == (requesting.root, None)
    assert by_row.files == {}
    monkeypatch.setenv("THE_USER", "service-8")
    assert by_reader.openai() == by_row.openai()
    assert by_row.openai()["user"] == "service-8"
    assert by_row.connection().api_key == "s3cret"
    with open_reader(database=requesting.database) as reader:
        assert reader.render(row.id, samples=True).root is None


def test_the_service_of_prompts_renders_by_the_ids_that_it_knows(requesting: Project) -> None:
    with open_reader(database=requesting.database) as reader:
        service = PromptTemplateService(reader)
        assert service.render("no-tool", {"question": "Why?"}).messages[1] == Message("user", "Why?")
        with pytest.raises(NoSuchDocument, match="did you mean prompt_template/no-tool"):
            service.render("no-tol", {"question": "Why?"})


@pytest.mark.parametrize("inputs", [["Why?"], [], "", 0])
def test_inputs_that_are_no_object_are_told_wherever_they_are_given(requesting: Project, inputs: Any) -> None:
    with open_reader(database=requesting.database) as reader:
        row = reader.get("prompt_template/no-tool")
        assert row
        service = PromptTemplateService(reader)
        for render in (row.render, partial(reader.render, row.id), partial(service.render, row.id)):
            with pytest.raises(
                InputError, match=r"^prompts/no-tool\.prompty: inputs must be an object, got "
            ):
                render(inputs)


def test_an_async_reader_renders_too(asking: Project) -> None:
    async def main() -> tuple[Message, ...]:
        async with AsyncReader(database=asking.database) as reader:
            inputs = {"persona": await reader.get("persona/ana"), "question": "What is it?"}
            return (await reader.render("prompt_template/ask", inputs)).messages

    assert asyncio.run(main()) == EXPECTED


def test_a_name_that_the_request_wants_and_nobody_has_is_a_mistake_only_there(requesting: Project) -> None:
    with open_reader(database=requesting.database) as reader:
        call = reader.render("prompt_template/request", {"question": "Why?"})
    assert len(call.messages) == 2
    with pytest.raises(RenderError, match=r"prompts/request.prompty: tools\[0\].parameters: "):
        call.openai()


def test_every_bundled_prompt_that_has_samples_becomes_the_request_of_its_provider() -> None:
    """The others say which inputs they want, each with its line."""
    made = 0
    with open_reader(ROOT, source="files") as reader:
        prompts = reader.find(type="prompt_template")
        for row in prompts:
            try:
                call = reader.render(row.id, samples=True)
            except RenderError as error:
                assert {mistake.path for mistake in error.mistakes} == {row.file_path}  # noqa: PT017
                continue
            made += 1
            provider = row.document["model"].get("provider")
            body = {"foundry": call.azure, "anthropic": call.anthropic}.get(provider, call.openai)()
            assert body["model"], row.id
            assert body["messages"], row.id
            assert call.trace()["docsync.content_hash"] == row.content_hash
    assert made >= 5
