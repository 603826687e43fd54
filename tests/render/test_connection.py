"""The way to a model: endpoint, deployment, key. Nothing else of a call reads a file or a key."""

import os
from pathlib import Path
from typing import Any

import pytest

from docsync.lint.secret import REDACTED
from docsync.render.connection import MAX_KEY_FILE_BYTES, Connection
from docsync.render.trace import Provenance
from tests.render.making import PATH, made, mistakes_of

V1 = """
model:
  api: chat
  configuration:
    type: azure_openai
    azure_deployment: bills
    azure_endpoint: ${env:ENDPOINT:https://default.example}
    api_key: ${env:KEY}
    api_version: 2024-10-21
    organization: org-1
"""
V2 = """
model:
  id: gpt-4o
  provider: foundry
  apiType: chat
  connection: {kind: key, endpoint: "${env:ENDPOINT:https://default.example}", apiKey: "${env:KEY}"}
"""


def with_connection(written: str, root: Path | None = None, **fields: Any) -> Any:
    return made(f"model: {{id: m, apiType: chat, connection: {written}}}", root=root, **fields)


def beside(folder: Path, name: str, text: str) -> None:
    path = (folder / PATH).parent / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_v1_and_v2_say_the_same_things_in_one_shape() -> None:
    environment = {"KEY": "s3cr3t"}

    assert made(V1, environment=environment).connection() == Connection(
        provider="foundry", kind="key", endpoint="https://default.example", deployment="bills",
        api_version="2024-10-21", api_key="s3cr3t", settings={"organization": "org-1"},
    )  # fmt: skip
    assert made(V2, environment=environment).connection() == Connection(
        provider="foundry", kind="key", endpoint="https://default.example", api_key="s3cr3t"
    )


def test_the_text_of_a_connection_shows_no_key() -> None:
    connection = made(V1.replace("org-1", "${env:KEY}"), environment={"KEY": "s3cr3t"}).connection()

    assert connection.settings["organization"] == "s3cr3t"
    assert "s3cr3t" not in repr(connection)


@pytest.mark.parametrize(
    "written",
    [
        "model: {id: m, apiType: chat, connection: {kind: reference, name: desk}}",
        "model: {api: chat, configuration: {type: azure_openai, connection: desk}}",
        "model: {api: chat, configuration: desk}",
    ],
    ids=["v2", "promptflow", "promptflow, a name alone"],
)
def test_a_connection_that_the_service_keeps_is_named(written: str) -> None:
    connection = made(written).connection()

    assert connection.reference == "desk"
    assert connection.settings == {}


def test_a_prompt_without_a_connection_has_an_empty_one() -> None:
    assert made("model: gpt-4o").connection() == Connection()


def test_all_variables_that_are_not_set_are_told_at_once() -> None:
    said = mistakes_of(made(V1.replace(":https://default.example", ""), environment={}).connection)

    assert [message.split(";")[0] for message in said] == [
        "model.configuration.azure_endpoint: the environment has no variable 'ENDPOINT'",
        "model.configuration.api_key: the environment has no variable 'KEY'",
    ]


def test_without_an_environment_the_names_stay_and_are_listed() -> None:
    connection = made(V2).connection()

    assert connection.api_key == "${env:KEY}"
    assert connection.endpoint == "${env:ENDPOINT:https://default.example}"
    assert connection.unresolved == ("ENDPOINT", "KEY")
    assert made(V2, environment={"KEY": "k"}).connection().unresolved == ()


def test_an_empty_default_is_none() -> None:
    assert (
        "has no variable 'KEY'"
        in mistakes_of(with_connection("{apiKey: '${env:KEY:}'}", environment={}).connection)[0]
    )


def test_a_default_may_hold_colons() -> None:
    connection = with_connection("{endpoint: '${env:NONE:http://a:80/b}'}", environment={}).connection()
    assert connection.endpoint == "http://a:80/b"


def test_what_a_variable_holds_is_never_looked_at_again() -> None:
    environment = {"A": "${env:B}", "B": "s3cr3t"}
    assert with_connection("{apiKey: '${env:A}'}", environment=environment).connection().api_key == "${env:B}"


def test_a_text_with_more_than_a_reference_stays_as_it_is() -> None:
    connection = with_connection(
        "{endpoint: 'https://${env:HOST}/v1'}", environment={"HOST": "x"}
    ).connection()
    assert connection.endpoint == "https://${env:HOST}/v1"


def test_a_key_that_the_database_does_not_have_is_a_mistake() -> None:
    (said,) = mistakes_of(with_connection(f"{{apiKey: '{REDACTED}'}}").connection)
    assert (
        said
        == f"model.connection.apiKey: the database has {REDACTED} in place of it; write ${{env:NAME}} in the prompt"
    )


def test_a_file_of_a_key_is_read_in_the_project(tmp_path: Path) -> None:
    beside(tmp_path, "key.txt", "\ufeffs3cr3t\n")

    assert (
        with_connection("{kind: key, apiKey: '${file:key.txt}'}", tmp_path).connection().api_key == "s3cr3t"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("shared.json", '{"kind": "key", "endpoint": "https://x.example", "apiKey": "${env:KEY}"}'),
        ("../shared.yaml", "kind: key\nendpoint: https://x.example\napiKey: ${env:KEY}\n"),
    ],
)
def test_a_whole_connection_may_be_a_file(name: str, text: str, tmp_path: Path) -> None:
    beside(tmp_path, name, text)

    connection = with_connection(f"'${{file:{name}}}'", tmp_path, environment={"KEY": "s3cr3t"}).connection()
    assert connection == Connection(kind="key", endpoint="https://x.example", api_key="s3cr3t")


def test_a_file_of_v1_names_the_deployment_too(tmp_path: Path) -> None:
    beside(tmp_path, "c.json", '{"type": "azure_openai", "azure_deployment": "bills", "connection": "desk"}')
    call = made("model: {api: chat, configuration: '${file:c.json}'}", root=tmp_path)

    connection = call.connection()
    assert (connection.provider, connection.deployment, connection.reference) == ("foundry", "bills", "desk")
    assert call.azure(model=connection.deployment)["model"] == "bills"


def test_no_file_is_read_where_the_folders_are_not(tmp_path: Path) -> None:
    said = "model.connection: the file key.txt is read only where the project's folder is; this call is not there"
    assert mistakes_of(with_connection("{apiKey: '${file:key.txt}'}").connection) == [said]

    beside(tmp_path, "key.txt", "s3cr3t")
    nowhere = with_connection("{apiKey: '${file:key.txt}'}", tmp_path, provenance=Provenance())
    with pytest.raises(Exception, match="read only where the project's folder is"):
        nowhere.connection()


@pytest.mark.parametrize(
    "path", ["../../../outside.txt", "/etc/hostname", "link.txt", "folder/../../../../outside.txt"]
)
def test_no_file_outside_of_the_project_is_ever_read(path: str, tmp_path: Path) -> None:
    root = tmp_path / "project"
    beside(root, "here.txt", "")
    (tmp_path / "outside.txt").write_text("s3cr3t", encoding="utf-8")
    ((root / PATH).parent / "link.txt").symlink_to(tmp_path / "outside.txt")

    (said,) = mistakes_of(with_connection(f"{{apiKey: '${{file:{path}}}'}}", root).connection)
    assert said == f"model.connection: {path} leads out of the project"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"[1]", "must hold an object"),
        (b'{"apiKey": s3cr3t}', "must hold an object"),
        (b"\xff", "is no text in UTF-8"),
        (b"x" * (MAX_KEY_FILE_BYTES + 1), "larger than"),
    ],
    ids=["a list", "broken", "Latin-1", "large"],
)
def test_a_file_that_is_no_connection_is_a_mistake_that_names_it(
    text: bytes, said: str, tmp_path: Path
) -> None:
    beside(tmp_path, "c.json", "")
    ((tmp_path / PATH).parent / "c.json").write_bytes(text)

    messages = mistakes_of(with_connection("'${file:c.json}'", tmp_path).connection)
    assert all("c.json" in message for message in messages)
    assert said in messages[0]
    assert "s3cr3t" not in messages[0]


def test_a_file_of_yaml_that_is_broken_is_not_quoted(tmp_path: Path) -> None:
    beside(tmp_path, "c.yaml", "apiKey: !!int s3cr3t\n")

    assert mistakes_of(with_connection("'${file:c.yaml}'", tmp_path).connection) == [
        "model.connection: c.yaml must hold an object of JSON or YAML"
    ]


def test_a_key_may_be_a_number_and_what_is_no_text_stays_among_the_settings() -> None:
    connection = with_connection("{apiKey: 12345, endpoint: [a], key: second, retries: 3}").connection()

    assert connection.api_key == "12345"
    assert connection.endpoint is None
    assert connection.settings == {"endpoint": ["a"], "key": "second", "retries": 3}


def test_a_pipe_in_place_of_a_key_is_not_waited_for(tmp_path: Path) -> None:
    beside(tmp_path, "here.txt", "")
    os.mkfifo((tmp_path / PATH).parent / "key.txt")

    assert (
        "not a regular file"
        in mistakes_of(with_connection("{apiKey: '${file:key.txt}'}", tmp_path).connection)[0]
    )


def test_no_request_reads_a_file_of_a_key(tmp_path: Path) -> None:
    beside(tmp_path, "key.txt", "s3cr3t")
    call = with_connection("{apiKey: '${file:key.txt}'}", tmp_path, files={"key.txt": "s3cr3t"})

    assert "s3cr3t" not in repr([call.openai(), call.anthropic(), call.tools(), call.options(), call.trace()])
    assert call.connection().api_key == "s3cr3t"


def test_a_connection_is_no_file_that_a_call_may_be_given() -> None:
    """What lies beside the prompts in the database may be read by who may not read the keys."""
    files = {"c.json": '{"type": "azure_openai", "azure_deployment": "bills"}'}
    call = made(
        "model: {api: chat, configuration: '${file:c.json}', parameters: '${file:o.json}'}",
        files=files | {"o.json": "{}"},
    )

    assert mistakes_of(call.azure) == ["model: the prompt names no model: say which with model="]
