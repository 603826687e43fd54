"""An answer that goes on for as long as its peer is there.

Never keeps what the peer has not taken: it waits instead.
"""

from collections.abc import Awaitable, Callable, Mapping

from anyio import CancelScope, create_task_group
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Write = Callable[[bytes], Awaitable[None]]


class EventStream(Response):
    """Server-sent events.

    *produce* is called with the function to write with, and returns at the end of the stream. *on_end* is called
    once, whatever ends it.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        produce: Callable[[Write], Awaitable[None]],
        on_end: Callable[[], None],
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(headers={**headers, "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._produce = produce
        self._on_end = on_end

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""

        async def write(octets: bytes) -> None:
            await send({"type": "http.response.body", "body": octets, "more_body": True})

        try:
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            async with create_task_group() as group:
                group.start_soon(_wait_for_disconnect, receive, group.cancel_scope)
                await self._produce(write)
                group.cancel_scope.cancel()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._on_end()


async def _wait_for_disconnect(receive: Receive, scope: CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
