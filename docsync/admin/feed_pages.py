"""Pages of the change feed, made in a thread: once for all who wait for the same one.

Use it on the event loop.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from docsync.admin.broadcast import BroadcastState
from docsync.admin.http.json_body import dump_json, to_json
from docsync.admin.http.version_headers import DatabaseVersion, dump_members
from docsync.admin.question_pool import QuestionPool
from docsync.reader import Change, Changes, Reader

NOW = "now"
"""In place of a cursor, as for `docsync changes`."""

_MOMENT_SECONDS = 0.5

Form = Callable[[Changes, str], bytes]
"""How a page is sent, to a client whose last event id is the cursor that the page follows."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Some changes, and as they are sent."""

    found: Changes
    octets: bytes

    @property
    def is_empty(self) -> bool:
        """True when it tells nothing but that there is nothing after its cursor."""
        return not (self.found or self.found.start_over or self.found.more)


class FeedPages:
    """Asks *readers*. Who waits for the changes of one revision shares the page with others who do."""

    def __init__(self, readers: QuestionPool) -> None:
        self._readers = readers
        self._shared: dict[tuple[BroadcastState, str, int, Form], asyncio.Task[FeedPage]] = {}
        self._told: tuple[BroadcastState, FeedPage] | None = None

    async def read(self, since: str | None, limit: int, form: Form) -> FeedPage:
        """The changes after *since*. Raises what `QuestionPool.ask` raises."""

        def make(reader: Reader) -> FeedPage:
            found = reader.changes(reader.cursor() if since == NOW else since, limit=limit)
            return FeedPage(found, form(found, since or ""))

        return await self._readers.ask(make)

    async def share(self, seen: BroadcastState, since: str, limit: int, form: Form) -> FeedPage:
        """What `read` gives, once for all who ask while *seen* is the state: a later one wakes them."""
        key = (seen, since, limit, form)
        if key not in self._shared:
            self._shared[key] = asyncio.create_task(self.read(since, limit, form))
            self._shared[key].add_done_callback(lambda _: self._shared.pop(key))
        page = await asyncio.shield(self._shared[key])
        if page.found.more:  # perhaps of another database
            self._told = None
        else:
            self._tell(seen, page)
        return page

    def _tell(self, seen: BroadcastState, page: FeedPage) -> None:
        told = self._told = (seen, page)
        asyncio.get_running_loop().call_later(_MOMENT_SECONDS, self._forget, told)

    def _forget(self, told: tuple[BroadcastState, FeedPage]) -> None:
        if self._told is told:
            self._told = None

    def find_end(self, seen: BroadcastState, since: str | None, form: Form) -> FeedPage | None:
        """The empty page after *since*, if a page of a moment ago ended there, and *seen* is still the state.

        Whoever comes back then may wait: what comes next wakes them. It says nothing of what has come since.
        """
        if self._told is None or self._told[0] != seen or self._told[1].found.cursor != since:
            return None
        found = replace(self._told[1].found, items=(), start_over=False)
        return FeedPage(found, form(found, since))


def write_answer(found: Changes, _since: str) -> bytes:
    """The answer to a poll."""
    members = {
        "changes": to_json(found.items),
        "cursor": found.cursor,
        "start_over": found.start_over,
        "more": found.more,
    }
    return dump_members(DatabaseVersion.of(found), members)


def begin_events(found: Changes, _since: str) -> bytes:
    """The first events of a stream: the client may have said its place without an event id."""
    return write_events(found, "")


def write_events(found: Changes, since: str) -> bytes:
    """The server-sent events for *found*."""
    begin = b"event: start_over\ndata: %s\n\n" % dump_json({"epoch": found.epoch, "revision": found.revision})
    changes = b"".join(map(_write_event, found))
    known = found[-1].cursor if found else since
    # An id without an event: a peer that comes again before anything has changed goes on from here.
    end = b"" if found.cursor == known else b"id: %s\n\n" % found.cursor.encode("ascii")
    return (begin if found.start_over else b"") + changes + end


def _write_event(change: Change) -> bytes:
    id_, data = change.cursor.encode("ascii"), dump_json(to_json(change))
    return b"event: change\nid: %s\ndata: %s\n\n" % (id_, data)
