"""Asks a running daemon over its Unix socket.

Imports no server, opens one connection a call, never retries.
"""

import json
import os
import socket
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

from docsync.admin.peer import uid_of_peer
from docsync.errors import DocsyncError, ExitCode, NotReachable

# The members of an answer are the contract of its endpoint; the caller knows them, this module does not.
Answer = dict[str, Any]

_START = "start a daemon with: docsync run"


class DaemonRefused(DocsyncError):
    """The daemon answered that it will not or cannot.

    `problem` is its answer (RFC 9457), `status` the HTTP status.
    """

    exit_code: int = ExitCode.NOT_REACHABLE  # or what the answer says

    def __init__(self, status: int, problem: Answer) -> None:
        super().__init__(str(problem.get("detail") or problem.get("title") or f"HTTP status {status}"))
        self.status = status
        self.problem = problem
        code = problem.get("exit_code")
        self.exit_code = code if isinstance(code, int) else DaemonRefused.exit_code


class Client:
    """The daemon behind *socket_path*. *timeout* bounds each wait for it, in seconds.

    A call that lets the daemon wait (reload, wait, release) needs a *timeout* above the one it sends.
    """

    def __init__(self, socket_path: Path, timeout: float = 5.0) -> None:
        self.socket_path = socket_path
        self.timeout = timeout

    def get(self, path: str) -> Answer:
        """The answer to GET *path*. Raises NotReachable, DaemonRefused."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Answer:
        """The answer to POST *path* with *body* as JSON. Raises NotReachable, DaemonRefused."""
        return self._ask("POST", path, json.dumps(body or {}).encode("ascii"))

    def _ask(self, method: str, path: str, body: bytes | None) -> Answer:
        connection = _UnixConnection(self.socket_path, self.timeout)
        headers = {"Docsync-Request": "1"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return _answer(response, response.read())
        except (OSError, HTTPException) as error:
            raise NotReachable(self._why(error)) from error
        finally:
            connection.close()

    def _why(self, error: Exception) -> str:
        match error:
            case FileNotFoundError() | ConnectionRefusedError():
                return f"no docsync listens on {self.socket_path}; {_START}"
            case PermissionError():
                return f"{self.socket_path} belongs to another user; run this command as the user who runs docsync"
            case TimeoutError():
                return f"docsync on {self.socket_path} did not answer within {self.timeout:g} s; try again, or restart it"
            case _:
                return f"docsync on {self.socket_path} gave no answer ({error or type(error).__name__}); {_START}"


class _UnixConnection(HTTPConnection):
    """HTTP over a Unix socket; the host name only fills in the header that HTTP demands."""

    def __init__(self, socket_path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._socket_path = socket_path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._socket_path))
        uid = uid_of_peer(self.sock)
        if uid is not None and uid not in (0, os.geteuid(), self._socket_path.parent.stat().st_uid):
            raise ConnectionAbortedError(
                f"user {uid} answers there, who is not the one that its folder belongs to"
            )


def _answer(response: HTTPResponse, body: bytes) -> Answer:
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise HTTPException(f"HTTP status {response.status} without JSON") from error
    if not isinstance(answer, dict):
        raise HTTPException(f"HTTP status {response.status} without a JSON object")
    if response.headers.get_content_type() == "application/problem+json":
        raise DaemonRefused(response.status, answer)
    return answer
