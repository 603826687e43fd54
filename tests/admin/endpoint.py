"""Asks an endpoint as programs, browsers and attackers do: by http.client, or with raw bytes."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from io import BytesIO
from pathlib import Path
from typing import Any

from docsync.admin.http.middleware import OnWarning
from docsync.admin.routes.commands import OnRequest
from docsync.admin.server import EndpointAddresses, ListenSettings, listening, serving
from docsync.admin.services import Backend

POST = {"Docsync-Request": "1"}
JSON = {**POST, "Content-Type": "application/json"}

Peer = socket.socket
"""Named here, where nothing hides the module: `Endpoint` has a member of its name."""


@dataclass(frozen=True)
class Got:
    """One answer."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Endpoint:
    """Where an endpoint listens, what it warned of, and who asked for which work."""

    socket: Path
    port: int
    warnings: list[tuple[str, str]] = field(default_factory=list)
    told: list[tuple[str, str, str]] = field(default_factory=list)

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Got:
        """Over TCP."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        return _ask(connection, method, path, body, headers)

    def ask_socket(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Got:
        """Over the Unix socket."""
        connection = HTTPConnection("localhost", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(10)
        connection.sock.connect(str(self.socket))
        return _ask(connection, method, path, body, headers)

    def connect(self) -> Peer:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def send(self, octets: bytes) -> int:
        """The status that raw *octets* get, 0 for an end without an answer; the answer must be a safe one."""
        with self.connect() as peer:
            peer.sendall(octets)
            return status_of(peer)

    def get(self, *lines: str, path: str = "/v1/status") -> int:
        """The status of GET *path* with exactly these header lines."""
        return self.send("\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode("latin-1"))

    @property
    def host(self) -> str:
        return f"Host: 127.0.0.1:{self.port}"


@contextmanager
def endpoint_of(
    backend: Backend, settings: ListenSettings, on_warning: OnWarning, on_asked: OnRequest
) -> Iterator[EndpointAddresses]:
    """An endpoint that listens and answers, as the daemon starts it."""
    with listening(settings, on_warning) as listeners, serving(backend, listeners, on_warning, on_asked):
        yield listeners.addresses


def status_of(peer: socket.socket) -> int:
    """Read one answer."""
    response = HTTPResponse(peer)
    try:
        response.begin()
        response.read()
    except (RemoteDisconnected, ConnectionResetError):
        return 0
    assert response.headers["x-content-type-options"] == "nosniff"
    return response.status


def everything(peer: socket.socket) -> bytes:
    read = BytesIO()
    try:
        while chunk := peer.recv(65536):
            read.write(chunk)
    except ConnectionResetError:
        pass
    return read.getvalue()


def _ask(
    connection: HTTPConnection, method: str, path: str, body: bytes | None, headers: dict[str, str] | None
) -> Got:
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return Got(response.status, response.headers, response.read())
    finally:
        connection.close()
