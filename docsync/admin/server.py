"""Runs the endpoint in a thread of its own, on a Unix socket always and on TCP where wanted.

Never stops the sync.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from anyio.from_thread import start_blocking_portal
from starlette.types import ASGIApp

from docsync.admin.app import build_app, list_post_paths, routes_of
from docsync.admin.http.access import Admission, Key, TcpAdmission, admit_owner
from docsync.admin.http.listener import (
    check_exposure,
    is_loopback,
    list_addresses,
    tcp_listener,
    unix_listener,
)
from docsync.admin.http.middleware import AdmissionMiddleware, OnWarning
from docsync.admin.http.protocol import IDLE_SECONDS, MAX_HEAD_BYTES, BoundedProtocol
from docsync.admin.http.version_headers import VersionMiddleware
from docsync.admin.routes.commands import OnRequest
from docsync.admin.services import Backend, Services

_SILENT = logging.CRITICAL + 1


@dataclass(frozen=True, slots=True)
class ListenSettings:
    """Where to listen.

    TCP is off without *host* or *port*; port 0 takes any free one. With *keys*, TCP wants a token; with
    *own_key* it wants one for content, unless *is_open*.
    """

    socket_path: Path
    host: str | None = None
    port: int | None = None
    keys: tuple[Key, ...] = ()
    own_key: Key | None = None
    is_open: Callable[[], bool] = field(default=lambda: True)


@dataclass(frozen=True, slots=True)
class EndpointAddresses:
    """Where the endpoint answers. `http` is a URL, None when TCP is off or its port was taken."""

    socket: Path
    http: str | None


@dataclass(frozen=True, slots=True)
class TcpListener:
    """TCP sockets that listen on one port, who is admitted there, and the address as a URL."""

    sockets: tuple[socket.socket, ...]
    admission: TcpAdmission
    url: str


@dataclass(frozen=True, slots=True)
class Listeners:
    """Sockets that listen and are not served yet: a connection waits. `tcp` is None when TCP is off."""

    unix: socket.socket
    tcp: TcpListener | None
    addresses: EndpointAddresses


@contextmanager
def listening(settings: ListenSettings, on_warning: OnWarning) -> Iterator[Listeners]:
    """Listen as *settings* say, from here to the end of the block.

    Raises ConfigError, UsageError, AlreadyRunning; a TCP address that cannot be had is only a warning.
    """
    with ExitStack() as stack:
        tcp = _open_tcp(stack, settings, on_warning)
        unix = stack.enter_context(unix_listener(settings.socket_path))
        yield Listeners(unix, tcp, EndpointAddresses(settings.socket_path, tcp.url if tcp else None))


@contextmanager
def serving(
    backend: Backend, listeners: Listeners, on_warning: OnWarning, on_request: OnRequest
) -> Iterator[None]:
    """Answer for *backend* on *listeners* from here to the end of the block.

    *on_request* is called with who asks for work, *on_warning* with what an operator should know; both from the
    endpoint's thread.
    """
    with ExitStack() as stack:
        services = Services(backend, on_request)
        stack.callback(services.close)
        endpoint = _Endpoint(services, on_warning)
        if listeners.tcp:
            for listener in listeners.tcp.sockets:
                endpoint.listen(listener, listeners.tcp.admission, may_stop=False)
        endpoint.listen(listeners.unix, admit_owner, may_stop=True)
        portal = stack.enter_context(start_blocking_portal())
        running = portal.start_task_soon(endpoint.run)
        try:
            yield
        finally:
            portal.call(endpoint.leave)
            running.result()


def _open_tcp(stack: ExitStack, settings: ListenSettings, on_warning: OnWarning) -> TcpListener | None:
    """Listen on TCP if wanted and possible. Raises ConfigError."""
    if settings.host is None or settings.port is None:
        return None
    check_exposure(settings.host, is_guarded=bool(settings.keys))
    try:
        first, *others = list_addresses(settings.host)
        sockets = [stack.enter_context(tcp_listener(first, settings.port))]
        port = sockets[0].getsockname()[1]
        for other in others:
            with suppress(OSError):  # the system may have no IPv6: the first address is enough
                sockets.append(stack.enter_context(tcp_listener(other, port)))
    except OSError as error:
        on_warning("admin.port_taken", _describe_bind_error(settings, error))
        return None
    hosts = _hosts(settings.host, port) if is_loopback(settings.host) else None
    admission = TcpAdmission(hosts, settings.keys, settings.own_key, settings.is_open)
    return TcpListener(tuple(sockets), admission, f"http://{_bracket_host(settings.host)}:{port}")


def _describe_bind_error(settings: ListenSettings, error: OSError) -> str:
    # Not error.strerror alone: Python adds the address to it.
    reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
    return (
        f"cannot listen on {settings.host}:{settings.port} ({reason}): HTTP is off, the Unix socket and the "
        "sync work; set another port under [admin] in docsync.toml"
    )


def _hosts(host: str, port: int) -> frozenset[str]:
    """The Host headers that are allowed on loopback.

    Elsewhere names cannot be known, and the token does this work.
    """
    names = ("127.0.0.1", "localhost", "[::1]", _bracket_host(host))
    return frozenset(f"{name}:{port}" for name in names) | (frozenset(names) if port == 80 else frozenset())


def _bracket_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _Endpoint:
    """The servers, one a listener, on one event loop."""

    def __init__(self, services: Services, on_warning: OnWarning) -> None:
        self.on_warning = on_warning
        self._services = services
        self._leaving = asyncio.Event()
        self._servers: list[tuple[_Server, socket.socket]] = []

    def listen(self, listener: socket.socket, admission: Admission, *, may_stop: bool) -> None:
        """Answer on *listener* too, once it runs."""
        routes = routes_of(self._services, may_stop=may_stop)
        gate = AdmissionMiddleware(build_app(routes), admission, list_post_paths(routes), self.on_warning)
        self._servers.append(
            (_Server(VersionMiddleware(gate, self._services.readers), self._leaving), listener)
        )

    async def run(self) -> None:
        """Answer until `leave`."""
        asyncio.get_running_loop().set_exception_handler(self._report)
        async with asyncio.TaskGroup() as group:
            for server, listener in self._servers:
                group.create_task(server.serve(sockets=[listener]))

    async def leave(self) -> None:
        """Accept nothing more, answer what is under way, and end."""
        self._leaving.set()
        await self._services.leave()

    def _report(self, _loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        self.on_warning("admin.failed", f"{context.get('message')}: {context.get('exception')!r}")


class _Server(uvicorn.Server):
    """uvicorn without its signals, its ticking clock and its log."""

    def __init__(self, app: ASGIApp, leaving: asyncio.Event) -> None:
        super().__init__(_config(app))
        self._leaving = leaving

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the daemon's."""
        yield

    async def main_loop(self) -> None:
        """Sleep until the end: an idle endpoint never wakes up."""
        await self._leaving.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End within about a second, also with a peer that does not take its answer."""
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        interface="asgi3",
        loop="asyncio",
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=_SILENT,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        workers=1,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=IDLE_SECONDS,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
    )
