"""What an option of a model is called, however it is written. Knows no API."""

import re

LIMIT = "max_output_tokens"

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NAMES = {
    "max_tokens": LIMIT,
    "max_completion_tokens": LIMIT,
    "stop_sequences": "stop",
    "allow_multiple_tool_calls": "parallel_tool_calls",
}


def option_name(written: str) -> str:
    """docsync's name of an option: that of `maxOutputTokens`, `max_tokens`, … is `max_output_tokens`."""
    snake = _WORD_START.sub("_", written).lower()
    return _NAMES.get(snake, snake)
