import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from docsync.admin.http.access import Key, _find_key
from docsync.admin.server import ListenSettings
from docsync.admin.services import Backend
from tests.admin.conftest import KEYS
from tests.admin.endpoint import JSON, POST, Endpoint, endpoint_of
from tests.admin.fake_commands import FakeCommands

READER = {"Authorization": "Bearer r3ader"}
OPERATOR = {"Authorization": "Bearer op3rator"}
WORK = ("/v1/reload", "/v1/wait", "/v1/held/release")


def test_a_reader_may_look_at_everything_and_ask_for_nothing(
    guarded: Endpoint, commands: FakeCommands
) -> None:
    described = guarded.ask_socket("GET", "/openapi.json").json["paths"]
    for path in (path for path, methods in described.items() if "get" in methods and path != "/v1/events"):
        assert guarded.ask("GET", path, None, READER).status in (200, 400, 404), path
    for path in WORK:
        refused = guarded.ask("POST", path, None, POST | READER)
        assert (refused.status, "may only read" in refused.json["detail"]) == (403, True)
    assert commands.asked == []


def test_an_operator_may_also_ask_for_work_but_never_stop(guarded: Endpoint, commands: FakeCommands) -> None:
    assert {guarded.ask("POST", path, b"{}", JSON | OPERATOR).status for path in WORK} == {200}
    assert guarded.ask("POST", "/v1/stop", None, POST | OPERATOR).status == 404
    assert ("stop",) not in commands.asked


@pytest.mark.parametrize(
    "shown", ["R3ADER", "r3ade", "r3aderr", "\xe9", hashlib.sha256(b"r3ader").hexdigest()]
)
def test_only_the_very_token_opens(guarded: Endpoint, shown: str) -> None:
    assert guarded.ask("GET", "/v1/status", None, {"Authorization": f"Bearer {shown}"}).status == 401


def test_every_key_is_compared_however_early_one_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def compare(a: bytes, b: bytes) -> bool:
        compared.append(a)
        return a == b

    monkeypatch.setattr("docsync.admin.http.access.hmac.compare_digest", compare)
    from starlette.datastructures import Headers

    assert _find_key(Headers({"authorization": "Bearer s3cret"}), KEYS) is KEYS[0]
    assert compared == [key.digest for key in KEYS]


def test_tokens_and_their_hashes_are_never_shown() -> None:
    for key in KEYS:
        assert key.digest.hex() not in repr(key)
        assert not any(secret in repr(key) for secret in ("s3cret", "r3ader", "op3rator"))


def test_a_hash_and_its_token_make_the_same_key() -> None:
    assert Key.of_hash("a", hashlib.sha256(b"t").hexdigest(), "read") == Key.of_token("a", "t", "read")


# docsync's own token, where not every user may read all files


OWN = Key.of_token("token", "0wn")
HOLDER = {"Authorization": "Bearer 0wn"}
COUNTING = (
    "/livez",
    "/readyz?verbose",
    "/health",
    "/health/db",
    "/metrics",
    "/openapi.json",
    "/v1/status",
    "/",
)


@pytest.fixture
def opened() -> list[bool]:
    """Whether every user may read all: the last one holds."""
    return [False]


@pytest.fixture
def closed(backend: Backend, socket_path: Path, opened: list[bool]) -> Iterator[Endpoint]:
    settings = ListenSettings(socket_path, "127.0.0.1", 0, (), OWN, lambda: opened[-1])
    with endpoint_of(backend, settings, lambda *_: None, lambda *_: None) as served:
        assert served.http is not None
        yield Endpoint(served.socket, int(served.http.rpartition(":")[2]))


def test_without_the_token_there_are_counts_and_no_names(closed: Endpoint, commands: FakeCommands) -> None:
    described = closed.ask_socket("GET", "/openapi.json").json["paths"]
    reads = {path for path, methods in described.items() if "get" in methods}
    for path in reads - {path.partition("?")[0] for path in COUNTING}:
        refused = closed.ask("GET", path)
        assert (refused.status, "docsync token" in refused.json["detail"]) == (401, True), path
    names = {"/srv/prompts", "personas", "persona/ana", ".docsync/docsync.db"}
    for path in COUNTING:
        answer = closed.ask("GET", path)
        assert answer.status == 200, path
        if path not in ("/", "/openapi.json"):
            assert [name for name in names if name.encode() in answer.body] == [], path
    assert closed.ask("POST", "/v1/held/release", None, POST).status == 401
    assert commands.asked == []


@pytest.mark.parametrize("path", ["/v1/reload", "/v1/wait"])
def test_without_the_token_work_is_answered_with_counts(closed: Endpoint, path: str) -> None:
    whole = closed.ask("POST", path, b"{}", JSON | HOLDER).json
    counted = closed.ask("POST", path, b"{}", JSON).json
    assert isinstance(whole["broken"], list)
    for kind in ("upserted", "deleted", "broken", "held"):
        assert counted[kind] == len(whole[kind])
    assert counted["exit_code"] == int(bool(whole["broken"] or whole["held"]))
    assert counted["revision"] == whole["revision"]


def test_with_the_token_there_is_everything_but_stop(closed: Endpoint) -> None:
    assert closed.ask("GET", "/v1/documents", None, HOLDER).status == 200
    assert closed.ask("POST", "/v1/held/release", b"{}", JSON | HOLDER).status == 200
    assert closed.ask("POST", "/v1/stop", None, POST | HOLDER).status == 404
    assert closed.ask("GET", "/v1/documents", None, {"Authorization": "Bearer other"}).status == 401


def test_once_every_user_may_read_all_nobody_needs_a_token(closed: Endpoint, opened: list[bool]) -> None:
    assert closed.ask("GET", "/v1/documents").status == 401
    opened.append(True)
    assert closed.ask("GET", "/v1/documents").status == 200
    assert closed.ask("POST", "/v1/held/release", b"{}", JSON).status == 200


def test_a_person_may_follow_a_link_to_the_page_and_no_site_may_ask(closed: Endpoint) -> None:
    visit = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert closed.ask("GET", "/", None, visit).status == 200
    assert closed.ask("GET", "/v1/status", None, visit).status == 403
    assert closed.ask("GET", "/", None, visit | {"Sec-Fetch-Dest": "iframe"}).status == 403
    assert closed.ask("GET", "/", None, visit | {"Sec-Fetch-Mode": "no-cors"}).status == 403
