"""The model of a prompt in the names of v2: nothing lost, nothing made up."""

import pytest
import yaml

from docsync.formats.prompty.model import normalize_model


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("gpt-4o", "{id: gpt-4o}"),
        ("null", "{}"),
        ("[a]", "{}"),
        ("{api: chat, response: all}", "{apiType: chat, response: all}"),
        ("{api: chat, apiType: image}", "{api: chat, apiType: image}"),
        (
            "{configuration: {type: azure_openai, azure_deployment: d, azure_endpoint: e, api_version: v}}",
            "{connection: {kind: key, endpoint: e, api_version: v}, provider: foundry, id: d}",
        ),
        (
            "{id: mine, configuration: {type: azure_openai, azure_deployment: d}}",
            "{id: mine, connection: {kind: key, azure_deployment: d}, provider: foundry}",
        ),
        (
            "{connection: {type: openai, name: n, api_key: k, organization: o}}",
            "{connection: {kind: key, apiKey: k, organization: o}, provider: openai, id: n}",
        ),
        ("{connection: {type: serverless, url: u}}", "{connection: {kind: serverless, url: u}}"),
        ("{connection: {kind: key, type: t}}", "{connection: {kind: key, type: t}}"),
        ("{connection: {type: [a]}}", "{connection: {type: [a]}}"),
        ("{connection: {endpoint: e}}", "{connection: {endpoint: e}}"),
        ("{configuration: '${file:c.json}'}", "{connection: '${file:c.json}'}"),
        (
            "{parameters: {max_tokens: 1, top_p: 2, stop: [s], temperature: 0, response_format: {type: t}}}",
            "{options: {maxOutputTokens: 1, topP: 2, stopSequences: [s], temperature: 0, response_format: {type: t}}}",
        ),
        ("{parameters: {tools: [{type: function}], seed: 1}}", "{options: {seed: 1}}"),
        ("{parameters: word}", "{options: word}"),
    ],
)
def test_a_model_is_written_as_v2_would(written: str, normal: str) -> None:
    assert normalize_model(yaml.safe_load(written)) == yaml.safe_load(normal)


def test_the_front_matter_is_left_as_it_is() -> None:
    text = "{api: chat, configuration: {type: openai, name: n}, parameters: {max_tokens: 1, tools: []}}"
    written = yaml.safe_load(text)
    normalize_model(written)

    assert written == yaml.safe_load(text)
