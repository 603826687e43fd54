"""A call: which model it is for, what a trace says of it, and what it never has in a request."""

from dataclasses import replace
from typing import Any

import pytest

from docsync.render.trace import Provenance
from tests.render.making import PATH, made, mistakes_of
from tests.render.sdk import CHAT, judge

V1_AZURE = """
model:
  api: chat
  configuration:
    type: azure_openai
    azure_deployment: ${env:DEPLOYMENT:bills}
    azure_endpoint: ${env:ENDPOINT}
    api_key: ${env:KEY}
    api_version: 2024-10-21
"""
V1_OPENAI = "model: {api: chat, configuration: {type: openai, name: gpt-4o, api_key: '${env:KEY}'}}"
BETA_AZURE = "model: {id: gpt-4o, api: chat, connection: {type: azure_openai, azure_deployment: bills}}"
V2 = "model: {id: gpt-4o, provider: openai, apiType: chat}"
V2_FOUNDRY = "model: {id: gpt-4o, provider: foundry, apiType: chat, connection: {kind: foundry}}"
SERVERLESS = "model: {api: chat, configuration: {type: serverless, model: Mistral-small, endpoint: 'https://x.example'}}"
ENVIRONMENT = {"ENDPOINT": "https://bills.example", "KEY": "s3cr3t"}


@pytest.mark.parametrize(
    ("written", "name", "deployment"),
    [
        ("model: gpt-4o", "gpt-4o", "gpt-4o"),
        (V1_OPENAI, "gpt-4o", "gpt-4o"),
        (V2, "gpt-4o", "gpt-4o"),
        (V2_FOUNDRY, "gpt-4o", "gpt-4o"),
        (BETA_AZURE, "gpt-4o", "bills"),
        (SERVERLESS, "Mistral-small", "Mistral-small"),
    ],
    ids=["a name", "v1", "v2", "v2 of foundry", "beta of Azure", "v1 serverless"],
)
def test_a_prompt_names_its_model_and_for_azure_its_deployment(
    written: str, name: str, deployment: str
) -> None:
    call = made(written)

    assert call.openai()["model"] == call.openai_responses()["model"] == name
    assert call.azure()["model"] == deployment


def test_a_deployment_is_known_to_azure_alone() -> None:
    call = made(V1_AZURE, environment=ENVIRONMENT)

    assert call.azure()["model"] == "bills"
    said = [
        "model.configuration: the prompt names an Azure deployment and no model: ask azure(), or say which with "
        "model="
    ]
    assert mistakes_of(call.openai) == mistakes_of(call.openai_responses) == said
    assert call.openai(model="gpt-4o")["model"] == "gpt-4o"


def test_a_deployment_may_come_from_the_environment() -> None:
    call = made(V1_AZURE, environment=ENVIRONMENT | {"DEPLOYMENT": "test-bills"})
    assert call.azure()["model"] == "test-bills"
    assert mistakes_of(replace(call, environment={"DEPLOYMENT": " "}).azure) == [
        "model.configuration: the variable that names the model is empty"
    ]


def test_only_what_is_asked_for_needs_its_variables() -> None:
    """The key and the endpoint are no business of a request, nor is a deployment of one that names its model."""
    call = made(V1_AZURE.replace(":bills", ""), environment={})

    assert call.openai(model="m")["model"] == "m"
    (said,) = mistakes_of(call.azure)
    assert said == (
        "model.configuration: the environment has no variable 'DEPLOYMENT'; set it, or write a default as ${env:DEPLOYMENT:…}"
    )


def test_a_prompt_that_names_no_model_is_sent_to_the_one_of_the_call() -> None:
    call = made("model: {apiType: chat}")
    for method in (call.openai, call.openai_responses, call.azure, call.anthropic):
        assert mistakes_of(method) == ["model: the prompt names no model: say which with model="]
        assert method(model="mine")["model"] == "mine"


def test_a_whole_model_may_be_a_file() -> None:
    text = '{"id": "gpt-4o", "apiType": "chat", "options": {"seed": 7}, "connection": {"kind": "reference", "name": "desk"}}'
    call = made("model: '${file:model.json}'", files={"model.json": text})

    assert (call.openai()["model"], call.openai()["seed"]) == ("gpt-4o", 7)
    assert call.connection().reference == "desk"
    for method in (replace(call, files={}).openai, replace(call, files={}).connection):
        assert mistakes_of(method)[0] == "model: the file model.json is not there"


def test_the_id_of_a_model_is_no_place_for_a_variable() -> None:
    call = made("model: {id: '${env:KEY}', apiType: chat}", environment=ENVIRONMENT)

    assert mistakes_of(call.openai) == [
        "model.id: asks for the variable KEY, and variables count only below model.connection and model.options: "
        "say the name with model="
    ]
    assert call.openai(model="m")["model"] == "m"


@pytest.mark.parametrize("api", ["embedding", "image", "agent", "completion"])
def test_a_prompt_for_another_api_is_a_mistake(api: str) -> None:
    call = made(f"model: {{id: m, apiType: {api}}}")
    for method in (call.openai, call.openai_responses, call.azure, call.anthropic):
        (said,) = mistakes_of(method)
        assert said.startswith(f"model.apiType: the prompt is written for the API {api!r}")


def test_a_request_for_azure_is_one_for_chat() -> None:
    call = made(V1_AZURE, environment=ENVIRONMENT)

    judge(CHAT, call.azure())
    assert call.azure() == call.openai(model="bills")


@pytest.mark.parametrize("environment", [None, ENVIRONMENT])
@pytest.mark.parametrize("written", [V1_AZURE, BETA_AZURE, V2_FOUNDRY, SERVERLESS])
def test_no_request_has_a_key_an_endpoint_or_a_version(written: str, environment: Any) -> None:
    call = made(written, environment=environment)

    shown = repr(
        [call.azure(), call.openai(model="m"), call.openai_responses(model="m"), call.anthropic(model="m")]
    )
    for secret in ("s3cr3t", "KEY", "https://", "2024-10-21", "connection"):
        assert secret not in shown


def test_without_an_environment_nothing_is_resolved_and_the_call_says_what() -> None:
    call = made(V1_AZURE)

    assert call.azure()["model"] == "${env:DEPLOYMENT:bills}"
    assert set(call.unresolved) == {"DEPLOYMENT", "ENDPOINT", "KEY"}
    assert replace(call, environment={}).unresolved == ()


def test_a_trace_says_which_bytes_of_which_document_were_sent() -> None:
    provenance = Provenance(
        "prompt_template/a", "c0ffee", "a55e7", "b10b", 7, "2f5c", "production", "base", PATH
    )

    assert made(V2, provenance=provenance).trace() == {
        "docsync.id": "prompt_template/a",
        "docsync.content_hash": "c0ffee",
        "docsync.assets_hash": "a55e7",
        "docsync.git_blob": "b10b",
        "docsync.revision": 7,
        "docsync.epoch": "2f5c",
        "docsync.release": "production",
        "docsync.variant": "base",
    }


def test_what_nobody_knows_is_not_in_the_trace() -> None:
    assert made(V2, provenance=Provenance(id="a", revision=0)).trace() == {
        "docsync.id": "a",
        "docsync.revision": 0,
    }


def test_the_text_of_a_call_shows_neither_the_environment_nor_the_prompt() -> None:
    assert "s3cr3t" not in repr(made(V1_AZURE, environment=ENVIRONMENT))
    assert "api_key" not in repr(made(V1_AZURE))


def test_a_request_never_changes_the_document_it_is_made_of() -> None:
    call = made(
        V2 + "\ntools: [{name: a, kind: function, strict: true, parameters: [{name: x, kind: string}]}]"
    )
    before = repr(call.document)

    request = call.openai()
    request["tools"][0]["function"]["parameters"]["properties"].clear()

    assert repr(call.document) == before
    assert call.openai() != request
