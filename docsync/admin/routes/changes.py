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
from docsync.admin.http.event_stream import EventStream, Write
from docsync.admin.http.json_body import dump_json, to_json
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
from docsync.admin.http.version_headers import DatabaseVersion, make_json_response
from docsync.admin.question_pool import QuestionPool
from docsync.commands import Busy
from docsync.errors import DocsyncError
from docsync.reader import Change, Changes
from docsync.reader.query.limit import MAX_PAGE

MAX_STREAMS = 32
MAX_POLLS = 64
_NOW = "now"  # in place of a cursor, as for `docsync changes`
_MAX_WAIT_SECONDS = 60.0
_HEARTBEAT_SECONDS = 15.0
_PRESENCE_SECONDS = 1.0


class FeedRoutes:
    """The routes of this module, answered by *readers* whenever *broadcast* says that there is something."""

    def __init__(self, readers: QuestionPool, broadcast: Broadcast) -> None:
        self._readers = readers
        self._broadcast = broadcast
        self._pages: dict[tuple[int, str], asyncio.Task[Changes]] = {}
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
        found = await self._read_after(since, limit)
        if wait and not found and not found.start_over and not found.more:
            found = await self._poll(request, found, limit, wait)
        body = {
            "changes": to_json(found.items),
            "cursor": found.cursor,
            "start_over": found.start_over,
            "more": found.more,
        }
        return make_json_response(DatabaseVersion.of(found), body)

    async def _poll(self, request: Request, found: Changes, limit: int, wait: float) -> Changes:
        if self._polls >= MAX_POLLS:
            raise Busy(f"{MAX_POLLS} calls wait for changes already; try again in a second")
        request.scope[WAITS] = True
        self._polls += 1
        until = asyncio.get_running_loop().time() + wait
        try:
            with self._broadcast.listening():
                while not found and not found.start_over and not self._broadcast.leaving:
                    seen = self._broadcast.now
                    found = await self._read_after(found.cursor, limit)
                    left = until - asyncio.get_running_loop().time()
                    if found or left <= 0 or await request.is_disconnected():
                        break
                    await self._broadcast.wait_for_change(seen, min(left, _PRESENCE_SECONDS))
        finally:
            self._polls -= 1
        return found

    async def _read_after(self, since: str | None, limit: int) -> Changes:
        return await self._readers.ask(
            lambda reader: reader.changes(reader.cursor() if since == _NOW else since, limit=limit)
        )

    # The stream

    async def events(self, request: Request) -> Response:
        """GET /v1/events: changes after `Last-Event-ID` or `since` (default: now), and the status, as events."""
        since = read_text(read_query(request, "since"), "since")
        since = request.headers.get("last-event-id") or since or _NOW
        if request.method == "HEAD":  # returns the headers, and does not count as a stream
            return Response(media_type="text/event-stream")
        if self._streams >= MAX_STREAMS:
            raise Busy(f"{MAX_STREAMS} event streams are open already; close one, or try again in a second")
        self._streams += 1
        try:
            # A cursor that is none is refused before the stream begins.
            first = await self._read_after(since, MAX_PAGE)
        except BaseException:
            self._end_stream()
            raise
        request.scope[WAITS] = True
        headers = DatabaseVersion.of(first).headers()
        return EventStream(partial(self._write_stream, first), self._end_stream, headers)

    def _end_stream(self) -> None:
        self._streams -= 1

    async def _write_stream(self, found: Changes, write: Write) -> None:
        """Write a stream until the endpoint stops or the database goes; the client then reconnects."""
        seen, last_status, place = BroadcastState(), b"", ""
        with self._broadcast.listening(), suppress(DocsyncError):
            await write(b"retry: 1000\n\n")
            while not self._broadcast.leaving:
                await write(_page(found, place))
                place = found.cursor
                if self._broadcast.now.status not in (b"", last_status):
                    last_status = self._broadcast.now.status
                    await write(b"event: status\ndata: %s\n\n" % last_status)
                if not found.more and not await self._broadcast.wait_for_change(seen, _HEARTBEAT_SECONDS):
                    await write(b":\n\n")
                # Read before the query: a change committed afterwards is found by the next query.
                seen = self._broadcast.now
                found = await self._read_shared(found.cursor)

    async def _read_shared(self, since: str) -> Changes:
        """The changes after *since*. Streams with equal cursor and revision share one query."""
        key = (self._broadcast.now.number, since)
        if key not in self._pages:
            self._pages[key] = asyncio.create_task(self._read_after(since, MAX_PAGE))
            self._pages[key].add_done_callback(lambda _: self._pages.pop(key))
        return await asyncio.shield(self._pages[key])


def _page(found: Changes, place: str) -> bytes:
    """The server-sent events for *found*, for a client whose last event id is *place*."""
    begin = b"event: start_over\ndata: %s\n\n" % dump_json({"epoch": found.epoch, "revision": found.revision})
    changes = b"".join(map(_event, found))
    known = found[-1].cursor if found else place
    # An id without an event: a peer that comes again before anything has changed goes on from here.
    end = b"" if found.cursor == known else b"id: %s\n\n" % found.cursor.encode("ascii")
    return (begin if found.start_over else b"") + changes + end


def _event(change: Change) -> bytes:
    id_, data = change.cursor.encode("ascii"), dump_json(to_json(change))
    return b"event: change\nid: %s\ndata: %s\n\n" % (id_, data)


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
