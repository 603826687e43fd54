"""What prompts may not take in: what lies elsewhere or is hidden, keys, secrets, and too much."""

import json

import pytest

from docsync.sync.batch.assets import MAX_ASSETS
from tests.helpers.project import Project
from tests.sync.taking import PROMPT, assets_of, codes


@pytest.mark.parametrize(
    "name",
    ["../../outside.md", "../personas/a.md", ".hidden.md", ".kept/a.md", "linked/a.md", "leads-out.md"],
)
def test_nothing_outside_of_the_collection_or_hidden_is_read(project: Project, name: str) -> None:
    for place in ("../outside.md", "personas/a.md", "prompts/.hidden.md", "prompts/.kept/a.md"):
        project.write(place, "secret")
    (project.root / "prompts/linked").symlink_to("../personas")
    (project.root / "prompts/leads-out.md").symlink_to("../personas/a.md")
    project.write("prompts/ask.prompty", PROMPT.format("", f'{{% include "{name}" %}}'))
    project.settle()
    assert assets_of(project) == {}


@pytest.mark.parametrize("place", ["configuration", "connection"])
def test_what_a_connection_names_is_never_read(project: Project, place: str) -> None:
    project.write("prompts/key.txt", "secret")
    front = f"model:\n  {place}:\n    api_key: ${{file:key.txt}}\n"
    project.write("prompts/ask.prompty", PROMPT.format(front, "Hello."))
    project.settle()
    assert assets_of(project) == {}
    assert project.query("SELECT * FROM asset_uses") == []


def test_more_files_than_allowed_are_left_out_with_a_warning(project: Project) -> None:
    for number in range(MAX_ASSETS + 2):
        project.write(f"prompts/f{number}.md", "text")
    tags = "".join(f'{{% include "f{number}.md" %}}' for number in range(MAX_ASSETS + 2))
    project.write("prompts/ask.prompty", PROMPT.format("", tags))
    project.settle()
    assert (len(assets_of(project)), codes(project)) == (MAX_ASSETS, ["unusable-reference"])


def test_files_that_take_in_each_other_are_read_once(project: Project) -> None:
    project.write("prompts/a.md", '{% include "b.md" %}')
    project.write("prompts/b.md", '{% include "a.md" %}')
    project.write("prompts/ask.prompty", PROMPT.format("", '{% include "a.md" %}'))
    project.settle()
    assert assets_of(project).keys() == {"prompts/a.md", "prompts/b.md"}


def test_secrets_are_taken_out_of_samples_where_that_is_asked_for(project: Project) -> None:
    project.start(redact_secrets=True)
    project.write("prompts/s.json", '{"api_key": "sk-123", "name": "Ana"}')
    project.write("prompts/s.yaml", "password: hunter2\nname: Ben\n")
    project.write("prompts/a.prompty", PROMPT.format("sample: ${file:s.json}\n", "{{ name }}"))
    project.write("prompts/b.prompty", PROMPT.format("sample: ${file:s.yaml}\n", "{{ name }}"))
    project.settle()
    texts = {**assets_of(project, "prompt_template/a"), **assets_of(project, "prompt_template/b")}
    assert {path: json.loads(text) for path, text in texts.items()} == {
        "prompts/s.json": {"api_key": "[REDACTED]", "name": "Ana"},
        "prompts/s.yaml": {"password": "[REDACTED]", "name": "Ben"},
    }


def test_none_is_read_where_the_configuration_says_so(project: Project) -> None:
    project.start(takes_assets=False)
    project.write("prompts/a.md", "text")
    project.write("prompts/ask.prompty", PROMPT.format("", '{% include "a.md" %}'))
    project.settle()
    assert assets_of(project) == {}


@pytest.mark.parametrize(
    "tool", ["connection: {kind: key, apiKey: '${file:key.txt}'}", "authentication: '${file:key.txt}'"]
)
def test_the_key_of_a_tool_is_never_read(project: Project, tool: str) -> None:
    project.write("prompts/key.txt", "secret")
    front = f"tools:\n  - name: look_up\n    kind: function\n    {tool}\n"
    project.write("prompts/ask.prompty", PROMPT.format(front, "Hello."))
    project.settle()
    assert assets_of(project) == {}


def test_templates_beyond_a_size_are_taken_in_and_not_looked_into(project: Project) -> None:
    for name in ("a", "b"):
        project.write(f"prompts/{name}.md", "{{ x }} " * 2_000 + "word " * 4_000 + '{% include "c.md" %}')
    project.write("prompts/c.md", "text")
    project.write("prompts/ask.prompty", PROMPT.format("", '{% include "a.md" %}{% include "b.md" %}'))
    project.settle()
    assert assets_of(project).keys() == {"prompts/a.md", "prompts/b.md", "prompts/c.md"}
    assert codes(project) == ["unusable-reference"]


@pytest.mark.parametrize("name", ["../../../outside.md", "/etc/hostname", "a\\\\b.md"])
def test_a_taken_in_file_leads_nowhere_outside(project: Project, name: str) -> None:
    project.write("../outside.md", "secret")
    project.write("prompts/shared/rules.md", f'Be kind. {{% include "{name}" %}}')
    project.write("prompts/ask.prompty", PROMPT.format("", '{% include "shared/rules.md" %}'))
    project.settle()
    assert assets_of(project).keys() == {"prompts/shared/rules.md"}


@pytest.mark.parametrize(
    "text",
    ["password: hunter2", '{"password": "hunter2"', '"password"', "[1, 2]", '{"password": "${env:X}"}'],
)
def test_what_holds_no_value_of_a_secret_stays_as_it_is(project: Project, text: str) -> None:
    project.start(redact_secrets=True)
    project.write("prompts/note.json", text)
    project.write("prompts/ask.prompty", PROMPT.format("", '{% include "note.json" %}'))
    project.settle()
    assert assets_of(project) == {"prompts/note.json": text}


def test_a_computed_name_takes_in_nothing(project: Project) -> None:
    project.write("prompts/note.md", "A note.")
    project.write("prompts/ask.prompty", PROMPT.format("", "{% set name = 'note.md' %}{% include name %}"))
    project.settle()
    assert project.query("SELECT count(*) FROM asset_uses") == [(0,)]
