import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from docsync.admin.client import Client, DaemonRefused
from docsync.commands import Busy
from docsync.errors import NotReachable, TimedOut
from tests.admin.endpoint import Endpoint
from tests.admin.fake_commands import FakeCommands


@contextmanager
def answering(path: Path, answer: bytes | None) -> Iterator[None]:
    """A peer on *path* that gives *answer* to one request; None says nothing until the block ends."""
    over = threading.Event()

    def run() -> None:
        peer, _ = listener.accept()
        with peer:
            peer.recv(65536)
            if answer is None:
                over.wait()
            else:
                peer.sendall(answer)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def test_get_and_post_give_the_answer_of_the_daemon(endpoint: Endpoint, commands: FakeCommands) -> None:
    client = Client(endpoint.socket)

    assert client.get("/v1/status")["revision"] == 7
    assert client.post("/v1/reload", {"scopes": ["personas"], "timeout": 3})["upserted"] == [
        "personas/ana.json"
    ]
    assert client.post("/v1/wait")["revision"] == 8
    assert commands.asked == [("reload", ("personas",), 3.0), ("wait", (), 10.0)]


def test_health_of_a_daemon_that_is_not_ready_is_an_answer_and_no_error(
    endpoint: Endpoint, commands: FakeCommands
) -> None:
    commands.degrade("watcher_dead")

    assert Client(endpoint.socket).get("/health")["status"] == "failing"


@pytest.mark.parametrize(
    ("failure", "status", "exit_code"),
    [
        (TimedOut("not done within 3 s"), 504, 124),
        (Busy("two reloads already"), 429, 3),
        (RuntimeError("x"), 500, 70),
    ],
)
def test_a_refusal_carries_the_problem_and_the_exit_code(
    endpoint: Endpoint, commands: FakeCommands, failure: Exception, status: int, exit_code: int
) -> None:
    commands.failure = failure

    with pytest.raises(DaemonRefused) as caught:
        Client(endpoint.socket).post("/v1/reload")

    assert (caught.value.status, caught.value.exit_code) == (status, exit_code)
    assert str(caught.value) == caught.value.problem["detail"]


def test_a_refusal_without_an_exit_code_ends_with_3(endpoint: Endpoint) -> None:
    with pytest.raises(DaemonRefused) as caught:
        Client(endpoint.socket).get("/nothing")

    assert caught.value.exit_code == 3


def test_without_a_daemon_the_error_names_the_socket_and_the_next_command(socket_path: Path) -> None:
    with pytest.raises(NotReachable, match=r"docsync\.sock; start a daemon with: docsync run"):
        Client(socket_path).get("/v1/status")


def test_a_socket_that_nobody_listens_on_is_not_reachable(socket_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(socket_path))

    with pytest.raises(NotReachable, match="no docsync listens"):
        Client(socket_path).get("/v1/status")


def test_a_daemon_that_says_nothing_is_not_reachable_after_the_timeout(socket_path: Path) -> None:
    with answering(socket_path, None), pytest.raises(NotReachable, match=r"did not answer within 0\.05 s"):
        Client(socket_path, timeout=0.05).get("/v1/status")


@pytest.mark.parametrize(
    "answer",
    [b"", b"\x16\x03\x01\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nhello", b"HTTP/1.1 200 OK\r\n\r\n[1]"],
    ids=["nothing", "no HTTP", "no JSON", "no object"],
)
def test_an_answer_that_is_none_is_not_reachable(socket_path: Path, answer: bytes) -> None:
    with answering(socket_path, answer), pytest.raises(NotReachable, match="gave no answer"):
        Client(socket_path).get("/v1/status")


def test_a_path_that_is_too_long_for_a_socket_is_not_reachable(tmp_path: Path) -> None:
    with pytest.raises(NotReachable, match="gave no answer"):
        Client(tmp_path / ("x" * 120)).get("/v1/status")


def test_another_users_socket_says_so(socket_path: Path) -> None:
    assert "another user" in Client(socket_path)._why(PermissionError(13, "Permission denied"))


def test_a_problem_without_words_still_has_a_text() -> None:
    assert str(DaemonRefused(502, json.loads("{}"))) == "HTTP status 502"
