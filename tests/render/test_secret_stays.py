"""A secret stays: whatever position of a prompt asks for a variable, only the connection and the options get it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from docsync.render.call import Call
from docsync.render.error import RenderError
from docsync.render.message import Message
from docsync.render.trace import Provenance
from tests.render.making import PATH, stored

SECRET = "s3cr3t-of-the-service"
ENVIRONMENT = {"KEY": SECRET}
ASK = "${env:KEY}"

PROMPT: dict[str, Any] = {
    "name": "Reply",
    "description": "d",
    "version": "1",
    "authors": ["a"],
    "tags": ["t"],
    "metadata": {"team": "m", "deep": [{"x": "y"}]},
    "model": {
        "id": "gpt-4o",
        "provider": "openai",
        "apiType": "chat",
        "note": "n",
        "connection": {"kind": "key", "endpoint": "e", "apiKey": "k", "deep": {"list": ["x"]}},
        "options": {"user": "u", "additionalProperties": {"deep": {"x": ["y"]}}},
    },
    "inputs": [
        {
            "name": "q",
            "kind": "string",
            "default": "d",
            "example": "e",
            "description": "i",
            "enumValues": ["v"],
        }
    ],
    "outputs": [
        {
            "name": "o",
            "kind": "string",
            "description": "i",
            "enumValues": ["v"],
            "required": True,
            "default": "x",
        }
    ],
    "tools": [
        {
            "name": "f",
            "kind": "function",
            "description": "i",
            "parameters": [
                {"name": "p", "kind": "string", "description": "i", "enumValues": ["v"], "default": "x"}
            ],
            "bindings": [{"name": "b", "input": "q"}],
        },
        {"name": "m", "kind": "mcp", "connection": {"kind": "key", "apiKey": "k"}, "serverName": "s"},
    ],
    "template": {"format": {"kind": "jinja2", "options": {"x": "y"}}, "parser": {"kind": "prompty"}},
    "sample": {"q": "s"},
    "base": "b.prompty",
}
V1: dict[str, Any] = {
    "name": "Reply",
    "model": {
        "api": "chat",
        "configuration": {"type": "azure_openai", "azure_deployment": "d", "azure_endpoint": "e", "api_key": "k"},
        "parameters": {
            "user": "u",
            "tools": [{"type": "function", "function": {"name": "f", "description": "i"}}],
        },
        "response": "first",
    },
    "inputs": {"q": {"type": "string", "default": "d", "sample": "s"}},
    "outputs": {"o": {"type": "string", "description": "i"}},
    "sample": {"q": "s"},
}  # fmt: skip
RESOLVED = ("model.connection", "model.options", "model.configuration", "model.parameters")
NEVER = "model.parameters.tools"


def texts(value: Any, at: str = "") -> Iterator[str]:
    """The places of all texts in *value*."""
    if isinstance(value, str):
        yield at
    for key, item in value.items() if isinstance(value, dict) else ():
        yield from texts(item, f"{at}.{key}" if at else key)
    for place, item in enumerate(value if isinstance(value, list) else ()):
        yield from texts(item, f"{at}[{place}]")


def asked_at(place: str, prompt: dict[str, Any]) -> dict[str, Any]:
    """*prompt*, which asks for the secret at *place*."""
    changed: dict[str, Any] = json.loads(json.dumps(prompt))
    *steps, last = place.replace("[", ".[").split(".")
    holder: Any = changed
    for step in steps:
        holder = holder[int(step[1:-1]) if step.startswith("[") else step]
    holder[int(last[1:-1]) if last.startswith("[") else last] = ASK
    return changed


def everything(call: Call) -> dict[str, str]:
    """All that a call gives, by the name of what gives it; of what is a mistake, its text."""
    others = [
        tool["name"]
        for tool in call.document["tools"]
        if tool.get("name") and tool.get("kind") not in (None, "function")
    ]
    given = {"repr": repr(call), "trace": repr(call.trace()), "unresolved": repr(call.unresolved)}
    for name in ("openai", "openai_responses", "azure", "anthropic", "connection", "tools", "options"):
        arguments: dict[str, Any] = {"model": "m", "without": others} if name in REQUESTS else {}
        try:
            made = getattr(call, name)(**arguments)
            settings = dict(made.settings) if name == "connection" else {}
            given[name] = f"{made!r} {getattr(made, 'api_key', '')} {settings}"
        except RenderError as error:
            given[name] = str(error)
    return given


REQUESTS = ("openai", "openai_responses", "azure", "anthropic")
POSITIONS = [(place, prompt) for prompt in (PROMPT, V1) for place in texts(prompt)]


def test_there_are_many_positions() -> None:
    assert len(POSITIONS) > 60


@pytest.mark.parametrize(("place", "prompt"), POSITIONS, ids=[place for place, _ in POSITIONS])
def test_a_secret_that_is_asked_for_stays(
    place: str, prompt: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", SECRET)
    document = stored(json.dumps(asked_at(place, prompt)), f"system:\n{ASK}\nuser:\n{{{{q}}}}")
    call = Call((), document, Provenance(id="a", file_path=PATH), ENVIRONMENT)
    told = tuple(name for name, text in everything(with_message(call)).items() if SECRET in text)

    if place.startswith(NEVER) or not place.startswith(RESOLVED):
        assert told == ()
    elif place.startswith(("model.connection", "model.configuration")):
        # The name of a deployment is what Azure calls the model; else nothing but the connection has it.
        assert set(told) <= {"connection"}
    else:
        assert set(told) <= {*REQUESTS, "options"}


def with_message(call: Call) -> Call:
    return replace(call, messages=(Message("system", ASK), Message("user", ASK)))


def test_the_connection_and_the_options_do_get_it() -> None:
    """Else this page would prove nothing."""
    for place, names in (
        ("model.connection.apiKey", {"connection"}),
        ("model.connection.deep.list[0]", {"connection"}),
        ("model.options.user", {*REQUESTS, "options"}),
        ("model.options.additionalProperties.deep.x[0]", {*REQUESTS, "options"}),
    ):
        call = Call((), stored(json.dumps(asked_at(place, PROMPT))), Provenance(file_path=PATH), ENVIRONMENT)
        told = {name for name, text in everything(with_message(call)).items() if SECRET in text}
        assert told == names, place


@pytest.mark.parametrize(("place", "prompt"), POSITIONS, ids=[place for place, _ in POSITIONS])
def test_without_an_environment_nobody_gets_it(
    place: str, prompt: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", SECRET)
    call = Call((), stored(json.dumps(asked_at(place, prompt))), Provenance(file_path=PATH))

    assert [name for name, text in everything(with_message(call)).items() if SECRET in text] == []
