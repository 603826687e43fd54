"""The providers' own SDKs as judges of a request: their types, made strict, and the keywords of their methods.

Nothing is sent. Where an SDK is not installed, who asks it is skipped.
"""

import inspect
import sys
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import pytest

CHAT, RESPONSES, ANTHROPIC = "openai chat", "openai responses", "anthropic"

_PARAMS = {
    CHAT: ("openai", "openai.types.chat.completion_create_params", "CompletionCreateParams"),
    RESPONSES: ("openai", "openai.types.responses.response_create_params", "ResponseCreateParams"),
    ANTHROPIC: ("anthropic", "anthropic.types.message_create_params", "MessageCreateParams"),
}
_METHODS = {
    CHAT: ("openai.resources.chat.completions", "Completions"),
    RESPONSES: ("openai.resources.responses", "Responses"),
    ANTHROPIC: ("anthropic.resources.messages", "Messages"),
}
# Keywords of the methods that are no part of the body that the types describe.
_BESIDE = {"extra_body", "extra_headers"}


def judge(api: str, request: Mapping[str, Any]) -> None:
    """Raises for a request that the SDK's type refuses, with an unknown key anywhere, or that its method does not take."""
    sdk, *_ = _PARAMS[api]
    importlib_or_skip(sdk)
    module, name = _METHODS[api]
    inspect.signature(getattr(importlib_or_skip(module), name).create).bind(None, **request)
    body = {key: value for key, value in request.items() if key not in _BESIDE}
    _adapter(api, streams=bool(body.get("stream"))).validate_python(body, strict=True)


def keys_of(api: str) -> set[str]:
    """The top keys that the SDK's type has for a request."""
    return set(typing.get_type_hints(_type(api, streams=False)))


def importlib_or_skip(name: str) -> Any:
    return pytest.importorskip(
        name, reason=f"{name.partition('.')[0]} is not installed; it is in the extra test"
    )


@cache
def _adapter(api: str, *, streams: bool) -> Any:
    pydantic = importlib_or_skip("pydantic")
    return pydantic.TypeAdapter(Strict().rebuild(_type(api, streams=streams)))


def _type(api: str, *, streams: bool) -> Any:
    _, module, name = _PARAMS[api]
    return getattr(importlib_or_skip(module), f"{name}{'Streaming' if streams else 'NonStreaming'}")


class Strict:
    """Types of an SDK with lists in place of what may be any iterable (pydantic looks at those only when they are read),
    and without further keys."""

    def __init__(self) -> None:
        self._rebuilt: dict[Any, Any] = {}

    def rebuild(self, annotation: Any) -> Any:
        """*annotation* made strict, through and through."""
        extensions = importlib_or_skip("typing_extensions")
        if extensions.is_typeddict(annotation):
            return self._rebuild_typed_dict(annotation)
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin in (typing.Union, types.UnionType):
            kept = [self.rebuild(one) for one in arguments if not _is_file(one)]
            return typing.Union[tuple(kept)]  # noqa: UP007 - made of a list
        if origin in (list, Iterable, Sequence) or "SequenceNotStr" in str(origin):
            return types.GenericAlias(list, (self.rebuild(arguments[0]),))
        if origin is dict:
            return types.GenericAlias(dict, (arguments[0], self.rebuild(arguments[1])))
        return annotation

    def _rebuild_typed_dict(self, annotation: Any) -> Any:
        if annotation in self._rebuilt:
            return self._rebuilt[annotation]
        # One that holds itself is looked at once.
        self._rebuilt[annotation] = dict[str, Any]
        extensions = importlib_or_skip("typing_extensions")
        names = vars(sys.modules[annotation.__module__])
        hints = typing.get_type_hints(annotation, names)
        # Written as texts, these are unknown to the class itself.
        marks = {
            key: typing.get_origin(hint)
            for key, hint in typing.get_type_hints(annotation, names, include_extras=True).items()
        }
        fields = {
            key: (
                extensions.Required if _is_required(annotation, key, marks[key]) else extensions.NotRequired
            )[self.rebuild(hint)]
            for key, hint in hints.items()
        }
        rebuilt = extensions.TypedDict(annotation.__name__, fields)
        configured = getattr(annotation, "__pydantic_config__", {})
        rebuilt.__pydantic_config__ = {"extra": configured.get("extra", "forbid")}
        self._rebuilt[annotation] = rebuilt
        return rebuilt


def _is_required(annotation: Any, key: str, mark: Any) -> bool:
    extensions = importlib_or_skip("typing_extensions")
    if mark in (typing.Required, extensions.Required):
        return True
    return key in annotation.__required_keys__ and mark not in (typing.NotRequired, extensions.NotRequired)


def _is_file(annotation: Any) -> bool:
    return any(word in str(annotation) for word in ("IO[", "PathLike", "Base64FileInput"))
