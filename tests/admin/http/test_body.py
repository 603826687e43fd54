import json

import pytest

from tests.admin.endpoint import JSON, Endpoint
from tests.admin.fake_commands import FakeCommands


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"{", "must be JSON"), (b"\xff{}", "must be JSON"), (b"[" * 60_000, "must be JSON"), (b"9" * 9_000, "must be"),
        (b'{"timeout": NaN}', "must be JSON"), (b"[]", "a JSON object"), (b"null", "a JSON object"),
        (b'{"scope": []}', 'unknown member "scope"; known are scopes, collection, timeout'),
        (b'{"scopes": "a"}', "list of paths"),
        (b'{"scopes": [1]}', "paths as text"), (b'{"scopes": ["\\ud800"]}', "paths as text"),
        (b'{"scopes": ["a\\u0000"]}', "paths as text"), (b'{"scopes": ["/etc"]}', 'got "/etc"'),
        (b'{"scopes": ["a/../../b"]}', "without '..'"), (b'{"timeout": -1}', "from 0 to 600"),
        (b'{"timeout": 601}', "from 0 to 600"), (b'{"timeout": true}', "a number"), (b'{"timeout": "5"}', "a number"),
        (b'{"timeout": null}', "a number"), (b'{"timeout": 1e999}', "from 0 to 600"),
    ],
)  # fmt: skip
def test_a_wrong_body_is_refused_and_the_answer_says_why(
    endpoint: Endpoint, commands: FakeCommands, body: bytes, detail: str
) -> None:
    got = endpoint.ask("POST", "/v1/reload", body, JSON)

    assert (got.status, got.json["exit_code"], commands.asked) == (400, 2, [])
    assert detail in got.json["detail"]


def test_a_type_must_be_a_text_or_null(endpoint: Endpoint) -> None:
    assert endpoint.ask("POST", "/v1/held/release", b'{"type": 1}', JSON).status == 400
    assert endpoint.ask("POST", "/v1/held/release", b'{"type": null}', JSON).status == 200


def test_stop_knows_no_member(endpoint: Endpoint, commands: FakeCommands) -> None:
    assert endpoint.ask_socket("POST", "/v1/stop", b'{"now": true}', JSON).status == 400
    assert commands.asked == []


@pytest.mark.parametrize(("size", "status"), [(64 * 1024, 200), (64 * 1024 + 1, 413)])
def test_a_body_in_chunks_is_counted(endpoint: Endpoint, size: int, status: int) -> None:
    body = json.dumps({}).encode().ljust(size)
    head = f"POST /v1/wait HTTP/1.1\r\n{endpoint.host}\r\nDocsync-Request: 1\r\nContent-Type: application/json\r\n"
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:9], body[9:])) + b"0\r\n\r\n"

    assert endpoint.send(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks) == status
