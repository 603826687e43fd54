from dataclasses import replace

import pytest

from docsync.admin.routes.health import _CHECKS, _WATCHER
from docsync.errors import StoreReason, StoreUnavailable
from docsync.status import _BLOCKING, Reason
from tests.admin.endpoint import Endpoint
from tests.admin.fake_commands import AT, FakeCommands


def test_livez_answers_whatever_the_state_is(
    endpoint: Endpoint, commands: FakeCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(commands), "status", None)

    got = endpoint.ask("GET", "/livez")

    assert (got.status, got.body, got.headers.get_content_type()) == (200, b"ok", "text/plain")
    assert endpoint.ask("HEAD", "/livez").body == b""


def test_livez_is_503_when_the_sync_thread_does_not_come_round(
    endpoint: Endpoint, commands: FakeCommands
) -> None:
    commands.alive = False

    assert (endpoint.ask("GET", "/livez").status, endpoint.ask_socket("GET", "/livez").status) == (503, 503)


def test_readyz_is_ok_when_ready_also_with_reasons_that_converge(
    endpoint: Endpoint, commands: FakeCommands
) -> None:
    assert endpoint.ask("GET", "/readyz").body == b"ok"
    commands.degrade("held", "polling")
    assert (endpoint.ask("GET", "/readyz").status, endpoint.ask("GET", "/readyz").body) == (200, b"ok")


@pytest.mark.parametrize(("code", "name"), [*sorted(_CHECKS.items()), (_WATCHER, "watcher:persona")])
def test_readyz_is_503_and_names_what_ends_readiness(
    endpoint: Endpoint, commands: FakeCommands, code: str, name: str
) -> None:
    assert Reason(code, "", AT).ends_readiness
    commands.degrade("held", code)

    got = endpoint.ask("GET", "/readyz")

    assert (got.status, got.body) == (503, f"not ready: {name}".encode())


def test_every_reason_that_ends_readiness_has_a_check() -> None:
    assert set(_CHECKS) | {_WATCHER} == _BLOCKING


def test_an_excluded_check_ends_nothing(endpoint: Endpoint, commands: FakeCommands) -> None:
    commands.degrade("database", "starting")

    assert endpoint.ask("GET", "/readyz?exclude=database").status == 503
    assert endpoint.ask("GET", "/readyz?exclude=database&exclude=first_scan").body == b"ok"
    lines = endpoint.ask("GET", "/readyz?verbose&exclude=database&exclude=x%0Ay").body.decode().split("\n")
    assert lines == [
        "[+]database excluded: ok", "[-]first_scan: starting happened", "[+]sync ok", "[+]watcher:persona ok",
        "warn: some health checks cannot be excluded: no matches for 'x\\ny'", "readyz check failed",
    ]  # fmt: skip


def test_verbose_lists_every_check_and_reason_in_the_style_of_kubernetes(
    endpoint: Endpoint, commands: FakeCommands
) -> None:
    commands.degrade("watcher_dead", "held")

    assert endpoint.ask("GET", "/readyz?verbose").body.decode().split("\n") == [
        "[+]database ok", "[+]first_scan ok", "[+]sync ok", "[-]watcher:persona: watcher_dead happened",
        "[~]held: held happened", "readyz check failed",
    ]  # fmt: skip
    commands.degrade()
    assert (
        endpoint.ask("GET", "/readyz?verbose=1")
        .body.decode()
        .endswith("[+]watcher:persona ok\nreadyz check passed")
    )


def test_verbose_tells_a_stranger_no_messages(guarded: Endpoint, commands: FakeCommands) -> None:
    commands.degrade("watcher_dead")

    assert b"happened" not in guarded.ask("GET", "/readyz?verbose").body
    assert b"[-]watcher:persona" in guarded.ask("GET", "/readyz?verbose").body
    shown = guarded.ask("GET", "/readyz?verbose", None, {"Authorization": "Bearer s3cret"})
    assert b"happened" in shown.body


def test_a_message_cannot_forge_a_line_or_reach_the_terminal(
    endpoint: Endpoint, commands: FakeCommands
) -> None:
    commands.now = replace(commands.now, reasons=(Reason("held", "a\n[+]watcher ok\x1b[2J\u202e", AT),))

    lines = endpoint.ask("GET", "/readyz?verbose").body.split(b"\n")

    assert lines[-2:] == [b"[~]held: a\\n[+]watcher ok\\x1b[2J\\u202e", b"readyz check passed"]


@pytest.mark.parametrize(
    ("codes", "status", "word"),
    [((), 200, "ok"), (("held",), 200, "degraded"), (("held", "starting"), 503, "failing")],
)
def test_health_is_one_word_with_reasons(
    endpoint: Endpoint, commands: FakeCommands, codes: tuple[str, ...], status: int, word: str
) -> None:
    commands.degrade(*codes)

    got = endpoint.ask("GET", "/health")

    assert (got.status, got.json["status"]) == (status, word)
    assert tuple(reason["code"] for reason in got.json["reasons"]) == codes


def test_health_of_the_database_looks_at_nothing_else(endpoint: Endpoint, commands: FakeCommands) -> None:
    commands.degrade("watcher_dead")
    assert endpoint.ask("GET", "/health/db").json == {"status": "ok", "reasons": []}
    commands.degrade("watcher_dead", "database")
    got = endpoint.ask("GET", "/health/db")
    assert (got.status, got.json["status"], len(got.json["reasons"])) == (503, "failing", 1)


def test_a_status_that_cannot_be_had_is_503_without_the_path_of_the_database(
    endpoint: Endpoint, commands: FakeCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    def status(_: FakeCommands) -> None:
        raise StoreUnavailable(StoreReason.LOCKED, "/srv/secret/docsync.db is locked")

    monkeypatch.setattr(type(commands), "status", status)
    for path in ("/readyz", "/health", "/health/db", "/v1/status"):
        got = endpoint.ask("GET", path)
        assert (got.status, b"secret" in got.body, b"(locked)" in got.body) == (503, False, True)
    assert endpoint.ask("GET", "/livez").status == 200
