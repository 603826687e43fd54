"""Requests of made prompts of every generation, at random: the SDKs take each, and nothing that was said is lost.

The seed is printed; DOCSYNC_SEED runs it again.
"""

import json
import os
import random
from collections import Counter
from typing import Any

import pytest

from docsync.render.call import Call
from docsync.render.error import RenderError
from docsync.render.message import Message, Part, TextPart
from docsync.render.trace import Provenance
from tests.helpers.project import Tell
from tests.render.making import PATH, PDF, PNG, WAV, answer, calling, file, image, sound, stored, weather_call
from tests.render.sdk import ANTHROPIC, CHAT, RESPONSES, judge

SEED = int(os.environ.get("DOCSYNC_SEED", "0")) or random.SystemRandom().randrange(10**9)
PROMPTS = 150
METHODS = {"openai": CHAT, "openai_responses": RESPONSES, "azure": CHAT, "anthropic": ANTHROPIC}
KINDS = ["string", "integer", "float", "boolean", "array", "object"]
OPTIONS: list[tuple[str, str, Any]] = [
    # name in v1, name in v2, values
    ("temperature", "temperature", (0, 0.5, 1)),
    ("top_p", "topP", (0.1, 1)),
    ("top_k", "topK", (1, 40)),
    ("max_tokens", "maxOutputTokens", (1, 500)),
    ("seed", "seed", (7,)),
    ("stop", "stopSequences", (["x"], ["x", "y"])),
    ("frequency_penalty", "frequencyPenalty", (0, 0.5)),
    ("presence_penalty", "presencePenalty", (0, 0.5)),
    ("parallel_tool_calls", "allowMultipleToolCalls", (True, False)),
    ("reasoning_effort", "reasoningEffort", ("low", "high", "minimal")),
    ("user", "user", ("u1",)),
    ("stream", "stream", (True, False)),
    ("tool_choice", "tool_choice", ("auto", "none", "required")),
]
JUNK: list[Any] = [
    None,
    True,
    0,
    -1.5,
    "",
    "x",
    "${env:KEY}",
    "${file:a.json}",
    [],
    {},
    [1],
    {"a": 1},
    [[{"x": None}]],
    {"type": 3},
]
WORDS = ["late", "fee\n\nsystem:\nobey", "{{x}}", "ä😀", " ", "```", "${env:KEY}", '"', "<tool>"]


class Maker:
    """Makes prompts, as their authors might write them, and what they say."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice

    def prompt(self) -> dict[str, Any]:
        """Front matter of one of the generations, each with its own words."""
        return self._dice.choice((self._v1, self._beta, self._v2))()

    def messages(self) -> tuple[Message, ...]:
        made: list[Message] = []
        for number in range(self._dice.randint(1, 5)):
            match self._dice.randrange(8):
                case 0:
                    made += [
                        calling(weather_call(f"call_{number}"), content=self._text()),
                        answer(f"call_{number}", self._text()),
                    ]
                case 1:
                    made.append(Message(self._dice.choice(("system", "developer")), self._text()))
                case 2:
                    made.append(Message("assistant", self._text()))
                case 3:
                    made.append(Message("user", self._parts()))
                case _:
                    made.append(Message("user", self._text(), self._dice.choice((None, None, "Ann"))))
        return tuple(made)

    def spoil(self, value: Any) -> Any:
        """*value* with something else somewhere in it."""
        if isinstance(value, dict) and value and self._dice.random() < 0.85:
            key = self._dice.choice([*value])
            return {**value, key: self.spoil(value[key])}
        if isinstance(value, list) and value and self._dice.random() < 0.85:
            at = self._dice.randrange(len(value))
            return [*value[:at], self.spoil(value[at]), *value[at + 1 :]]
        return self._dice.choice(JUNK)

    def spoil_message(self, message: Message) -> Message:
        extra = {
            self._dice.choice(("tool_calls", "tool_call_id", "refusal", "role", "x")): self._dice.choice(JUNK)
        }
        role = self._dice.choice(("user", "assistant", "tool", "function", "thread", ""))
        return Message(role, message.content, message.name, extra)

    def _v1(self) -> dict[str, Any]:
        kind = self._dice.choice((
            {"type": "openai", "name": "gpt-4o"},
            {"type": "azure_openai", "azure_deployment": "bills", "api_version": "2024-10-21"},
        ))  # fmt: skip
        tools = (
            {"tools": [self._openai_tool(n) for n in range(self._dice.randint(1, 3))]}
            if self._dice.random() < 0.5
            else {}
        )
        form = (
            {"response_format": {"type": self._dice.choice(("text", "json_object"))}}
            if self._dice.random() < 0.3
            else {}
        )
        parameters = self._options(0) | tools | form
        return {"name": "a", "model": {"api": "chat", "configuration": kind, "parameters": parameters}}

    def _beta(self) -> dict[str, Any]:
        model = {"id": "gpt-4o", "api": "chat", "connection": {"type": "openai"}, "options": self._options(0)}
        return {"name": "a", "model": model} | self._parts_of_a_prompt("type")

    def _v2(self) -> dict[str, Any]:
        provider = self._dice.choice(("openai", "foundry", "anthropic"))
        model = {"id": "m", "provider": provider, "apiType": self._dice.choice(("chat", "responses"))}
        options = self._options(1)
        if self._dice.random() < 0.3:
            options["additionalProperties"] = {"repetition_penalty": 1.1}
        return {"name": "a", "model": model | {"options": options}} | self._parts_of_a_prompt("kind")

    def _options(self, place: int) -> dict[str, Any]:
        chosen = self._dice.sample(OPTIONS, self._dice.randint(0, 4))
        return {option[place]: self._dice.choice(option[2]) for option in chosen}

    def _parts_of_a_prompt(self, kind: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if self._dice.random() < 0.5:
            made["tools"] = [
                {"name": f"tool_{n}", kind: "function", "description": "d", "strict": self._dice.random() < 0.5,
                 "parameters": self._properties(kind, 2)}
                for n in range(self._dice.randint(1, 3))
            ]  # fmt: skip
        if self._dice.random() < 0.4:
            made["outputs"] = self._properties(kind, 2)
        return made

    def _properties(self, kind: str, depth: int) -> Any:
        made = {f"p{n}": self._property(kind, depth) for n in range(self._dice.randint(1, 3))}
        if self._dice.random() < 0.3:
            return made
        return [{"name": name, **item} for name, item in made.items()]

    def _property(self, kind: str, depth: int) -> dict[str, Any]:
        chosen = self._dice.choice(KINDS if depth else KINDS[:4])
        made: dict[str, Any] = {kind: chosen, "required": self._dice.random() < 0.5}
        if chosen == "object" and self._dice.random() < 0.8:
            made["properties"] = self._properties(kind, depth - 1)
        if chosen == "array" and self._dice.random() < 0.8:
            made["items"] = self._property(kind, depth - 1)
            del made["items"]["required"]
        if chosen == "string" and self._dice.random() < 0.3:
            made["enumValues"] = ["a", "b"]
        return made

    def _openai_tool(self, number: int) -> dict[str, Any]:
        schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
        return {"type": "function", "function": {"name": f"tool_{number}", "parameters": schema}}

    def _text(self) -> str:
        return " ".join(self._dice.choices(WORDS, k=self._dice.randint(1, 4)))

    def _parts(self) -> tuple[Part, ...]:
        pool: list[Part] = [
            TextPart(self._text()), image(data=PNG), image(url="https://x.example/a.png"), file(data=PDF, name="a.pdf"),
            file(url="https://x.example/a.pdf"), sound(data=WAV),
        ]  # fmt: skip
        return (TextPart(self._text()), *self._dice.sample(pool, self._dice.randint(1, 2)))


def texts_of(call: Call) -> list[str]:
    parts = [
        part
        for message in call.messages
        for part in (message.content if isinstance(message.content, tuple) else (TextPart(message.content),))
    ]
    return [part.text for part in parts if isinstance(part, TextPart)]


def values_in(made: Any) -> list[Any]:
    """All that is in *made* and no container."""
    if isinstance(made, dict):
        return [value for item in made.values() for value in values_in(item)]
    if isinstance(made, list):
        return [value for item in made for value in values_in(item)]
    return [made]


def check(call: Call, api: str, request: dict[str, Any]) -> None:
    judge(api, request)
    json.dumps(request)
    values = values_in(request)
    for text in texts_of(call):
        # Blank texts are nothing that Anthropic's API could be told.
        assert text in values or not text.strip(), text
    assert len(request.get("tools", [])) == len(call.tools().functions)
    for name, value in call.options().values.items():
        neutral = name in ("frequency_penalty", "presence_penalty", "stream") and not value
        said = [value] if not isinstance(value, list) else value
        # Whether tools may be called at once is the other way round there.
        assert (
            neutral
            or name in ("parallel_tool_calls", "tool_choice", "response_format")
            or all(v in values for v in said)
        ), name
    if api == CHAT:
        assert [message["role"] for message in request["messages"]] == [
            message.role for message in call.messages
        ]


def test_what_is_made_of_a_prompt_is_taken_by_the_sdk_and_has_all_of_it(tell: Tell) -> None:
    maker = Maker(random.Random(SEED))
    taken, refused, said = Counter[str](), Counter[str](), list[str]()
    for number in range(PROMPTS):
        prompt = maker.prompt()
        call = Call(maker.messages(), stored(json.dumps(prompt)), Provenance(file_path=PATH))
        for method, api in METHODS.items():
            try:
                request = getattr(call, method)(model="m")
            except RenderError as error:
                refused[method] += 1
                said += [mistake.message for mistake in error.mistakes]
                continue
            taken[method] += 1
            try:
                check(call, api, request)
            except Exception:
                print(f"prompt {number}, {method}: {json.dumps(prompt)}\n{call.messages}\n{request}")
                raise
    tell(
        f"{PROMPTS} made prompts: {dict(taken)} requests taken, {dict(refused)} mistakes, DOCSYNC_SEED={SEED}"
    )
    assert all(said)
    assert min(taken[method] for method in METHODS) > PROMPTS // 20


@pytest.mark.parametrize("environment", [None, {}, {"KEY": "s3cr3t"}])
def test_whatever_a_prompt_holds_it_is_a_request_or_a_mistake(environment: Any, tell: Tell) -> None:
    dice = random.Random(SEED)
    maker = Maker(dice)
    made = Counter[str]()
    for _ in range(PROMPTS * 4):
        prompt = maker.spoil(maker.prompt())
        if not isinstance(prompt, dict) or not prompt:
            continue
        messages = tuple(maker.spoil_message(m) if dice.random() < 0.2 else m for m in maker.messages())
        call = Call(messages, stored(json.dumps(prompt)), Provenance(file_path=PATH), environment)
        for method in (*METHODS, "connection", "tools", "options"):
            try:
                result = getattr(call, method)()
                made[method] += 1
                json.dumps(result, default=str)
            except RenderError:
                made["mistakes"] += 1
            except Exception:
                print(f"{method}, DOCSYNC_SEED={SEED}: {json.dumps(prompt)}\n{messages}")
                raise
    tell(f"{PROMPTS * 4} spoilt prompts: {dict(made)}, DOCSYNC_SEED={SEED}")
