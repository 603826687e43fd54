import errno
import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from docsync.admin.client import Client, DaemonRefused
from docsync.admin.http.listener import tcp_listener
from docsync.admin.routes.metrics import MetricsRoutes
from docsync.admin.server import EndpointAddresses, ListenSettings
from docsync.admin.services import Backend
from docsync.errors import AlreadyRunning, ConfigError, NotReachable
from tests.admin.conftest import KEYS
from tests.admin.endpoint import Endpoint, endpoint_of
from tests.admin.fake_commands import FakeCommands


def ignore(event: str, message: str) -> None:
    raise AssertionError(f"{event}: {message}")


def nobody(who: str, what: str, of: str) -> None:
    raise AssertionError(f"{who} asked for {what} of {of}")


def test_both_sides_answer_and_the_address_is_told(endpoint: Endpoint) -> None:
    assert endpoint.ask("GET", "/livez").body == b"ok"
    assert endpoint.ask_socket("GET", "/livez").body == b"ok"


def test_without_a_port_only_the_socket_answers(backend: Backend, socket_path: Path) -> None:
    with endpoint_of(backend, ListenSettings(socket_path), ignore, nobody) as served:
        assert served.http is None
        assert Client(served.socket).get("/v1/status")["pid"] == 42


def test_an_address_of_the_sixth_version_is_shown_in_brackets(backend: Backend, socket_path: Path) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no ::1")
    with endpoint_of(backend, ListenSettings(socket_path, "::1", 0), ignore, nobody) as served:
        assert served.http is not None
        assert served.http.startswith("http://[::1]:")


def test_a_taken_port_is_one_clear_warning_and_the_socket_answers(
    backend: Backend, socket_path: Path
) -> None:
    warnings: list[tuple[str, str]] = []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        listening = ListenSettings(socket_path, "127.0.0.1", port)
        with endpoint_of(backend, listening, lambda *warning: warnings.append(warning), nobody) as served:
            assert served.http is None
            assert Client(served.socket).get("/v1/status")["revision"] == 7

    [(event, message)] = warnings
    assert event == "admin.port_taken"
    assert f"127.0.0.1:{port} (Address already in use)" in message
    assert "[admin] in docsync.toml" in message


def test_no_other_machine_is_served_without_a_token(backend: Backend, socket_path: Path) -> None:
    with (
        pytest.raises(ConfigError),
        endpoint_of(backend, ListenSettings(socket_path, "0.0.0.0", 0), ignore, nobody),
    ):
        pass
    assert not socket_path.exists()


def test_with_a_token_other_machines_may_use_any_name_for_this_one(
    backend: Backend, socket_path: Path
) -> None:
    with endpoint_of(backend, ListenSettings(socket_path, "0.0.0.0", 0, KEYS), ignore, nobody) as served:
        assert served.http is not None
        endpoint = Endpoint(socket_path, int(served.http.rpartition(":")[2]), [])

        assert endpoint.get("Host: docsync.internal", path="/readyz") == 200
        assert endpoint.get("Host: docsync.internal") == 401
        assert endpoint.get("Host: docsync.internal", "Authorization: Bearer s3cret") == 200
        assert endpoint.get("Host: docsync.internal", "Origin: http://evil.com", path="/readyz") == 403


def test_a_second_endpoint_on_the_same_socket_is_refused_and_the_first_goes_on(
    endpoint: Endpoint, backend: Backend
) -> None:
    with pytest.raises(AlreadyRunning), endpoint_of(backend, ListenSettings(endpoint.socket), ignore, nobody):
        pass
    assert endpoint.ask_socket("GET", "/livez").status == 200


def test_afterwards_nothing_is_left(backend: Backend, socket_path: Path) -> None:
    before = set(threading.enumerate())
    with endpoint_of(backend, ListenSettings(socket_path, "127.0.0.1", 0), ignore, nobody) as served:
        assert served.http is not None
        port = int(served.http.rpartition(":")[2])
        Client(socket_path).get("/v1/status")

    assert not socket_path.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()
    with pytest.raises(NotReachable):
        Client(socket_path).get("/v1/status")
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=10)
        assert not thread.is_alive()


def test_the_same_address_can_be_had_again_at_once(backend: Backend, socket_path: Path) -> None:
    port = 0
    for _ in range(3):
        with endpoint_of(backend, ListenSettings(socket_path, "127.0.0.1", port), ignore, nobody) as served:
            assert served.http is not None
            port = int(served.http.rpartition(":")[2])
            assert Endpoint(socket_path, port, []).ask("GET", "/livez").status == 200


def test_a_stop_answers_who_waits_and_takes_less_than_two_seconds(
    backend: Backend, commands: FakeCommands, socket_path: Path
) -> None:
    commands.hanging = True
    with ThreadPoolExecutor(1) as pool:
        with endpoint_of(backend, ListenSettings(socket_path, "127.0.0.1", 0), ignore, nobody):
            waiting = pool.submit(Client(socket_path, timeout=30).post, "/v1/wait", {"timeout": 20})
            assert commands.entered.acquire(timeout=10)
            started = time.monotonic()
        took = time.monotonic() - started
        commands.let_go.set()
        refused = waiting.exception(timeout=10)

    assert isinstance(refused, DaemonRefused)
    assert (refused.status, refused.problem["type"]) == (503, "urn:docsync:stopping")
    assert took < 2


def test_a_stop_does_not_wait_for_peers_that_say_nothing_or_take_nothing(
    backend: Backend, socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        MetricsRoutes, "_render", lambda self, status, wanted: (b"x" * 20_000_000, "text/plain")
    )
    with socket.socket(socket.AF_UNIX) as silent, socket.socket(socket.AF_UNIX) as greedy:
        with endpoint_of(backend, ListenSettings(socket_path), ignore, nobody):
            silent.connect(str(socket_path))
            silent.sendall(b"GET /livez HTTP/1.1\r\n")
            greedy.connect(str(socket_path))
            greedy.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            greedy.recv(1)
            started = time.monotonic()
        assert time.monotonic() - started < 2


def test_a_failure_in_the_block_closes_the_endpoint_and_comes_out(
    backend: Backend, socket_path: Path
) -> None:
    with (
        pytest.raises(KeyError, match="mine"),
        endpoint_of(backend, ListenSettings(socket_path), ignore, nobody),
    ):
        raise KeyError("mine")
    assert not socket_path.exists()


def test_nothing_is_printed_or_logged(
    endpoint: Endpoint, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint.send(b"garbage\r\n\r\n")
    endpoint.get(endpoint.host, "Connection: Upgrade", "Upgrade: websocket")
    endpoint.ask("GET", "/v1/status")

    assert capfd.readouterr() == ("", "")
    assert [record.name for record in caplog.records if record.name != "asyncio"] == []


def test_a_token_is_never_shown(socket_path: Path) -> None:
    assert "s3cret" not in repr(ListenSettings(socket_path, "127.0.0.1", 1, KEYS))


def test_signals_stay_the_daemons(backend: Backend, socket_path: Path) -> None:
    import signal

    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with endpoint_of(backend, ListenSettings(socket_path), ignore, nobody):
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def answers(host: str, port: int) -> bool:
    """True where an endpoint says that it lives."""
    with closing(HTTPConnection(host, port, timeout=10)) as connection:
        connection.request("GET", "/livez", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == 200


def port_of(served: EndpointAddresses) -> int:
    assert served.http is not None
    return int(served.http.rpartition(":")[2])


@pytest.mark.parametrize("host", ["localhost", "::"])
def test_localhost_and_every_address_are_those_of_both_versions(
    backend: Backend, socket_path: Path, host: str
) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no ::1")
    settings = ListenSettings(socket_path, host, 0, keys=KEYS if host == "::" else ())
    with endpoint_of(backend, settings, ignore, nobody) as served:
        port = port_of(served)

        assert [answers(address, port) for address in ("127.0.0.1", "::1")] == [True, True]


def test_one_loopback_is_enough_where_the_system_lacks_the_other(
    backend: Backend, socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_four(host: str, port: int) -> socket.socket:
        if ":" in host:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return tcp_listener(host, port)

    monkeypatch.setattr("docsync.admin.server.tcp_listener", only_four)
    with endpoint_of(backend, ListenSettings(socket_path, "localhost", 0), ignore, nobody) as served:
        assert answers("127.0.0.1", port_of(served))
