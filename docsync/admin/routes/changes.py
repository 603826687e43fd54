"""The routes that tell what changes: a long poll, and a stream of events that resumes.

Never change anything.
"""

import asyncio
from contextlib import suppress
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from docsync.admin.broadcast import Broadcast, BroadcastState
from docsync.admin.feed_pages import NOW, FeedPage, FeedPages, begin_events, write_answer, write_events
from docsync.admin.http.event_stream import EventStream, Write
from docsync.admin.http.openapi_schema import (
    LIMIT,
    VERSION_MEMBERS,
    OpenApiObject,
    answer,
    make_array,
    make_object,
    operation,
    parameter,
    schema_of,
)
from docsync.admin.http.protocol import WAITS
from docsync.admin.http.query import read_limit, read_query, read_seconds, read_text
from docsync.admin.http.version_headers import DatabaseVersion, set_version_headers
from docsync.admin.question_pool import QuestionPool
from docsync.commands import Busy
from docsync.errors import DocsyncError
from docsync.reader import Change
from docsync.reader.query.limit import MAX_PAGE

MAX_STREAMS = 32
MAX_POLLS = 64
_MAX_WAIT_SECONDS = 60.0
_HEARTBEAT_SECONDS = 15.0
_PRESENCE_SECONDS = 1.0


class FeedRoutes:
    """The routes of this module, answered by *readers* whenever *broadcast* says that there is something."""

    def __init__(self, readers: QuestionPool, broadcast: Broadcast) -> None:
        self._pages = FeedPages(readers)
        self._broadcast = broadcast
        self._streams = 0
        self._polls = 0

    def routes(self) -> list[Route]:
        """What this group answers to."""
        return [Route("/v1/changes", self.changes), Route("/v1/events", self.events, methods=["GET"])]

    # The long poll

    async def changes(self, request: Request) -> Response:
        """GET /v1/changes: the changes after `since`. Waits up to `wait` seconds while there are none."""
        query = read_query(request, "since", "wait", "limit")
        since, limit, wait = (
            read_text(query, "since"),
            read_limit(query, MAX_PAGE),
            read_seconds(query, "wait", _MAX_WAIT_SECONDS),
        )
        seen = self._broadcast.now
        end = self._pages.find_end(seen, since, write_answer) if wait else None
        page = end or await self._pages.read(since, limit, write_answer)
        if wait and page.is_empty:
            page = await self._poll(request, page, limit, wait, known=seen if end else None)
        if page is end:  # nobody was woken, perhaps since the time was so short: what is there counts
            page = await self._pages.read(since, limit, write_answer)
        response = Response(page.octets, media_type="application/json")
        return set_version_headers(response, DatabaseVersion.of(page.found))

    async def _poll(
        self, request: Request, page: FeedPage, limit: int, wait: float, known: BroadcastState | None
    ) -> FeedPage:
        """Wait for what comes after *page*; while the state is the one that is *known* nothing has come."""
        if self._polls >= MAX_POLLS:
            raise Busy(f"{MAX_POLLS} calls wait for changes already; try again in a second")
        request.scope[WAITS] = True
        self._polls += 1
        until = asyncio.get_running_loop().time() + wait
        try:
            with self._broadcast.listening():
                goes_on = True
                while goes_on and not page.found and not page.found.start_over:
                    seen = self._broadcast.now
                    if seen != known:
                        page = await self._pages.share(seen, page.found.cursor, limit, write_answer)
                    goes_on = not page.found and await self._wait(request, seen, until)
        finally:
            self._polls -= 1
        return page

    async def _wait(self, request: Request, seen: BroadcastState, until: float) -> bool:
        """Wait for a state other than *seen*; False after the time, at a stop, and when the client left."""
        while not self._broadcast.leaving and (left := until - asyncio.get_running_loop().time()) > 0:
            if await self._broadcast.wait_for_change(seen, min(left, _PRESENCE_SECONDS)):
                return True
            if await request.is_disconnected():
                break
        return False

    # The stream

    async def events(self, request: Request) -> Response:
        """GET /v1/events: changes after `Last-Event-ID` or `since` (default: now), and the status, as events."""
        since = read_text(read_query(request, "since"), "since")
        since = request.headers.get("last-event-id") or since or NOW
        if request.method == "HEAD":  # returns the headers, and does not count as a stream
            return Response(media_type="text/event-stream")
        if self._streams >= MAX_STREAMS:
            raise Busy(f"{MAX_STREAMS} event streams are open already; close one, or try again in a second")
        self._streams += 1
        try:
            # A cursor that is none is refused before the stream begins.
            first = await self._pages.read(since, MAX_PAGE, begin_events)
        except BaseException:
            self._end_stream()
            raise
        request.scope[WAITS] = True
        headers = DatabaseVersion.of(first.found).headers()
        return EventStream(partial(self._write_stream, first), self._end_stream, headers)

    def _end_stream(self) -> None:
        self._streams -= 1

    async def _write_stream(self, page: FeedPage, write: Write) -> None:
        """Write a stream until the endpoint stops or the database goes; the client then reconnects."""
        seen, last_status = BroadcastState(), b""
        with self._broadcast.listening(), suppress(DocsyncError):
            await write(b"retry: 1000\n\n")
            while not self._broadcast.leaving:
                await write(page.octets)
                if self._broadcast.now.status not in (b"", last_status):
                    last_status = self._broadcast.now.status
                    await write(b"event: status\ndata: %s\n\n" % last_status)
                if not page.found.more and not await self._broadcast.wait_for_change(
                    seen, _HEARTBEAT_SECONDS
                ):
                    await write(b":\n\n")
                # Read before the query: a change committed afterwards is found by the next query.
                seen = self._broadcast.now
                page = await self._pages.share(seen, page.found.cursor, MAX_PAGE, write_events)


_SINCE = parameter("since", "A cursor: what came after it; or the word now.")

PATHS: OpenApiObject = {
    "/v1/changes": {
        "get": operation(
            "What changed since a cursor; without one all that is there. Waits for up to `wait` seconds.",
            {
                "200": answer(
                    "Changes in order. Pass `cursor` as `since` next time; with `start_over` forget what you have.",
                    make_object(
                        {
                            "changes": make_array(schema_of(Change)),
                            "cursor": schema_of(str),
                            "start_over": schema_of(bool),
                            "more": schema_of(bool),
                            **VERSION_MEMBERS,
                        }
                    ),
                )
            },
            _SINCE,
            parameter("wait", "Seconds.", {"type": "number", "minimum": 0, "maximum": _MAX_WAIT_SECONDS}),
            LIMIT,
        )
    },
    "/v1/events": {
        "get": operation(
            "A stream of events: change (its id is a cursor), start_over, status. Begins at now, or after the cursor.",
            {"200": answer("The stream.", schema_of(str), "text/event-stream")},
            _SINCE,
            parameter("Last-Event-ID", "The id of the last event that was taken.", place="header"),
        )
    },
}
