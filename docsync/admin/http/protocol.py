"""HTTP on one connection with limits: each request read in 5 s, at most 64 connections.

Never looks at what is asked.
"""

import asyncio
import socket
from collections.abc import Callable
from math import inf

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from docsync.admin.http.body import MAX_BODY_BYTES, make_too_large
from docsync.admin.http.problem_response import SAFE_HEADERS, Refusal
from docsync.admin.peer import credentials_of, uid_of_peer

MAX_CONNECTIONS = 64
MAX_HEAD_BYTES = 16 * 1024
IDLE_SECONDS = 15
WAITS = "docsync.waits"
"""Set in the scope of a request that waits for changes: it does not count towards MAX_CONNECTIONS."""

# With what frames its chunks. Chunks of one byte take six times that, and every one of them some time.
_MAX_FRAMED_BYTES = MAX_BODY_BYTES + 16 * 1024
_PIECE_BYTES = 16 * 1024
_READ_SECONDS = 5.0
_WRITE_SECONDS = 5.0
# A client that reads nothing of its answer for so long is dropped: it would hold a connection of the limit.
_STALL_SECONDS = 10.0
_PATIENCE_SECONDS = 1.0  # where others wait for its place
_MOMENT_SECONDS = 0.1
_BURST = 4


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol, with a deadline for every request and one for taking the answer away."""

    _deadline: asyncio.TimerHandle
    _stall: asyncio.TimerHandle | None = None
    _stalled_at: float | None = None
    _in_request = True
    was_served = False
    _framed_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Start the read deadline.

        If there are too many connections, abort an idle one; those that never sent a request go first.
        """
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        if connection.family != socket.AF_UNIX:
            # asyncio does so only where the listener names its protocol. Without it a second answer waits 40
            # ms for an acknowledgement of the first part.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "peer": peer_of(connection), "uid": uid_of_peer(connection)}
        self.arrived = self.loop.time()
        self._deadline = self.loop.call_later(_READ_SECONDS, self._end_reading)
        self._make_room()

    def _make_room(self) -> None:
        """Keep at most MAX_CONNECTIONS: abort the one that is silent for longest, or refuse this one.

        It is refused when all are being answered and take what they are sent. Those of the last 0.1 s are
        spared, as many may arrive at once.
        """
        present = [c for c in self.connections if isinstance(c, BoundedProtocol) and c.is_present]
        if len(present) <= MAX_CONNECTIONS or self.transport.is_closing():
            return
        slow = [
            c for c in present if c.is_reading and c is not self and not c.transport.get_write_buffer_size()
        ]
        first = min(slow, key=lambda c: (c.was_served, c.arrived), default=None)
        if first is None:
            stalled = min(present, key=lambda c: c.stalled_at)
            if self.loop.time() - stalled.stalled_at >= _PATIENCE_SECONDS:
                stalled.transport.abort()
            elif self.is_reading:
                self._refuse(Refusal(503, "Too many connections. Try again in a second."))
        elif self.loop.time() - first.arrived >= _MOMENT_SECONDS or len(present) > _BURST * MAX_CONNECTIONS:
            first.transport.abort()
        else:
            self.loop.call_later(_MOMENT_SECONDS, self._make_room)

    @property
    def is_present(self) -> bool:
        """True while this connection counts towards the limit, also until its peer has read the answer.

        Long polls and streams have limits of their own.
        """
        if self.scope is not None and self.scope.get(WAITS) and not self.is_reading:
            return False
        return not self.transport.is_closing() or self.transport.get_write_buffer_size() > 0

    @property
    def stalled_at(self) -> float:
        """Since when the peer has not taken what it is sent, infinity while it does; loop seconds."""
        if self._stalled_at is None and self.was_served and self.transport.get_write_buffer_size() > 0:
            return self.arrived
        return inf if self._stalled_at is None else self._stalled_at

    @property
    def is_reading(self) -> bool:
        """True until the whole request is here, and between two requests."""
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def data_received(self, data: bytes) -> None:
        """Stop the clock once the request is whole.

        It runs since the connection began, later since the first byte.
        """
        if not self._in_request:
            self._in_request = True
            self._expect(_READ_SECONDS, self._end_reading)
        for at in range(0, len(data), _PIECE_BYTES):
            self._receive_piece(data[at : at + _PIECE_BYTES])
        if not self.is_reading:
            self._deadline.cancel()

    def _receive_piece(self, piece: bytes) -> None:
        """Parse *piece*, unless the body is over its limit: what is parsed counts, not only what it holds."""
        if self.transport.is_closing():
            return
        self._framed_bytes = self._framed_bytes + len(piece) if self.conn.their_state is h11.SEND_BODY else 0
        if self._framed_bytes > _MAX_FRAMED_BYTES:
            self._refuse(make_too_large())
        else:
            super().data_received(piece)

    def on_response_complete(self) -> None:
        """Give the peer a while to take the answer, and then to ask for something else."""
        self._in_request = False
        self._framed_bytes = 0
        self.was_served = True
        self.arrived = self.loop.time()
        self._expect(_WRITE_SECONDS, self._end_writing)
        super().on_response_complete()
        if self.is_reading and self._has_begun():
            self._in_request = True
            self._expect(_READ_SECONDS, self._end_reading)

    def pause_writing(self) -> None:
        """The peer does not take what it is sent."""
        super().pause_writing()
        self._stalled_at = self.loop.time()
        self._stall = self.loop.call_later(_STALL_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The client reads again: cancel the stall timer."""
        self._go_on()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        self._deadline.cancel()
        self._go_on()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server leaves: a request that is not whole yet is not waited for."""
        if self.is_reading:
            self.transport.abort()
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- uvicorn's signature
        """Answer bytes that are no HTTP request, or a head over the limit (uvicorn calls this for both)."""
        head = self.conn.trailing_data[0]
        if len(head) <= MAX_HEAD_BYTES or self.conn.our_state is not h11.IDLE:
            self._refuse(Refusal(400, "This is no valid HTTP/1.1 request."))
        elif b"\n" in head:
            self._refuse(Refusal(431, f"The head of a request may have {MAX_HEAD_BYTES} bytes."))
        else:
            self._refuse(Refusal(414, "The request target is too long."))

    def _has_begun(self) -> bool:
        """True when a part of the next request is there already: it came together with the one before."""
        return self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0] != b""

    def _expect(self, seconds: float, otherwise: Callable[[], None]) -> None:
        self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, otherwise)

    def _go_on(self) -> None:
        self._stalled_at = None
        if self._stall is not None:
            self._stall.cancel()

    def _end_reading(self) -> None:
        self._refuse(Refusal(408, f"The request was not complete after {_READ_SECONDS:g} s."))

    def _end_writing(self) -> None:
        if self.transport.is_closing() or self.transport.get_write_buffer_size() > 0:
            self.transport.abort()

    def _refuse(self, refusal: Refusal) -> None:
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()  # an answer is under way: nothing else can be said
            return
        body = refusal.body()
        usual = {**SAFE_HEADERS, "connection": "close"}
        headers = {**usual, "content-type": "application/problem+json", "content-length": str(len(body))}
        start = h11.Response(status_code=refusal.status, headers=list(headers.items()))
        for event in (start, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def peer_of(connection: socket.socket) -> str:
    """Who is at the other end, as far as the system tells: for the log."""
    if connection.family != socket.AF_UNIX:
        return "tcp"
    found = credentials_of(connection)
    return "socket" if found is None else f"socket (user {found[1]}, process {found[0]})"
