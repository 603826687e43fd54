"""What the routes are answered by: the daemon, its database and its counters. Never answers anything itself."""

from dataclasses import dataclass
from pathlib import Path

from docsync.admin.broadcast import News
from docsync.admin.command_pool import Caller
from docsync.admin.reader_pool import Reading
from docsync.admin.routes.changes import Feed
from docsync.admin.routes.commands import OnAsked
from docsync.commands import Commands
from docsync.counters import Counters


@dataclass(frozen=True, slots=True)
class Backend:
    """The daemon as the endpoint sees it."""

    commands: Commands
    database: Path
    counters: Counters


class Parts:
    """Made once for all listeners, on the event loop; `leave` and `close` end what was begun."""

    def __init__(self, backend: Backend, on_asked: OnAsked) -> None:
        self.database = backend.database
        self.counters = backend.counters
        self.on_asked = on_asked
        self.caller = Caller(backend.commands)
        self.reading = Reading(backend.database, backend.counters)
        self.news = News(self.caller)
        self.feed = Feed(self.reading, self.news)

    async def leave(self) -> None:
        """Answer now whoever waits: calls under way, long polls, streams."""
        self.caller.leave()
        await self.news.leave()

    def close(self) -> None:
        """Give back threads and connections, once nobody asks any more."""
        self.reading.close()
