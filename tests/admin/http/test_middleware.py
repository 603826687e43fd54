import pytest

from docsync.admin.http.problem_response import SAFE_HEADERS
from tests.admin.endpoint import JSON, POST, Endpoint, status_of
from tests.admin.fake_commands import FakeCommands

TOKEN = "Authorization: Bearer s3cret"


@pytest.mark.parametrize(
    "host",
    [
        "evil.com", "127.0.0.1.evil.com", "localhost.evil.com", "0.0.0.0", "[::ffff:127.0.0.1]", "127.1", "2130706433",
        "user@localhost", "localhost@evil.com", "127.0.0.1, evil.com", "LOCALHOST", "",
    ],
)  # fmt: skip
def test_a_host_that_is_not_on_the_list_is_refused(endpoint: Endpoint, host: str) -> None:
    assert endpoint.get(f"Host: {host}:{endpoint.port}") in (400, 403)
    assert endpoint.get(f"Host: {host}") in (400, 403)


def test_a_wrong_missing_or_doubled_host_is_refused(endpoint: Endpoint) -> None:
    assert endpoint.get("Host: 127.0.0.1:1") == 403
    assert endpoint.get("Host: localhost") == 403
    assert endpoint.get("X: y") == 400
    assert endpoint.get(endpoint.host, "Host: evil.com") == 400
    assert endpoint.send(b"GET /v1/status HTTP/1.0\r\n\r\n") == 403


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_the_three_names_of_this_machine_are_good(endpoint: Endpoint, name: str) -> None:
    assert endpoint.get(f"Host: {name}:{endpoint.port}") == 200


@pytest.mark.parametrize("target", ["http://evil.com/v1/status", "*", "evil.com:443", "v1/status"])
def test_a_target_that_is_no_path_is_refused(endpoint: Endpoint, target: str) -> None:
    assert endpoint.get(endpoint.host, path=target) == 400


@pytest.mark.parametrize(
    "origin", ["http://evil.com", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}", ""]
)
def test_another_origin_is_refused(endpoint: Endpoint, origin: str) -> None:
    assert endpoint.get(endpoint.host, f"Origin: {origin.format(port=endpoint.port)}") == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "Same-Origin", "none, same-origin"])
def test_requests_that_a_browser_sends_for_other_sites_are_refused(endpoint: Endpoint, site: str) -> None:
    assert endpoint.get(endpoint.host, f"Sec-Fetch-Site: {site}") == 403


def test_the_own_page_and_the_address_bar_are_good(endpoint: Endpoint) -> None:
    assert endpoint.get(endpoint.host, f"Origin: http://127.0.0.1:{endpoint.port}") == 200
    assert endpoint.get(endpoint.host, "Sec-Fetch-Site: same-origin") == 200
    assert endpoint.get(endpoint.host, "Sec-Fetch-Site: none") == 200


def test_doubled_security_headers_are_refused(endpoint: Endpoint) -> None:
    own = f"Origin: http://127.0.0.1:{endpoint.port}"
    assert endpoint.get(endpoint.host, own, own) == 400
    assert endpoint.get(endpoint.host, "Sec-Fetch-Site: none", "Sec-Fetch-Site: none") == 400


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "x"]
)
def test_a_html_form_cannot_reload(endpoint: Endpoint, commands: FakeCommands, kind: str) -> None:
    assert endpoint.ask("POST", "/v1/reload", b"{}", {"Content-Type": kind}).status == 403
    assert endpoint.ask("POST", "/v1/reload", b"{}", {**POST, "Content-Type": kind}).status == 415
    assert endpoint.ask_socket("POST", "/v1/reload", b"{}", {"Content-Type": kind}).status == 403
    assert commands.asked == []


@pytest.mark.parametrize(
    ("path", "status"), [("/v1/reload", 403), ("/v1/reload%0A", 404), ("/livez", 405), ("/nothing", 404)]
)
def test_a_body_that_comes_after_its_refusal_does_not_cost_the_answer(
    endpoint: Endpoint, path: str, status: int
) -> None:
    with endpoint.connect() as peer:
        peer.sendall(f"POST {path} HTTP/1.1\r\n{endpoint.host}\r\nContent-Length: 60000\r\n\r\n".encode())
        assert endpoint.ask("GET", "/livez").status == 200  # the head has been read by now
        for _ in range(60):
            peer.sendall(b"x" * 1000)

        assert status_of(peer) == status


def test_every_path_that_takes_a_post_wants_the_header(endpoint: Endpoint, commands: FakeCommands) -> None:
    described = endpoint.ask_socket("GET", "/openapi.json").json["paths"]
    posts = [path for path, methods in described.items() if "post" in methods]

    assert sorted(posts) == [
        "/v1/held/release",
        "/v1/rebuild",
        "/v1/reload",
        "/v1/render",
        "/v1/stop",
        "/v1/wait",
    ]
    assert {
        endpoint.ask_socket("POST", path, b"{}", {"Content-Type": "application/json"}).status
        for path in posts
    } == {403}
    assert commands.asked == []


@pytest.mark.parametrize("path", ["/livez", "/v1/status", "/v1/documents", "/v1/events", "/metrics", "/"])
def test_a_post_where_none_is_taken_is_405_with_and_without_the_header(endpoint: Endpoint, path: str) -> None:
    assert endpoint.ask("POST", path).status == 405
    assert endpoint.ask("POST", path, b"{}", JSON).status == 405


def test_a_post_without_a_body_needs_no_content_type(endpoint: Endpoint) -> None:
    assert endpoint.ask("POST", "/v1/reload", None, POST).status == 200
    assert (
        endpoint.ask("POST", "/v1/reload", b"{}", {**POST, "Content-Type": "application/JSON; a=b"}).status
        == 200
    )


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST"])
def test_no_answer_ever_carries_an_access_control_header(endpoint: Endpoint, method: str) -> None:
    asked = {
        "Origin": "http://evil.com",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "docsync-request",
        "Access-Control-Request-Private-Network": "true",
    }
    got = endpoint.ask(method, "/v1/reload", None, asked)

    assert got.status == 403
    assert not [name for name in got.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "line",
    [
        "X: y", "Authorization: Bearer wrong", "Authorization: Bearer s3cre", "Authorization: Bearer s3crets",
        "Authorization: Bearer ", "Authorization: Basic s3cret", "Authorization: s3cret", "Authorization:",
        "Authorization: Bearer s3cret\xe9", "Cookie: token=s3cret", f"{TOKEN}\r\n{TOKEN}",
    ],
)  # fmt: skip
def test_a_token_that_is_not_right_is_refused(guarded: Endpoint, line: str) -> None:
    assert guarded.get(guarded.host, line) in (400, 401)


def test_a_token_in_the_query_is_none(guarded: Endpoint) -> None:
    got = guarded.ask("GET", "/v1/status?token=s3cret&access_token=s3cret")

    assert (got.status, got.headers["www-authenticate"]) == (401, "Bearer")


def test_the_right_token_opens_and_does_not_excuse_another_site(guarded: Endpoint) -> None:
    assert guarded.get(guarded.host, TOKEN) == 200
    assert guarded.get(guarded.host, TOKEN, "Sec-Fetch-Site: cross-site") == 403
    assert guarded.get(guarded.host, TOKEN, "Origin: http://evil.com") == 403
    assert guarded.get("Host: evil.com", TOKEN) == 403


def test_only_livez_readyz_and_the_empty_page_are_open_beside_the_token(guarded: Endpoint) -> None:
    described = guarded.ask_socket("GET", "/openapi.json").json["paths"]
    paths = [
        *described,
        "/v1/documents/persona/ana",
        "/nothing",
        "/",
        "/dashboard/main.js",
        "/dashboard/nothing",
    ]

    open_ = [path for path in paths if guarded.ask("GET", path).status != 401]

    assert open_ == ["/livez", "/readyz", "/", "/dashboard/main.js"]
    assert guarded.ask("POST", "/v1/reload", b"{}", JSON).status == 401
    assert guarded.ask("POST", "/livez", None, POST).status == 401


def test_the_unix_socket_asks_for_no_token_host_or_origin(guarded: Endpoint) -> None:
    foreign = {"Host": "evil.com", "Origin": "http://evil.com", "Sec-Fetch-Site": "cross-site"}

    assert guarded.ask_socket("GET", "/v1/status", None, foreign).status == 200


def test_too_long_targets_and_heads_are_refused(endpoint: Endpoint) -> None:
    assert endpoint.get(endpoint.host, path="/" + "a" * 9_000) == 414
    assert endpoint.get(endpoint.host, path="/v1/status?" + "a" * 9_000) == 414
    assert endpoint.get(endpoint.host, "X: " + "a" * 17_000) == 431
    assert endpoint.get(endpoint.host, *[f"X-{number}: y" for number in range(80)]) == 431


def test_bodies_that_are_too_large_or_ambiguous_are_refused_unread(endpoint: Endpoint) -> None:
    begin = f"POST /v1/reload HTTP/1.1\r\n{endpoint.host}\r\nDocsync-Request: 1\r\nContent-Type: application/json\r\n"

    assert endpoint.send(f"{begin}Content-Length: 10000000000\r\n\r\n".encode()) == 413
    assert endpoint.send(f"{begin}Content-Length: 65537\r\n\r\n".encode()) == 413
    assert endpoint.send(f"{begin}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n".encode()) == 400


def test_every_answer_carries_the_safe_headers_and_names_no_server(
    endpoint: Endpoint, commands: FakeCommands
) -> None:
    commands.failure = RuntimeError("secret")
    asked = [
        ("GET", "/livez"),
        ("GET", "/v1/status"),
        ("GET", "/nothing"),
        ("PUT", "/v1/status"),
        ("POST", "/livez"),
    ]
    for method, path in [*asked, ("GET", "/v1/problems"), ("GET", "/metrics"), ("POST", "/v1/wait")]:
        got = endpoint.ask(method, path, None, POST)

        assert {name: got.headers[name] for name in SAFE_HEADERS} == dict(SAFE_HEADERS), path
        assert got.headers["date"].endswith("GMT")
        assert "server" not in got.headers
        assert got.headers.get_all("content-length") == [str(len(got.body))]


def test_a_bug_is_an_answer_that_tells_nothing_and_a_warning_that_tells_all(
    endpoint: Endpoint, commands: FakeCommands
) -> None:
    commands.failure = RuntimeError("secret in /srv/secret/project")

    got = endpoint.ask("POST", "/v1/wait", None, POST)

    assert (got.status, got.json["exit_code"]) == (500, 70)
    assert b"secret" not in got.body
    assert b"Traceback" not in got.body
    [(event, message)] = endpoint.warnings
    assert event == "admin.failed"
    assert message.startswith("POST '/v1/wait': Traceback")
    assert message.endswith("RuntimeError: secret in /srv/secret/project\n")


def test_a_hundred_bugs_in_a_burst_do_not_flood_the_log(
    endpoint: Endpoint, commands: FakeCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.http.middleware._WARNING_SECONDS", 1000.0)
    commands.failure = RuntimeError("again")

    assert {endpoint.ask_socket("POST", "/v1/wait", None, POST).status for _ in range(100)} == {500}
    assert len(endpoint.warnings) == 1
