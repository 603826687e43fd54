"""HTTP on one connection with limits: one request, read in 5 s, at most 64 connections. Never looks at what is asked."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from docsync.admin.refusal import SAFE_HEADERS, Refusal

MAX_CONNECTIONS = 64
MAX_HEAD_BYTES = 16 * 1024
_READ_SECONDS = 5.0
_WRITE_SECONDS = 5.0


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol, with a deadline for the whole request and one for taking the answer away."""

    _deadline: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Start the clock, and make room: who still has not said what they want gives way to who comes."""
        super().connection_made(transport)
        self.arrived = self.loop.time()
        self._deadline = self.loop.call_later(_READ_SECONDS, self._end_reading)
        present = [c for c in self.connections if isinstance(c, BoundedProtocol) and c.is_present]
        if len(present) <= MAX_CONNECTIONS:
            return
        if slow := [c for c in present if c.is_reading and c is not self]:
            min(slow, key=lambda c: c.arrived).transport.abort()
        else:
            self._refuse(Refusal(503, "Too many connections. Try again in a second."))

    @property
    def is_present(self) -> bool:
        """True while it takes a place: also one that is being closed, as long as its peer has not taken the answer."""
        return not self.transport.is_closing() or self.transport.get_write_buffer_size() > 0

    @property
    def is_reading(self) -> bool:
        """True until the whole request is here."""
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def data_received(self, data: bytes) -> None:
        """Stop the clock once the request is whole."""
        super().data_received(data)
        if not self.is_reading:
            self._deadline.cancel()

    def on_response_complete(self) -> None:
        """Give the peer a while to take the answer; the connection carries no second request."""
        self._deadline.cancel()
        self._deadline = self.loop.call_later(_WRITE_SECONDS, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._deadline.cancel()
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

    def _end_reading(self) -> None:
        self._refuse(Refusal(408, f"The request was not complete after {_READ_SECONDS:g} s."))

    def _refuse(self, refusal: Refusal) -> None:
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()  # an answer is under way: nothing else can be said
            return
        body = refusal.body()
        headers = {**SAFE_HEADERS, "content-type": "application/problem+json", "content-length": str(len(body))}
        start = h11.Response(status_code=refusal.status, headers=list(headers.items()))
        for event in (start, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
