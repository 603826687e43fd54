import json
from contextlib import suppress

import pytest

from tests.admin.endpoint import JSON, Endpoint, everything
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
        (b'{"scopes": ["%s"]}' % (b"a/" * 2_048 + b"b"), "paths of 4096 bytes"),
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


def test_a_path_of_4096_bytes_is_taken(endpoint: Endpoint, commands: FakeCommands) -> None:
    assert (
        endpoint.ask("POST", "/v1/reload", json.dumps({"scopes": ["é" * 2_048]}).encode(), JSON).status == 200
    )
    assert len(commands.asked) == 1


@pytest.mark.parametrize(("path", "status"), [("/v1/wait", 413), ("/livez", 200)])
def test_a_body_of_chunks_of_one_byte_ends_before_it_has_cost_much(
    endpoint: Endpoint, commands: FakeCommands, monkeypatch: pytest.MonkeyPatch, path: str, status: int
) -> None:
    monkeypatch.setattr("docsync.admin.http.protocol._READ_SECONDS", 60.0)
    method = "GET" if path == "/livez" else "POST"
    head = f"{method} {path} HTTP/1.1\r\n{endpoint.host}\r\nDocsync-Request: 1\r\nContent-Type: application/json\r\n"
    chunks = b"1\r\n \r\n" * 60_000  # within the limit of a body, were it not for what frames them

    with endpoint.connect() as peer:
        peer.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        if status == 200:
            assert b" 200 " in peer.recv(4096)
        with suppress(OSError):
            peer.sendall(chunks)
        answer = everything(peer)
    assert status == 200 or b" 413 " in answer
    assert commands.asked == []
