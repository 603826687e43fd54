"""`Reader.render`: a stored prompt to messages, from the database and from the files, with what it takes in."""

import pytest

from docsync.errors import NoSuchDocument
from docsync.names import Collection
from docsync.reader import Reader, open_reader
from docsync.render.error import RenderError
from docsync.render.message import Message
from tests.helpers.project import PERSONAS, PROMPTS, Project

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
    return reader.render("prompt_template/ask", {"persona": reader.get("persona/ana"), **inputs})


def test_a_prompt_is_rendered_with_a_row_and_the_documents_that_it_includes(asking: Project) -> None:
    with open_reader(database=asking.database) as reader:
        assert ask(reader, question="What is it?") == EXPECTED
        assert (
            reader.render("prompt_template/ask", {"persona": reader.get("persona/ana")}, samples=True)
            == EXPECTED
        )


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
            RenderError, match=r"^prompts/ask.prompty:10:4: personas/ana.json is not there, or is no"
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


def test_no_state_is_held_while_a_template_runs(asking: Project) -> None:
    with open_reader(database=asking.database) as reader:
        seen: list[bool] = []

        class Persona(dict[str, str]):
            def items(self):  # type: ignore[no-untyped-def]  # as dict's
                seen.append(reader._source.database.connection().in_transaction)
                return super().items()

        reader.render("prompt_template/ask", {"persona": Persona(name="Ana"), "question": "x"})
    assert seen == [False]
