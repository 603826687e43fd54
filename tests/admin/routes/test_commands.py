import json
import os
from typing import Any

import pytest

from docsync.commands import Busy
from docsync.errors import UsageError
from tests.admin.endpoint import JSON, POST, Endpoint, Got
from tests.admin.fake_commands import FakeCommands


def post(endpoint: Endpoint, path: str, body: Any) -> Got:
    return endpoint.ask("POST", path, json.dumps(body).encode(), JSON)


def test_what_was_asked_reaches_the_daemon(endpoint: Endpoint, commands: FakeCommands) -> None:
    post(endpoint, "/v1/reload", {"scopes": ["personas/x.json", "prompts/"], "timeout": 3})
    post(endpoint, "/v1/wait", {"paths": ["./personas//x.json"], "timeout": 0.5})
    post(endpoint, "/v1/held/release", {"type": "persona", "timeout": 4})

    assert commands.asked == [
        ("reload", ("personas/x.json", "prompts"), 3.0),
        ("wait", ("personas/x.json",), 0.5),
        ("release", "persona", 4.0),
    ]


def test_a_collection_can_be_named_by_its_type(endpoint: Endpoint, commands: FakeCommands) -> None:
    assert post(endpoint, "/v1/reload", {"collection": "persona", "scopes": ["x"]}).status == 200

    assert commands.asked == [("reload", ("x", "personas"), 30.0)]


def test_a_collection_that_is_none_is_refused_with_those_there_are(
    endpoint: Endpoint, commands: FakeCommands
) -> None:
    for path, body in (("reload", {"collection": "nothing"}), ("held/release", {"type": "nothing"})):
        got = post(endpoint, f"/v1/{path}", body)
        assert (got.status, got.json["exit_code"], commands.asked) == (400, 2, [])
        assert "'nothing'; there are persona" in got.json["detail"]


def test_who_asks_for_what_is_told_by_name(guarded: Endpoint) -> None:
    guarded.ask("POST", "/v1/reload", b"{}", {**JSON, "Authorization": "Bearer op3rator"})
    guarded.ask("POST", "/v1/reload", b'{"scopes": ["a", "b"]}', {**JSON, "Authorization": "Bearer s3cret"})
    guarded.ask_socket("POST", "/v1/held/release", b'{"type": "persona"}', JSON)
    guarded.ask_socket("POST", "/v1/stop", None, POST)
    guarded.ask("GET", "/v1/status", None, {"Authorization": "Bearer op3rator"})

    me = f"socket (user {os.getuid()}, process {os.getpid()})"
    assert guarded.told == [
        ("pipeline", "reload", "everything"), ("token", "reload", "a, b"), (me, "release", "persona"),
        (me, "stop", "docsync"),
    ]  # fmt: skip


@pytest.mark.parametrize("body", [None, b"{}"])
def test_without_members_everything_is_meant(
    endpoint: Endpoint, commands: FakeCommands, body: bytes | None
) -> None:
    for path in ("/v1/reload", "/v1/wait", "/v1/held/release"):
        assert endpoint.ask("POST", path, body, JSON).status == 200

    assert commands.asked == [("reload", ("",), 30.0), ("wait", (), 10.0), ("release", None, 30.0)]


def test_the_answer_is_what_was_done_and_names_its_revision(endpoint: Endpoint) -> None:
    got = post(endpoint, "/v1/wait", {})

    assert (got.json["revision"], got.json["upserted"], got.json["broken"]) == (8, ["personas/ana.json"], [])
    assert (got.headers["docsync-epoch"], got.headers["docsync-revision"]) == ("e1", "8")


def test_busy_says_when_to_come_again(endpoint: Endpoint, commands: FakeCommands) -> None:
    commands.failure = Busy("one reload runs and one waits")

    got = post(endpoint, "/v1/reload", {})

    assert (got.status, got.headers["retry-after"], got.json["exit_code"]) == (429, "1", 3)


def test_a_wrong_wish_is_400_with_the_daemons_words(endpoint: Endpoint, commands: FakeCommands) -> None:
    commands.failure = UsageError("notes/x.txt is outside every collection; see: docsync config show")

    got = post(endpoint, "/v1/wait", {"paths": ["notes/x.txt"]})

    assert (got.status, got.json["exit_code"]) == (400, 2)
    assert got.json["detail"] == str(commands.failure)


def test_a_call_that_takes_too_long_is_504(endpoint: Endpoint, commands: FakeCommands) -> None:
    commands.hanging = True

    got = post(endpoint, "/v1/wait", {"timeout": 0})

    assert (got.status, got.json["type"], got.json["exit_code"]) == (504, "urn:docsync:timed-out", 124)


def test_stop_is_answered_on_the_socket_only(endpoint: Endpoint, commands: FakeCommands) -> None:
    assert endpoint.ask("POST", "/v1/stop", None, POST).status == 404
    assert commands.asked == []

    got = endpoint.ask_socket("POST", "/v1/stop", None, POST)

    assert (got.status, got.json, commands.asked) == (202, {"stopping": True}, [("stop",)])


def test_a_rebuild_is_done_for_the_socket_only(endpoint: Endpoint, commands: FakeCommands) -> None:
    assert endpoint.ask("POST", "/v1/rebuild", None, POST).status == 404

    got = endpoint.ask_socket("POST", "/v1/rebuild", None, POST)

    assert (got.status, got.json["epoch"], commands.asked) == (200, "e1", [("rebuild", 30.0)])


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "FOO"]
)
@pytest.mark.parametrize("path", ["/v1/reload", "/v1/rebuild", "/v1/wait", "/v1/held/release", "/v1/stop"])
def test_work_takes_nothing_but_post(
    endpoint: Endpoint, commands: FakeCommands, method: str, path: str
) -> None:
    override = {"X-HTTP-Method-Override": "POST", **POST}

    got = endpoint.ask_socket(method, path, None, override)

    assert (got.status, got.headers["allow"], commands.asked) == (405, "POST", [])
