"""The judges of requests have teeth: what an API would refuse, or would not know, they refuse."""

from typing import Any

import pytest

from docsync.render.providers import anthropic, openai_chat, openai_responses
from tests.render.sdk import ANTHROPIC, CHAT, RESPONSES, judge, keys_of

GOOD: dict[str, dict[str, Any]] = {
    CHAT: {"model": "m", "messages": [{"role": "user", "content": "hi"}]},
    RESPONSES: {"model": "m", "input": [{"role": "user", "content": "hi"}]},
    ANTHROPIC: {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]},
}
BAD: list[tuple[str, dict[str, Any]]] = [
    (CHAT, {"temperature": "hot"}),
    (CHAT, {"frobnicate": 1}),
    (CHAT, {"messages": [{"role": "user", "content": "hi", "mood": "fine"}]}),
    (CHAT, {"messages": [{"role": "thread", "content": "hi"}]}),
    (CHAT, {"messages": [{"role": "tool", "content": "hi"}]}),
    (CHAT, {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi", "mood": "fine"}]}]}),
    (CHAT, {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "https://x"}]}]}),
    (CHAT, {"tools": [{"type": "function", "function": {"description": "no name"}}]}),
    (CHAT, {"response_format": {"type": "json_schema"}}),
    (RESPONSES, {"stop": "x"}),
    (RESPONSES, {"input": [{"role": "user", "content": "hi", "name": "Ann"}]}),
    (RESPONSES, {"input": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]}),
    (RESPONSES, {"input": [{"type": "function_call", "call_id": "a"}]}),
    (RESPONSES, {"tools": [{"type": "function", "name": "x"}]}),
    (RESPONSES, {"text": {"format": {"type": "json_schema"}}}),
    (ANTHROPIC, {"temperature": 1}),
    (ANTHROPIC, {"max_tokens": "5"}),
    (ANTHROPIC, {"messages": [{"role": "tool", "content": "hi"}]}),
    (ANTHROPIC, {"messages": [{"role": "user", "content": "hi", "name": "Ann"}]}),
    (ANTHROPIC, {"tools": [{"name": "x"}]}),
    (ANTHROPIC, {"tool_choice": {"type": "function"}}),
    (ANTHROPIC, {"output_config": {"format": {"type": "json_object"}}}),
]
TABLES = {
    CHAT: openai_chat.OPTIONS,
    RESPONSES: openai_responses.OPTIONS,
    ANTHROPIC: anthropic.OPTIONS,
}


@pytest.mark.parametrize("api", GOOD)
def test_a_good_request_is_taken(api: str) -> None:
    judge(api, GOOD[api])


@pytest.mark.parametrize(("api", "spoilt"), BAD, ids=lambda value: str(value)[:60])
def test_a_bad_request_is_refused(api: str, spoilt: dict[str, Any]) -> None:
    judge(api, GOOD[api])

    with pytest.raises((TypeError, ValueError)):
        judge(api, GOOD[api] | spoilt)


@pytest.mark.parametrize("api", TABLES)
def test_every_option_of_a_table_is_a_key_of_that_api(api: str) -> None:
    assert {name for name in TABLES[api].values() if name} <= keys_of(api) | {"stream"}
