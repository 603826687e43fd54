"""The routes that ask the daemon for work: reload, wait, release, stop. Never do any of it themselves."""

from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from docsync.admin.body import paths, read_members, seconds, text_or_none
from docsync.admin.caller import Caller
from docsync.admin.revision import at_revision
from docsync.admin.wire import dumped, to_json
from docsync.names import EVERYTHING
from docsync.status import Done

_RELOAD_SECONDS = 30.0
_WAIT_SECONDS = 10.0


class Work:
    """The routes of this module, answered by *caller*."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._commands = caller.commands

    def routes(self, *, may_stop: bool) -> list[Route]:
        """What this group answers to; with *may_stop* also the end of the daemon."""
        routes = [
            Route("/v1/reload", self.reload, methods=["POST"]),
            Route("/v1/wait", self.wait, methods=["POST"]),
            Route("/v1/held/release", self.release, methods=["POST"]),
        ]
        return [*routes, Route("/v1/stop", self.stop, methods=["POST"])] if may_stop else routes

    async def reload(self, request: Request) -> Response:
        """Look at the paths in `scopes`, or at everything, at once."""
        members = await read_members(request, ("scopes", "timeout"))
        scopes, timeout = paths(members, "scopes") or (EVERYTHING,), seconds(members, _RELOAD_SECONDS)
        return await self._done(partial(self._commands.reload, scopes, timeout), timeout)

    async def wait(self, request: Request) -> Response:
        """Answer when all that was saved before is in the database; with `paths` only they count."""
        members = await read_members(request, ("paths", "timeout"))
        asked, timeout = paths(members, "paths"), seconds(members, _WAIT_SECONDS)
        return await self._done(partial(self._commands.wait, asked, timeout), timeout)

    async def release(self, request: Request) -> Response:
        """Delete what is held, of the collection `type` or of all."""
        members = await read_members(request, ("type", "timeout"))
        type_, timeout = text_or_none(members, "type"), seconds(members, _RELOAD_SECONDS)
        return await self._done(partial(self._commands.release, type_, timeout), timeout)

    async def stop(self, request: Request) -> Response:
        """Ask the daemon to stop."""
        await read_members(request, ())
        await self._caller.look(self._commands.stop)
        return Response(dumped({"stopping": True}), 202, media_type="application/json")

    async def _done(self, call: Callable[[], Done], timeout: float) -> Response:
        done = await self._caller.wait(call, timeout)
        response = Response(dumped(to_json(done)), media_type="application/json")
        return at_revision(response, done.epoch, done.revision)
