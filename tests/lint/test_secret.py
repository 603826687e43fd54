"""Which values are secrets: by whole words of their keys, and only texts that are written out."""

import json

import pytest

from docsync.lint.secret import Holder, is_secret, may_hold_secrets, redact_all, secrets_in


def places(value: Holder) -> list[str]:
    return [secret.at for secret in secrets_in(value)]


@pytest.mark.parametrize(
    "key",
    ["apiKey", "api_key", "apikey", "API_KEY", "OPENAI_API_KEY", "openaiApiKey", "api-key", "password", "userPassword",
     "token", "access_token", "secret", "clientSecret", "auth", "credential", "cookie", "X-Auth-Token", "APIKey"],
)  # fmt: skip
def test_a_key_with_such_a_word_holds_a_secret(key: str) -> None:
    assert places({key: "abc"}) == [key]


@pytest.mark.parametrize(
    "key",
    ["authors", "max_tokens", "maxTokens", "tokenizer", "authenticationMode", "secretary", "key", "keyboard", "monkey",
     "apis", "cookiecutter", "passwordless", "name", ""],
)  # fmt: skip
def test_a_key_that_only_begins_like_such_a_word_holds_none(key: str) -> None:
    assert places({key: "abc"}) == []


@pytest.mark.parametrize(
    "value", ["", "  ", 500, 1.5, True, None, "${env:KEY}", " ${ENV:KEY:x} ", "{{ key }}", {}, []]
)
def test_what_is_no_literal_text_is_no_secret(value: object) -> None:
    assert places({"token": value}) == []


@pytest.mark.parametrize("value", ["x", "${env:KEY} x", "a {{ key }}", "${env:KEY"])
def test_a_text_that_is_not_wholly_a_reference_is_a_secret(value: str) -> None:
    assert places({"token": value}) == ["token"]


def test_the_items_of_a_list_are_secrets_like_a_single_value() -> None:
    assert places({"token": ["a", "${env:B}", "c", {"kind": "d"}]}) == ["token[0]", "token[2]"]


def test_what_holds_nothing_holds_no_secret() -> None:
    assert places({}) == places([]) == places(["token"]) == []


def test_what_lies_beneath_a_plural_is_secret_whatever_it_is_called() -> None:
    assert places({"settings": {"secrets": {"OPENAI": "a", "deep": [{"x": "b"}], "max": 3}}}) == [
        "settings.secrets.OPENAI",
        "settings.secrets.deep[0].x",
    ]


def test_what_lies_beneath_a_single_one_is_secret_only_by_its_own_key() -> None:
    assert places({"auth": {"kind": "basic", "password": "a"}}) == ["auth.password"]


def test_a_declaration_is_secret_by_the_name_that_it_declares() -> None:
    inputs = [
        {"name": "apiKey", "kind": "string", "default": "a", "description": "b"},
        {"name": "city", "default": "c"},
    ]

    assert places({"inputs": inputs}) == ["inputs[0].default"]


def test_secrets_are_replaced_in_what_holds_them() -> None:
    value: Holder = {"token": "a", "list": [{"secrets": ["b", 3]}], "name": "c"}

    for secret in secrets_in(value):
        secret.redact()

    assert value == {"token": "[REDACTED]", "list": [{"secrets": ["[REDACTED]", 3]}], "name": "c"}


def test_only_so_many_secrets_are_looked_for() -> None:
    assert [secret.at for secret in secrets_in({"token": ["a", "b", "c"]}, 2)] == ["token[0]", "token[1]"]


def test_all_secrets_are_replaced_at_once() -> None:
    value: dict[str, object] = {"token": "a", "list": [{"secrets": ["b", 3]}], "name": "c"}

    redact_all(value)

    assert value == {"token": "[REDACTED]", "list": [{"secrets": ["[REDACTED]", 3]}], "name": "c"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (["token"], True),
        ([], True),
        (["secrets"], True),
        (["secrets", "deep", 0], True),
        (["secrets", "count"], False),
        (["name"], False),
        (["list"], False),
        (["list", 0], False),
        (["digits", 7], False),
        (["none"], True),
        (["list", 9], True),
    ],
)
def test_what_lies_at_a_path_is_a_secret_or_holds_one(path: list[str | int], expected: bool) -> None:
    value: dict[str, object] = {
        "token": "a", "name": "b", "secrets": {"deep": ["c"], "count": 1}, "list": ["d"], "digits": {"7": "e"},
    }  # fmt: skip

    assert is_secret(value, path) is expected


@pytest.mark.parametrize("key", ["apiKey", "API key", "Secrets", "clientSecret", "AUTH", "to\u212aen"])
def test_a_text_without_such_a_word_needs_no_look(key: str) -> None:
    assert may_hold_secrets(json.dumps({key: "x"}, ensure_ascii=False))
    assert not may_hold_secrets('{"name":"Ada","list":["a"]}')
