"""Reads the bodies of requests: one small JSON object with known members. Never guesses what was meant."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from starlette.requests import Request

from docsync.admin.http.problem_response import Refusal
from docsync.errors import ExitCode
from docsync.names import is_presentable

MAX_BODY_BYTES = 64 * 1024
MAX_SECONDS = 600.0
MAX_PATH_BYTES = 4096
"""Of one path: no system opens a longer one, and one of 64 KiB could have 32 000 folders above it."""

Members = Mapping[str, object]


async def read_members(request: Request, known: Collection[str]) -> Members:
    """The members of the JSON object that *request* carries; none when it has no body. Raises Refusal."""
    octets = await _read(request)
    members = _parse(octets) if octets else {}
    if not isinstance(members, dict):
        raise _make_bad_request("the body must be a JSON object")
    if unknown := sorted(set(members) - set(known)):
        raise _make_bad_request(
            f"unknown member {', '.join(map(json.dumps, unknown))}; known are {', '.join(known)}"
        )
    return members


def read_timeout(members: Members, default: float) -> float:
    """The member `timeout`: seconds from 0 to 600."""
    value = members.get("timeout", default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_SECONDS:
        raise _make_bad_request(f"timeout must be a number of seconds from 0 to {MAX_SECONDS:g}")
    return float(value)


def read_paths(members: Members, name: str) -> tuple[str, ...]:
    """The member *name*: paths relative to the project root, without needless slashes and dots."""
    value = members.get(name, [])
    if not isinstance(value, list):
        raise _make_bad_request(f"{name} must be a list of paths")
    return tuple(_relative(name, path) for path in value)


def read_text_or_none(members: Members, name: str) -> str | None:
    """The member *name*: a text, or null."""
    value = members.get(name)
    if value is not None and not isinstance(value, str):
        raise _make_bad_request(f"{name} must be a text or null")
    return value


def read_flag(members: Members, name: str) -> bool:
    """The member *name*: true or false, which it is when it is left out."""
    value = members.get(name, False)
    if not isinstance(value, bool):
        raise _make_bad_request(f"{name} must be true or false")
    return value


def read_object(members: Members, name: str) -> dict[str, Any]:
    """The member *name*: an object, empty when it is left out."""
    value = members.get(name, {})
    if not isinstance(value, dict):
        raise _make_bad_request(f"{name} must be an object")
    return value


def read_texts(members: Members, name: str) -> tuple[str, ...]:
    """The member *name*: a list of texts, empty when it is left out."""
    value = members.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _make_bad_request(f"{name} must be a list of texts")
    return tuple(value)


def read_choice_member(members: Members, name: str, choices: Collection[str], default: str) -> str:
    """The member *name*: one of *choices*."""
    value = members.get(name, default)
    if not isinstance(value, str) or value not in choices:
        raise _make_bad_request(f"{name} must be one of {', '.join(choices)}")
    return value


def _relative(name: str, path: object) -> str:
    if not isinstance(path, str) or not is_presentable(path):
        raise _make_bad_request(f"{name} must hold paths as text, without control characters")
    if len(path.encode("utf-8")) > MAX_PATH_BYTES:
        raise _make_bad_request(f"{name} must hold paths of {MAX_PATH_BYTES} bytes at most")
    parts = path.split("/")
    if path.startswith("/") or ".." in parts:
        raise _make_bad_request(
            f"{name} must hold paths relative to the project root, without '..'; got {json.dumps(path)}"
        )
    return "/".join(part for part in parts if part not in ("", "."))


async def _read(request: Request) -> bytes:
    octets = b""
    async for chunk in request.stream():
        octets += chunk
        if len(octets) > MAX_BODY_BYTES:
            raise make_too_large()
    return octets


def _parse(octets: bytes) -> object:
    try:
        return json.loads(octets, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise _make_bad_request("the body must be JSON (RFC 8259) in UTF-8") from error


def _refuse_constant(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")


def make_too_large() -> Refusal:
    """The answer to a body over the limit."""
    return Refusal(413, f"A body may have {MAX_BODY_BYTES} bytes. Ask for fewer paths at once.")


def _make_bad_request(detail: str) -> Refusal:
    return Refusal(400, detail, "usage", exit_code=ExitCode.USAGE)
