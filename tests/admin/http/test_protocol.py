import re
import socket
from contextlib import ExitStack, suppress
from http.client import HTTPConnection
from time import monotonic

import pytest

from docsync.admin.http.protocol import MAX_CONNECTIONS, BoundedProtocol
from docsync.admin.routes.metrics import MetricsRoutes
from tests.admin.endpoint import JSON, Endpoint, everything, status_of
from tests.admin.fake_commands import FakeCommands


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docsync.admin.http.protocol._READ_SECONDS", 0.2)


@pytest.mark.parametrize(
    "octets",
    [
        b"GET / HTTP/1.1\r\n folded\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\0y\r\n\r\n", b"GET / HTTP/1.1\rHost: x\r\r\n\r\n", b"GET /\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"\0\xff\xfe garbage\r\n\r\n",
        b"\r\n\r\n\r\n\r\nx\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1e3\r\n\r\n", b"GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_no_http_is_refused(endpoint: Endpoint, octets: bytes) -> None:
    assert endpoint.send(octets) == 400
    assert endpoint.warnings == []


def test_a_folded_host_is_one_header_and_no_way_around_the_list(endpoint: Endpoint) -> None:
    assert endpoint.get(endpoint.host, " evil.com") == 403
    assert endpoint.get("Host: evil.com", f" 127.0.0.1:{endpoint.port}") == 403


def test_a_flood_of_line_ends_gets_no_more_than_a_refusal(endpoint: Endpoint) -> None:
    assert endpoint.send(b"\r\n" * 10_000) in (0, 400, 414, 431)
    assert endpoint.ask("GET", "/livez").status == 200


@pytest.mark.parametrize(("octets", "status"), [(b"GET /%s", 414), (b"GET / HTTP/1.1\r\nX: %s", 431)])
def test_a_head_that_does_not_end_is_refused_long_before_a_megabyte(
    endpoint: Endpoint, octets: bytes, status: int
) -> None:
    with endpoint.connect() as peer:
        peer.sendall(octets % (b"a" * 300_000))  # more than one read of the server: it never sees an end
        assert status_of(peer) in (status, 0)  # 0: the rest was still under way when the server closed
    assert endpoint.send(octets % (b"a" * 17_000)) == status


def test_a_broken_chunk_is_refused(endpoint: Endpoint) -> None:
    head = f"POST /v1/reload HTTP/1.1\r\n{endpoint.host}\r\nDocsync-Request: 1\r\nContent-Type: application/json\r\n"

    assert endpoint.send(f"{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n".encode()) == 400
    assert endpoint.send(
        f"GET /livez HTTP/1.1\r\n{endpoint.host}\r\nTransfer-Encoding: gzip\r\n\r\n".encode()
    ) in (
        400,
        501,
    )


def test_a_websocket_or_h2c_upgrade_is_ignored(endpoint: Endpoint) -> None:
    for protocol in ("websocket", "h2c"):
        assert (
            endpoint.get(endpoint.host, "Connection: Upgrade", f"Upgrade: {protocol}", path="/livez") == 200
        )


def test_a_connection_carries_one_request_after_the_other(endpoint: Endpoint) -> None:
    connection = HTTPConnection("127.0.0.1", endpoint.port, timeout=10)
    for path in ("/livez", "/v1/status", "/livez"):
        connection.request("GET", path)
        response = connection.getresponse()
        assert (response.status, response.read() != b"", response.headers["connection"]) == (200, True, None)
    connection.close()


def test_requests_that_are_sent_at_once_are_answered_in_order(endpoint: Endpoint) -> None:
    paths = ("/livez", "/v1/held", "/readyz", "/nothing", "/livez")
    with endpoint.connect() as peer:
        peer.sendall("".join(f"GET {path} HTTP/1.1\r\n{endpoint.host}\r\n\r\n" for path in paths).encode())
        answers = everything(peer)  # the connection ends with the first error

    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"200", b"200", b"200", b"404"]


def test_a_refusal_ends_the_connection(endpoint: Endpoint) -> None:
    got = endpoint.ask("GET", "/nothing")

    assert (got.status, got.headers["connection"]) == (404, "close")


@pytest.mark.parametrize(
    "next_", ["GET /livez HTTP/1.1\r\nHo", "POST /v1/wait HTTP/1.1\r\n{host}\r\n{more}\r\n{{"]
)
def test_the_second_request_of_a_connection_has_a_deadline_too(
    hurried: None, endpoint: Endpoint, next_: str
) -> None:
    more = "Docsync-Request: 1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n"
    begun = next_.format(host=endpoint.host, more=more)
    with endpoint.connect() as peer:
        peer.sendall(f"GET /livez HTTP/1.1\r\n{endpoint.host}\r\n\r\n{begun}".encode())
        assert everything(peer).count(b"HTTP/1.1 ") in (1, 2)  # closed, or told so before


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docsync.admin.server.IDLE_SECONDS", 1)


def test_an_idle_connection_ends_by_itself(impatient: None, endpoint: Endpoint) -> None:
    connection = HTTPConnection("127.0.0.1", endpoint.port, timeout=30)
    connection.request("GET", "/livez")
    assert connection.getresponse().read() == b"ok"

    assert everything(connection.sock) == b""
    connection.close()


@pytest.mark.parametrize(
    "begun", ["", "GET /livez HTTP/1.1\r\nHost:", "POST /v1/wait HTTP/1.1\r\n{host}\r\nX: "]
)
def test_a_head_that_comes_too_slowly_gets_408(hurried: None, endpoint: Endpoint, begun: str) -> None:
    assert endpoint.send(begun.format(host=endpoint.host).encode()) == 408


def test_a_body_that_comes_too_slowly_gets_408(
    hurried: None, endpoint: Endpoint, commands: FakeCommands
) -> None:
    head = f"POST /v1/wait HTTP/1.1\r\n{endpoint.host}\r\nDocsync-Request: 1\r\nContent-Type: application/json\r\n"

    assert endpoint.send(f'{head}Content-Length: 9\r\n\r\n{{"'.encode()) == 408
    assert commands.asked == []
    assert endpoint.warnings == []


def test_a_call_may_last_longer_than_reading_may(
    hurried: None, endpoint: Endpoint, commands: FakeCommands
) -> None:
    commands.hanging = True

    got = endpoint.ask("POST", "/v1/wait", b'{"timeout": 0.6}', JSON)

    assert got.status == 504


def test_200_slow_connections_do_not_keep_status_from_answering(endpoint: Endpoint) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(endpoint.connect()) for _ in range(200)]
        for peer in slow:
            with suppress(BrokenPipeError, ConnectionResetError):  # this one had to give way already
                peer.sendall(b"GET /livez HTTP/1.1\r\nX")

        assert endpoint.ask("GET", "/v1/status").status == 200
        assert endpoint.ask_socket("GET", "/v1/status").status == 200


def test_a_program_that_asks_now_and_then_keeps_its_connection_among_200_slow_ones(
    endpoint: Endpoint,
) -> None:
    program = HTTPConnection("127.0.0.1", endpoint.port, timeout=10)
    with ExitStack() as stack:
        for number in range(200):
            stack.enter_context(endpoint.connect())
            if number % 20 == 0:
                program.request("GET", "/v1/status")
                assert program.getresponse().read()
        sock = program.sock
        program.request("GET", "/v1/status")
        assert program.getresponse().read()
        assert program.sock is sock
    program.close()


def test_nobody_loses_an_answer_when_a_hundred_come_at_once(endpoint: Endpoint) -> None:
    request = f"GET /livez HTTP/1.1\r\n{endpoint.host}\r\nConnection: close\r\n\r\n".encode()
    with ExitStack() as stack:
        peers = [stack.enter_context(endpoint.connect()) for _ in range(100)]
        for peer in peers:
            with suppress(ConnectionError):
                peer.sendall(request)
        answered = [everything(peer).startswith(b"HTTP/1.1 200") for peer in peers]

    # The test itself may be too slow for the first ones, who are then among those that said nothing.
    assert sum(answered) >= MAX_CONNECTIONS


def test_answers_are_sent_without_waiting_for_acknowledgements(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    real = BoundedProtocol.data_received

    def received(self: BoundedProtocol, data: bytes) -> None:
        connection = self.transport.get_extra_info("socket")
        seen.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        real(self, data)

    monkeypatch.setattr(BoundedProtocol, "data_received", received)
    endpoint.ask("GET", "/livez")

    assert seen
    assert all(seen)


def test_whoever_came_first_and_said_nothing_gives_way(endpoint: Endpoint) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(endpoint.connect()) for _ in range(MAX_CONNECTIONS + 1)]

        assert everything(slow[0]) == b""  # ended by the server; the test's own timeout is an error


def test_a_peer_that_leaves_before_its_answer_harms_nobody(
    endpoint: Endpoint, commands: FakeCommands
) -> None:
    commands.hanging = True
    for _ in range(3):
        with endpoint.connect() as peer:
            head = f"POST /v1/wait HTTP/1.1\r\n{endpoint.host}\r\nDocsync-Request: 1\r\n\r\n"
            peer.sendall(head.encode())
            assert commands.entered.acquire(timeout=10)
    commands.let_go.set()

    assert endpoint.ask("GET", "/v1/status").status == 200
    assert endpoint.warnings == []


def test_a_peer_that_does_not_take_its_answer_gives_its_place_back(
    endpoint: Endpoint, commands: FakeCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.http.protocol._WRITE_SECONDS", 0.3)
    monkeypatch.setattr("docsync.admin.http.protocol.MAX_CONNECTIONS", 1)
    monkeypatch.setattr(
        MetricsRoutes, "_render", lambda self, status, wanted: (b"x" * 20_000_000, "text/plain")
    )
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.settimeout(10)
        peer.connect(("127.0.0.1", endpoint.port))
        peer.sendall(f"GET /metrics HTTP/1.1\r\n{endpoint.host}\r\n\r\n".encode())
        peer.recv(1)

        assert endpoint.get(endpoint.host, path="/livez") == 503
        while endpoint.get(endpoint.host, path="/livez") != 200:
            pass


@pytest.mark.parametrize("beginning", ["GET /metrics", "GET /livez HTTP/1.1\r\n{host}\r\n\r\nGET /metrics"])
def test_a_peer_that_does_not_take_its_answer_gives_way_to_whoever_comes(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, beginning: str
) -> None:
    for name in ("_WRITE_SECONDS", "_STALL_SECONDS"):
        monkeypatch.setattr(f"docsync.admin.http.protocol.{name}", 60.0)
    monkeypatch.setattr("docsync.admin.http.protocol._PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr("docsync.admin.http.protocol.MAX_CONNECTIONS", 1)
    monkeypatch.setattr(
        MetricsRoutes, "_render", lambda self, status, wanted: (b"x" * 20_000_000, "text/plain")
    )
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.settimeout(10)
        peer.connect(("127.0.0.1", endpoint.port))
        request = f"{beginning} HTTP/1.1\r\n{{host}}\r\n\r\n".replace("{host}", endpoint.host)
        peer.sendall(request.encode())
        peer.recv(1)

        deadline = monotonic() + 20
        while endpoint.get(endpoint.host, path="/livez") != 200:
            assert monotonic() < deadline
