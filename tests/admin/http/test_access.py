import hashlib

import pytest

from docsync.admin.http.access import Key, _find_key
from tests.admin.conftest import KEYS
from tests.admin.endpoint import JSON, POST, Endpoint
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
