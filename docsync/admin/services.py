"""The services behind the routes: command pool, reader pool, broadcast and counters."""

from dataclasses import dataclass
from pathlib import Path

from docsync.admin.broadcast import Broadcast
from docsync.admin.command_pool import CommandPool
from docsync.admin.question_pool import QuestionPool
from docsync.admin.render_pool import RenderPool
from docsync.admin.routes.changes import FeedRoutes
from docsync.admin.routes.commands import OnRequest
from docsync.commands import Commands
from docsync.counters import Counters


@dataclass(frozen=True, slots=True)
class Backend:
    """The daemon as the endpoint sees it."""

    commands: Commands
    database: Path
    counters: Counters


class Services:
    """Made once for all listeners, on the event loop; `leave` and `close` end what was begun."""

    def __init__(self, backend: Backend, on_request: OnRequest) -> None:
        self.database = backend.database
        self.counters = backend.counters
        self.on_request = on_request
        self.pool = CommandPool(backend.commands)
        self.readers = QuestionPool(backend.database, backend.counters)
        self.renders = RenderPool(backend.database, backend.counters)
        self.broadcast = Broadcast(self.pool)
        self.feed = FeedRoutes(self.readers, self.broadcast)

    async def leave(self) -> None:
        """End all waiting calls, long polls, streams and renderings."""
        self.pool.leave()
        self.renders.leave()
        await self.broadcast.leave()

    def close(self) -> None:
        """Close the readers, with their threads and connections, after the last request."""
        self.renders.close()
        self.readers.close()
