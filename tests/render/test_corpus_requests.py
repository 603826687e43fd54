"""Requests of real prompts, and of the bundled ones, judged by the types of the providers' own SDKs; nothing is sent.

Until a prompt is rendered its stored preview of messages stands for what it says.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from docsync.formats import get_format, parse
from docsync.formats.source import decode_source
from docsync.render.call import Call
from docsync.render.error import Mistake, RenderError
from docsync.render.message import Message
from docsync.render.trace import Provenance
from tests.helpers.project import Tell
from tests.render.sdk import ANTHROPIC, CHAT, RESPONSES, judge

SHARED = Path(__file__).parents[3] / "shared"
BUNDLED = Path(__file__).parents[2] / "prompts"
corpus_is_here = pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="the corpus is not here")

METHODS = {"openai": CHAT, "openai_responses": RESPONSES, "azure": CHAT, "anthropic": ANTHROPIC}
# Mistakes that are right, by a part of what is said; with how many prompts of the corpus make each, for chat.
THEIR_OWN = {
    "has no option 'tools_choice'": 2,  # it is called tool_choice: their runtime sends it, and the API refuses it
    "has no option 'model_id'": 2,  # options of Semantic Kernel
    "has no option 'deployment_name'": 1,
    "the file basic_parameters_missing.json is not there": 1,
    "the file schema.json is not there": 0,
    "response_format: must be a mapping whose type is": 1,  # a recorded answer in place of a schema
}
# What one provider has no place for.
OTHERS_OWN = (
    "has no option ", "has no names of speakers", "needs a message that is not the system's", "has no json_object",
    "needs the properties of each object",
)  # fmt: skip


class Everything(dict[str, str]):
    """An environment in which every variable is set, to something harmless."""

    def get(self, key: str, default: Any = None) -> Any:
        return f"the-{key.lower()}"


@cache
def calls() -> dict[str, Call]:
    folders = [folder for folder in (SHARED / "corpus", BUNDLED) if folder.is_dir()]
    found = ((folder, path) for folder in folders for path in sorted(folder.rglob("*.prompty")))
    return {f"{folder.name}/{path.relative_to(folder).as_posix()}": call_of(path) for folder, path in found}


def call_of(path: Path) -> Call:
    content = parse("prompty", path.name, path.read_bytes()).content
    assert content
    document = json.loads(content.document)
    messages = [
        Message(item["role"], item["content"] or "…", item["attributes"].get("name"))
        for item in document["messages"]
        if item["role"] not in ("thread", "tools")
    ]
    names = [reference["path"] for reference in document["references"]["files"]]
    files = {name: read(path.parent / name) for name in names if (path.parent / name).is_file()}
    provenance = Provenance(id=path.stem, file_path=path.name)
    return Call(
        (*messages, *([] if messages else [Message("user", "…")])), document, provenance, Everything(), files
    )


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig", errors="replace")


def is_for_chat(call: Call) -> bool:
    return (call.document["model"].get("apiType") or "chat") in ("chat", "responses")


def without_others(call: Call) -> list[str]:
    return [tool["name"] for tool in call.document["tools"] if tool.get("kind", "function") != "function"]


def make(call: Call, method: str, **arguments: Any) -> tuple[Mapping[str, Any] | None, list[str]]:
    try:
        return getattr(call, method)(without=without_others(call), **arguments), []
    except RenderError as error:
        return None, [str(mistake) for mistake in error.mistakes]


def is_their_own(said: str) -> bool:
    return any(known in said for known in THEIR_OWN)


def fitting(method: str) -> Iterator[tuple[str, Call]]:
    """Prompts that name a model, or a deployment, which *method* can ask."""
    for name, call in calls().items():
        provider = call.document["model"].get("provider")
        _, said = make(call, method)
        names_a_model = not any(
            word in message for message in said for word in ("names no model", "names an Azure")
        )
        is_for_it = (provider == "anthropic") == (method == "anthropic")
        if method == "openai_responses":
            is_for_it = call.document["model"].get("apiType") == "responses"
        if is_for_chat(call) and names_a_model and is_for_it:
            yield name, call


@corpus_is_here
@pytest.mark.parametrize(
    ("method", "least"), [("openai", 90), ("openai_responses", 9), ("azure", 240), ("anthropic", 10)]
)
def test_every_prompt_whose_model_fits_becomes_a_request_that_the_sdk_takes(
    method: str, least: int, tell: Tell
) -> None:
    taken, wrong = 0, {}
    for name, call in fitting(method):
        request, said = make(call, method)
        if request is None:
            wrong[name] = said
        else:
            judge(METHODS[method], request)
            taken += 1
    tell(
        f"{method}: {taken} of {taken + len(wrong)} prompts whose model fits are requests that the SDK takes"
    )

    assert {name: said for name, said in wrong.items() if not all(map(is_their_own, said))} == {}
    assert taken >= least


@corpus_is_here
@pytest.mark.parametrize("method", METHODS)
def test_every_prompt_for_chat_becomes_a_request_to_a_model_of_ones_own_or_a_mistake_that_is_known(
    method: str, tell: Tell
) -> None:
    taken, reasons = 0, Counter[str]()
    for name, call in calls().items():
        if not is_for_chat(call):
            continue
        request, said = make(call, method, model="mine")
        if request is not None:
            judge(METHODS[method], request)
            taken += 1
        for message in said:
            reasons[message] += 1
            assert any(known in message for known in (*THEIR_OWN, *OTHERS_OWN)), (name, message)
    tell(
        f"{method}: {taken} of {sum(map(is_for_chat, calls().values()))} prompts for chat, with a model of one's own"
    )

    if method in ("openai", "azure"):
        counted = {known: sum(n for said, n in reasons.items() if known in said) for known in THEIR_OWN}
        assert counted == THEIR_OWN


@corpus_is_here
def test_no_tool_option_or_message_of_a_real_prompt_is_lost() -> None:
    for name, call in calls().items():
        request, _ = make(call, "openai", model="mine")
        if request is None:
            continue
        assert len(request["messages"]) == len(call.messages), name
        assert len(request.get("tools", [])) == len(call.tools().functions), name
        options = call.options()
        sent = len(options.values) + len(options.extras)
        beyond = request.get("extra_body", {})
        keys = request.keys() - {"model", "messages", "tools", "extra_body"}
        if not any(key in options.values for key in ("response_format",)) and call.document["outputs"]:
            keys -= {"response_format"}
        assert len(keys) + len(beyond) == sent, name


def test_every_place_that_a_mistake_names_is_in_the_front_matter(tell: Tell) -> None:
    told = 0
    for name, call in calls().items():
        folder = {"corpus": SHARED / "corpus", "prompts": BUNDLED}[name.partition("/")[0]]
        source = decode_source(name, (folder / name.partition("/")[2]).read_bytes())
        for method in METHODS:
            places = {mistake.json_path for mistake in mistakes_of(call, method) if mistake.json_path}
            told += len(places)
            assert get_format("prompty").places(source, places).keys() == places, (name, method)
    tell(f"mistakes of requests: {told} places, all of them in the front matter")
    assert told > 0


def mistakes_of(call: Call, method: str) -> tuple[Mistake, ...]:
    try:
        getattr(call, method)()
    except RenderError as error:
        return error.mistakes
    return ()
