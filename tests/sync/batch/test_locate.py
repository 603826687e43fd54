"""What is said of a valid file beyond its format: places, limits, schemas, references, redaction; on real files."""

import json
from pathlib import Path
from typing import Any

import pytest

from docsync.errors import ConfigError
from docsync.formats import parse
from docsync.model import ParsedFile, ReferenceStatus, ResolvedReference, Severity
from docsync.names import Collection
from docsync.sync.batch.review import DocumentRules, ReadFile, Review
from tests.helpers.project import PERSONAS, PROMPTS, Project

SCHEMA = {"type": "object", "required": ["name"], "properties": {"age": {"type": "integer"}}}
WITH_SCHEMA = Collection("persona", "personas", ("**/*.json",), "json", schema="schemas/persona.json")
PROMPTS_WITH_SCHEMA = Collection(
    "prompt_template", "prompts", ("**/*.prompty",), "prompty", schema="schemas/prompt.json"
)


def reviewed(collection: Collection, text: str, **rules: Any) -> ParsedFile:
    suffix = collection.include[0].rpartition(".")[2]
    path, octets = f"{collection.path}/a.{suffix}", text.encode()
    parsed = parse(collection.format, path, octets)
    assert parsed.content
    return Review(DocumentRules(**rules)).review(
        ReadFile(path, collection, octets), parsed.content, parsed.problems
    )


def places(parsed: ParsedFile) -> list[tuple[str, int | None, int | None]]:
    return [(problem.code, problem.line, problem.column) for problem in parsed.problems]


def with_schema(project: Project, schema: object, collection: Collection = WITH_SCHEMA) -> None:
    assert collection.schema
    project.write(collection.schema, json.dumps(schema))
    others = [one for one in (PERSONAS, PROMPTS) if one.type != collection.type]
    project.start(collections=(collection, *others))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("---\ninputs:\n  used: 1\n  lost: 2\n---\n{{ used }}", ("unused-input", 4, 3)),
        ("\n\n+++\ninputs:\n  - name: used\n  - name: lost\n+++\n{{ used }}", ("unused-input", 6, 5)),
        ("\ufeff---\r\ninputs: {lost: 1}\r\n---\r\nx", ("unused-input", 2, 10)),
        ("  ---\n  inputs:\n    lost: 1\n  ---\nx", ("unused-input", 3, 5)),
        ("---\nname: A\n---\nHi,\n {{ who }}", ("undeclared-variable", 5, 5)),
        ("---\nname: A\n---\nwho {{ someone.who }} {{ who }}", ("undeclared-variable", 4, 26)),
        ("---\nname: A\n---\n{% set x = whose %}{{ who }}", ("undeclared-variable", 4, 23)),
        ("---\nsample:\n  who: 1\ntags: [a]\n---\n", ("unused-input", 3, 3)),
        ("---\nmodel:\n  connection:\n    apiKey: sk-1\n---\n", ("literal-secret", 4, 13)),
        ("---\nmodel: &m\n  apiKey: sk-1\nother:\n  <<: *m\n---\n", ("literal-secret", 3, 11)),
    ],
)
def test_a_finding_in_a_prompt_has_its_place_in_the_file(text: str, place: tuple[str, int, int]) -> None:
    assert place in places(reviewed(PROMPTS, text))


@pytest.mark.parametrize("tags", ["", "{{ a }}", "{{ a }} {{"])
def test_an_image_that_is_not_there_is_told_at_its_place_in_the_body(tags: str) -> None:
    text = f"---\nmodel: {{api: chat}}\nsample: {{a: 1}}\n---\n{tags}\n![plan](plan.png)"
    path, octets = "prompts/a.prompty", text.encode()
    parsed = parse("prompty", path, octets)
    assert parsed.content
    links = tuple(
        ResolvedReference(one, "prompts/plan.png", ReferenceStatus.MISSING)
        for one in parsed.content.references
    )

    found = Review(DocumentRules()).review(
        ReadFile(path, PROMPTS, octets, links), parsed.content, parsed.problems
    )

    assert ("missing-reference", 6, 9) in places(found)


@pytest.mark.parametrize(
    ("format_name", "text", "place"),
    [
        ("json", '{"name": "A",\n  "token": "abc"}', ("literal-secret", 2, 12)),
        ("json", '\ufeff{"token": "abc"}', ("literal-secret", 1, 12)),
        ("json", '{"token": "abc", "token": "def"}', ("literal-secret", 1, 11)),
        ("yaml", "name: A\ntoken: abc\n", ("literal-secret", 2, 8)),
        ("markdown", "---\ntoken: abc\n---\ntext", ("literal-secret", 2, 8)),
        ("toml", 'token = "abc"', ("literal-secret", None, None)),
    ],
)
def test_a_finding_has_its_place_in_each_format_that_tells_places(
    format_name: str, text: str, place: tuple[str, int | None, int | None]
) -> None:
    collection = Collection("note", "notes", (f"**/*.{format_name}",), format_name)

    assert place in places(reviewed(collection, text))


def test_no_more_problems_are_shown_than_the_limit_and_the_rest_is_counted() -> None:
    many = "".join(f"  i{number}: 1\n" for number in range(50))

    parsed = reviewed(PROMPTS, f"---\ncountry: NO\ninputs:\n{many}---\nx")

    assert len(parsed.problems) == 21
    assert parsed.problems[0].code == "yaml-bool"
    assert (parsed.problems[-1].code, parsed.problems[-1].message[:15]) == ("more", "and at least 31")
    assert parsed.problems[-1].severity is Severity.WARNING


def test_a_bug_in_a_rule_harms_only_the_file_that_meets_it() -> None:
    class Bad:
        digest = ""

        def violations(self, value: object, most: int) -> list[object]:
            raise KeyError(most)

    parsed = reviewed(PERSONAS, '{"name": "A"}', schemas={"persona": Bad()})

    assert parsed.content is None
    assert places(parsed) == [("internal", None, None)]


def test_what_breaks_the_schema_is_refused_at_its_place_and_the_last_good_stays(project: Project) -> None:
    with_schema(project, SCHEMA)
    project.write("personas/ada.json", '{"name": "Ada", "age": 36}')
    project.settle()
    project.write("personas/ada.json", '{"name": "Eve",\n "age": "old"}')

    project.settle()

    assert project.names() == {"personas/ada.json": "Ada"}
    ((line, column, at, message),) = project.query("SELECT line, column, json_path, message FROM problems")
    assert (line, column, at) == (2, 9, "age")
    assert message == 'age: the value is not of type "integer", got "old"'
    assert project.states() == {"persona/ada": "stale"}


def test_the_front_matter_is_what_the_schema_of_prompts_describes(project: Project) -> None:
    with_schema(
        project, {"required": ["version"], "properties": {"name": {"maxLength": 3}}}, PROMPTS_WITH_SCHEMA
    )
    project.write("prompts/a.prompty", "---\n# who\nname: Long\n---\nHi")

    project.settle()

    rows = project.query("SELECT code, line, column FROM problems ORDER BY line, column")
    assert rows == [("schema", 3, 1), ("schema", 3, 7)]
    assert project.paths() == []


def test_a_schema_that_is_ignored_refuses_nothing(project: Project) -> None:
    with_schema(project, SCHEMA)
    project.start(ignore=frozenset({"schema"}))
    project.write("personas/ada.json", '{"name": "Ada", "age": "old"}')

    project.settle()

    assert project.paths() == ["personas/ada.json"]
    assert project.problems() == []


def test_a_changed_schema_loads_the_collection_again(project: Project) -> None:
    with_schema(project, SCHEMA)
    project.write("personas/ada.json", '{"name": "Ada", "age": 36}')
    project.settle()

    with_schema(project, {"properties": {"age": {"maximum": 30}}})
    project.settle()
    assert project.problems() == [("personas/ada.json", "schema")]

    with_schema(project, SCHEMA)
    project.settle()
    assert project.problems() == []
    assert project.states() == {"persona/ada": "ok"}


def test_a_schema_that_is_not_there_stops_the_start_and_is_named(project: Project) -> None:
    with pytest.raises(
        ConfigError, match=r"schemas/persona\.json: the schema of 'persona' cannot be read: No such file"
    ):
        project.start(collections=(WITH_SCHEMA,))


def test_a_schema_that_is_none_stops_the_start_at_its_place(project: Project) -> None:
    project.write("schemas/persona.json", '{\n  "type": "objekt"}')

    with pytest.raises(ConfigError, match=r"schemas/persona\.json:2:11: no valid JSON Schema: type: "):
        project.start(collections=(WITH_SCHEMA,))


def test_a_warning_of_a_missing_file_goes_when_the_file_comes_and_comes_back_when_it_goes(
    project: Project,
) -> None:
    project.write("prompts/a.prompty", "---\nname: A\nsample: ${file:a.json}\n---\nHi")
    project.settle()
    assert project.query("SELECT code, line, column FROM problems") == [("missing-reference", 3, 9)]
    document = project.query("SELECT revision, updated_at FROM documents")

    sample: Path = project.write("prompts/a.json", b"\xff")  # no text, so that nothing of it is taken in
    project.sync("prompts/a.json")
    assert project.problems() == []
    assert project.query("SELECT status FROM document_references") == [("ok",)]

    sample.unlink()
    project.sync("prompts/a.json")
    assert project.problems() == [("prompts/a.prompty", "missing-reference")]
    assert project.query("SELECT status FROM document_references") == [("missing",)]
    assert project.query("SELECT revision, updated_at FROM documents") == document


def test_a_file_that_comes_does_not_bring_in_a_prompt_that_is_being_changed(project: Project) -> None:
    prompt = "---\nname: A\nsample: ${file:a.json}\n---\nHi"
    project.write("prompts/a.prompty", prompt)
    project.settle()
    project.write("prompts/a.prompty", prompt.replace("name: A", "name: B"))
    project.write("prompts/a.json", "{}")

    project.sync("prompts/a.json")

    assert project.names() == {"prompts/a.prompty": "A"}
    assert project.problems() == [("prompts/a.prompty", "missing-reference")]
    assert project.query("SELECT status FROM document_references") == [("missing",)]

    project.settle()

    assert project.names() == {"prompts/a.prompty": "B"}
    assert project.problems() == []
    assert project.query("SELECT status FROM document_references") == [("ok",)]


def test_secrets_are_stored_as_they_are_unless_they_are_to_be_taken_out(project: Project) -> None:
    project.write(
        "personas/ada.json", '{"name": "Ada", "settings": {"secrets": {"KEY": "sk-123"}, "max": 3}}'
    )
    project.write(
        "prompts/a.prompty",
        "---\nname: A\nmodel:\n  connection: {kind: key, apiKey: sk-123}\ninputs:\n  token: sk-123\n---\n{{ token }}",
    )
    project.settle()
    stored = "SELECT document || ' ' || text FROM documents JOIN documents_fts USING (id) ORDER BY id"
    assert [text.count("sk-123") for (text,) in project.query(stored)] == [2, 4]

    project.start(redact_secrets=True)
    project.settle()

    assert [text.count("sk-123") for (text,) in project.query(stored)] == [0, 0]
    assert [text.count("[REDACTED]") for (text,) in project.query(stored)] == [2, 4]
    assert [code for _, code in project.problems()] == ["literal-secret"] * 3
    assert "sk-123" not in json.dumps(project.query("SELECT * FROM problems"))
    assert project.query(
        "SELECT json_extract(document, '$.settings.max') FROM documents WHERE type = 'persona'"
    ) == [(3,)]


def test_taking_out_secrets_leaves_a_document_without_any_as_it_is() -> None:
    text = '{"name": "Ada", "big": 12345678901234567890, "max_tokens": "500"}'

    assert reviewed(PERSONAS, text, redact_secrets=True).content == reviewed(PERSONAS, text).content


def test_a_mapping_that_an_alias_repeats_is_taken_out_only_where_its_key_is_secret() -> None:
    text = "name: N\nnotes: &both\n  greeting: hello\nsecrets: *both\n"
    yaml = Collection("note", "notes", ("**/*.yaml",), "yaml")
    content = reviewed(yaml, text, redact_secrets=True).content
    assert content
    assert json.loads(content.document) == {
        "name": "N",
        "notes": {"greeting": "hello"},
        "secrets": {"greeting": "[REDACTED]"},
    }
    assert content.text == "N\nhello\n[REDACTED]"
