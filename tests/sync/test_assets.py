"""The files that a prompt takes in: their texts stand in its row, from the save on, and as long as they are needed."""

import shutil
from pathlib import Path

import pytest

from docsync.model import MAX_ASSET_BYTES, Sign
from docsync.reader import open_reader
from docsync.render.error import RenderError
from tests.helpers.project import Project
from tests.sync.taking import PROMPT, assets_of, codes


@pytest.fixture
def asking(project: Project) -> Project:
    """A prompt that takes in `shared/rules.md`, which takes in `more.md` beside it."""
    project.write("prompts/shared/more.md", "And be brief.")
    project.write("prompts/shared/rules.md", 'Be kind. {% include "more.md" %}')
    project.write("prompts/ask.prompty", PROMPT.format("", '{% include "shared/rules.md" %}'))
    project.settle()
    return project


def revision(project: Project) -> int:
    ((number,),) = project.query("SELECT revision FROM documents WHERE id = 'prompt_template/ask'")
    return int(number)


def test_what_a_prompt_takes_in_and_what_that_takes_in_is_in_its_row(asking: Project) -> None:
    assert assets_of(asking) == {
        "prompts/shared/more.md": "And be brief.",
        "prompts/shared/rules.md": 'Be kind. {% include "more.md" %}',
    }
    assert codes(asking) == []


def test_a_save_of_one_is_a_change_of_every_prompt_that_takes_it_in(asking: Project) -> None:
    asking.write("prompts/other.prompty", PROMPT.format("", '{% include "shared/more.md" %}'))
    asking.settle()
    before = asking.query("SELECT max(seq) FROM changes")[0][0]

    asking.write("prompts/shared/more.md", "And be long.")
    asking.sync("prompts/shared/more.md")

    assert assets_of(asking)["prompts/shared/more.md"] == "And be long."
    told = asking.query("SELECT id, op FROM changes WHERE seq > ? ORDER BY id", before)
    assert told == [("prompt_template/ask", "upsert"), ("prompt_template/other", "upsert")]
    assert len(asking.query("SELECT DISTINCT revision FROM changes WHERE seq > ?", before)) == 1


def test_one_that_is_written_as_it_was_changes_nothing(asking: Project) -> None:
    before = revision(asking)
    asking.write("prompts/shared/more.md", "And be brief.")
    asking.sync("prompts/shared/more.md")
    assert revision(asking) == before


def test_a_change_of_which_no_hint_told_is_found_by_the_stamp(asking: Project) -> None:
    asking.write("prompts/shared/more.md", "And be long, and say why.")
    asking.sync("")
    assert assets_of(asking)["prompts/shared/more.md"] == "And be long, and say why."


def test_one_that_went_leaves_its_last_text_and_a_warning_until_it_is_back(asking: Project) -> None:
    before = assets_of(asking)
    shutil.rmtree(asking.root / "prompts/shared")
    asking.sync("prompts/shared")
    assert assets_of(asking) == before
    assert codes(asking) == ["missing-reference"]

    asking.write("prompts/shared/rules.md", "Be here, and stay for a while.")
    asking.sync("prompts/shared")
    assert assets_of(asking) == {"prompts/shared/rules.md": "Be here, and stay for a while."}
    assert codes(asking) == []


def test_one_that_is_no_text_any_more_leaves_its_last_text_and_a_warning(asking: Project) -> None:
    for octets in (b"\xff\xfe\x00", b"x" * (MAX_ASSET_BYTES + 1)):
        asking.write("prompts/shared/more.md", octets)
        asking.sync("prompts/shared/more.md")
        assert assets_of(asking)["prompts/shared/more.md"] == "And be brief."
        assert codes(asking) == ["unusable-reference"]
    asking.write("prompts/shared/more.md", "And be back.")
    asking.sync("prompts/shared/more.md")
    assert (assets_of(asking)["prompts/shared/more.md"], codes(asking)) == ("And be back.", [])


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_text_is_a_text(asking: Project, text: str) -> None:
    asking.write("prompts/shared/more.md", text)
    asking.sync("prompts/shared/more.md")
    asking.settle()
    assert (assets_of(asking)["prompts/shared/more.md"], codes(asking)) == (text, [])
    with open_reader(database=asking.database) as reader:
        (message,) = reader.render("prompt_template/ask").messages
    assert message.content == "Be kind. "


def test_what_is_named_no_more_goes_at_once(asking: Project) -> None:
    asking.write("prompts/ask.prompty", PROMPT.format("", "Be kind, at length, and never without a reason."))
    asking.sync("prompts/ask.prompty")
    assert assets_of(asking) == {}
    assert asking.query("SELECT * FROM asset_uses") == []


def test_what_may_be_missing_goes_with_its_file(project: Project) -> None:
    project.write("prompts/note.md", "A note.")
    body = '{% include "note.md" ignore missing %} Hello.'
    project.write("prompts/ask.prompty", PROMPT.format("", body))
    project.settle()
    assert assets_of(project) == {"prompts/note.md": "A note."}

    (project.root / "prompts/note.md").unlink()
    project.sync("prompts/note.md")
    assert (assets_of(project), codes(project)) == ({}, [])


def test_one_that_comes_later_is_taken_in_then(project: Project) -> None:
    project.write("prompts/ask.prompty", PROMPT.format("", '{% include "late.md" %}'))
    project.settle()
    assert (assets_of(project), codes(project)) == ({}, ["missing-reference"])

    project.write("prompts/late.md", "Here.")
    project.sync("prompts/late.md")
    assert (assets_of(project), codes(project)) == ({"prompts/late.md": "Here."}, [])


def test_one_that_shrinks_waits_for_the_debounce_time(project: Project) -> None:
    project.write("prompts/long.md", "word " * 100)
    project.write("prompts/ask.prompty", PROMPT.format("", '{% include "long.md" %}'))
    project.settle()

    project.write("prompts/long.md", "word")
    project.sync("prompts/long.md", sign=Sign.CLOSED)
    assert assets_of(project) == {"prompts/long.md": "word " * 100}
    assert project.engine.list_undecided() == {"prompts/long.md"}
    project.settle()
    assert assets_of(project) == {"prompts/long.md": "word"}
    assert not project.engine.list_undecided()


def test_a_prompt_that_is_saved_waits_for_no_file_that_is_being_written(project: Project) -> None:
    project.write("prompts/long.md", "word " * 100)
    project.write("prompts/ask.prompty", PROMPT.format("", '{% include "long.md" %}'))
    project.settle()

    project.write("prompts/long.md", "word")
    project.write("prompts/ask.prompty", PROMPT.format("", 'Now: {% include "long.md" %}'))
    project.sync("prompts/ask.prompty", sign=Sign.CLOSED)

    ((body,),) = project.query("SELECT document ->> 'body' FROM documents")
    assert "Now:" in body
    assert assets_of(project) == {"prompts/long.md": "word " * 100}


def test_a_broken_prompt_keeps_what_it_was_complete_with(asking: Project) -> None:
    before = assets_of(asking)
    asking.write("prompts/ask.prompty", "---\nname: [\n---\nHi")
    asking.write("prompts/shared/more.md", "Too late.")
    asking.settle()
    assert assets_of(asking) == before


def test_a_host_that_has_only_the_database_renders_it(asking: Project, tmp_path: Path) -> None:
    asking.write("prompts/tone.prompty", PROMPT.format("", '{% include "shared/more.md" %}'))
    asking.write("prompts/both.prompty", PROMPT.format("", '{% include "tone.prompty" %}'))
    asking.settle()
    with open_reader(database=asking.database) as reader:
        here = [reader.render(f"prompt_template/{name}").messages for name in ("ask", "both")]
        row = reader.get("prompt_template/ask")
    alone = tmp_path / "alone"
    alone.mkdir()
    asking.connection.execute("VACUUM INTO ?", (str(alone / "docsync.db"),))

    with open_reader(database=alone / "docsync.db") as reader:
        assert [reader.render(f"prompt_template/{name}").messages for name in ("ask", "both")] == here
    assert row is not None
    assert row.render().messages == here[0]
    assert here[0][0].content == "Be kind. And be brief."


def test_the_body_of_a_document_is_taken_in_too_and_its_mistakes_have_its_lines(asking: Project) -> None:
    asking.write("prompts/tone.prompty", PROMPT.format("description: Warm.\n", "Hello {{ who.name }}."))
    asking.write("prompts/both.prompty", PROMPT.format("", '{% include "tone.prompty" %}'))
    asking.settle()
    taken = assets_of(asking, "prompt_template/both")["prompts/tone.prompty"]
    assert taken == {"body": "system:\nHello {{ who.name }}.\n", "body_line": 5}
    with open_reader(database=asking.database) as reader:
        row = reader.get("prompt_template/both")
    assert row is not None
    assert row.render({"who": {"name": "Ana"}}).messages[-1].content == "Hello Ana."
    with pytest.raises(RenderError, match=r"prompts/tone\.prompty:6:13: there is no 'name'"):
        row.render({"who": {}})


def test_a_broken_document_leaves_the_body_that_was_taken_in_of_it(asking: Project) -> None:
    asking.write("prompts/tone.prompty", PROMPT.format("", "Hello."))
    asking.write("prompts/both.prompty", PROMPT.format("", '{% include "tone.prompty" %}'))
    asking.settle()
    before = assets_of(asking, "prompt_template/both")
    asking.write("prompts/tone.prompty", "---\nname: [\n---\nsystem:\nHello, Hello, Hello.\n")
    asking.settle()
    assert assets_of(asking, "prompt_template/both") == before
    assert ("prompts/both.prompty", "unusable-reference") in asking.problems()


def test_an_input_that_only_the_taken_in_text_uses_is_used(project: Project) -> None:
    project.write("prompts/tone.md", "Be {{ tone }}.")
    front = "inputs:\n  tone: {type: string}\n  other: {type: string}\n"
    project.write("prompts/ask.prompty", PROMPT.format(front, '{% include "tone.md" %}'))
    project.settle()
    assert project.query("SELECT message FROM problems") == [("input 'other' is not used in the body",)]


def test_a_row_says_which_document_it_does_not_have(project: Project) -> None:
    project.write("prompts/ask.prompty", PROMPT.format("", '{% include "../personas/tone.json" %}'))
    project.persona("personas/tone.json")
    project.settle()
    with open_reader(database=project.database) as reader:
        row = reader.get("prompt_template/ask")
    assert row is not None
    with pytest.raises(RenderError, match=r"takes in personas/tone\.json, which its row does not have"):
        row.render()


def test_what_a_taken_in_file_names_is_told_of_where_it_is_not_there(asking: Project) -> None:
    asking.write("prompts/shared/rules.md", 'Be kind, please. {% include "gone.md" %}')
    asking.sync("prompts/shared/rules.md")
    ((code, message),) = asking.query("SELECT code, message FROM problems")
    assert code == "missing-reference"
    assert message == "there is no file 'gone.md', which 'prompts/shared/rules.md' takes in"


def test_one_that_is_being_written_waits_for_its_own_time(project: Project) -> None:
    project.write("prompts/note.md", "A note.")
    project.write("prompts/ask.prompty", PROMPT.format("", '{% include "note.md" %}'))
    project.sync("prompts/ask.prompty", resting=frozenset({"prompts/note.md"}))
    assert assets_of(project) == {}
    project.sync("prompts/note.md")
    assert assets_of(project) == {"prompts/note.md": "A note."}


def test_one_that_came_while_its_prompt_was_changed_and_changed_back_is_taken_in(project: Project) -> None:
    body = PROMPT.format("", '{% include "note.md" %}')
    project.write("prompts/ask.prompty", body)
    project.settle()
    project.write("prompts/ask.prompty", PROMPT.format("", "For a moment."))
    project.write("prompts/note.md", "A note.")
    project.sync("prompts/note.md", resting=frozenset({"prompts/ask.prompty"}))
    project.write("prompts/ask.prompty", body)
    project.sync("prompts/ask.prompty")
    assert assets_of(project) == {"prompts/note.md": "A note."}
