"""The generation of a prompt, told by its front matter."""

import pytest
import yaml

from docsync.formats.prompty.dialect import dialect_of


@pytest.mark.parametrize(
    ("front", "dialect"),
    [
        ("{}", "none"),
        ("name: a", "v2"),
        ("model: gpt-4o", "v2"),
        ("model: {configuration: {type: openai}}", "v1"),
        ("model: {parameters: {}}", "v1"),
        ("model: {response: all}", "v1"),
        ("model: {api: chat}", "v1"),
        ("model: {api: chat, connection: {}}", "beta"),
        ("model: {api: chat, options: {}}", "beta"),
        ("{model: {api: chat}, metadata: {}}", "beta"),
        ("{model: {api: chat}, tools: []}", "beta"),
        ("model: {connection: {type: openai}}", "beta"),
        ("model: {connection: {kind: key}}", "v2"),
        ("{model: {apiType: chat}, sample: {}}", "v2"),
        ("model: {provider: openai}", "v2"),
        ("sample: {a: 1}", "v1"),
        ("authors: [a]", "v1"),
        ("tags: [a]", "v1"),
        ("base: a.prompty", "v1"),
        ("template: jinja2", "v1"),
        ("template: {format: jinja2}", "v2"),
        ("inputs: {a: {kind: string, type: x}}", "v2"),
        ("inputs: {a: {type: string}}", "beta"),
        ("tools: [{kind: mcp}]", "v2"),
        ("outputs: [{type: string}]", "beta"),
        ("inputs: {a: word}", "v2"),
    ],
)
def test_the_most_telling_sign_decides(front: str, dialect: str) -> None:
    assert dialect_of(yaml.safe_load(front)) == dialect
