import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from docsync.admin.command_pool import _WAITING_CALLS
from tests.admin.endpoint import JSON, POST, Endpoint
from tests.admin.fake_commands import FakeCommands


def test_however_many_wait_status_answers_and_one_more_is_told_to_come_again(
    endpoint: Endpoint, commands: FakeCommands
) -> None:
    commands.hanging = True
    with ThreadPoolExecutor(_WAITING_CALLS) as pool:
        waiting = [
            pool.submit(endpoint.ask_socket, "POST", "/v1/wait", b"{}", JSON) for _ in range(_WAITING_CALLS)
        ]
        assert all(commands.entered.acquire(timeout=10) for _ in waiting)

        assert endpoint.ask("GET", "/v1/status").status == 200
        assert endpoint.ask("GET", "/readyz").status == 200
        refused = endpoint.ask("POST", "/v1/reload", b"{}", JSON)
        assert (refused.status, refused.headers["retry-after"]) == (429, "1")
        commands.let_go.set()

        assert {future.result().status for future in waiting} == {200}
    assert endpoint.ask("POST", "/v1/reload", b"{}", JSON).status == 200


def test_a_daemon_that_breaks_its_word_about_time_is_not_waited_for(
    endpoint: Endpoint, commands: FakeCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.command_pool._GRACE_SECONDS", 0.05)
    monkeypatch.setattr(FakeCommands, "wait", lambda self, paths, timeout: self.let_go.wait())

    got = endpoint.ask("POST", "/v1/wait", b'{"timeout": 0}', JSON)

    assert (got.status, got.json["exit_code"]) == (504, 124)


def test_a_status_that_does_not_come_is_504_and_livez_still_answers(
    endpoint: Endpoint, commands: FakeCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.command_pool._LOOK_SECONDS", 0.05)
    monkeypatch.setattr(FakeCommands, "status", lambda self: self.let_go.wait())

    assert endpoint.ask("GET", "/readyz").status == 504
    assert endpoint.ask("GET", "/livez").status == 200


def test_commands_are_called_off_the_event_loop(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []
    monkeypatch.setattr(FakeCommands, "stop", lambda self: names.append(threading.current_thread().name))

    endpoint.ask_socket("POST", "/v1/stop", None, POST)

    assert names == ["AnyIO worker thread"]
