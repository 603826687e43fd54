"""The routes that show the daemon's state: status, problems, held. Never change anything."""

from dataclasses import replace
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from docsync.admin.caller import Caller
from docsync.admin.gate import Trust
from docsync.admin.revision import at_revision
from docsync.admin.wire import dumped, to_json
from docsync.status import Status


class State:
    """The routes of this module, answered by *caller*."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def routes(self) -> list[Route]:
        """What this group answers to."""
        return [
            Route("/v1/status", self.status),
            Route("/v1/problems", self.problems),
            Route("/v1/held", self.held),
        ]

    async def status(self, request: Request) -> Response:
        """The daemon's state now."""
        status = await self._caller.look(self._caller.commands.status)
        if request.scope["docsync.trust"] is not Trust.OWNER:
            status = _without_places(status)
        response = Response(dumped(to_json(status)), media_type="application/json")
        return at_revision(response, status.epoch, status.revision)

    async def problems(self, _request: Request) -> Response:
        """What is wrong with files now."""
        problems = await self._caller.look(self._caller.commands.problems)
        return Response(dumped({"problems": to_json(problems)}), media_type="application/json")

    async def held(self, _request: Request) -> Response:
        """The deletions that are kept back."""
        held = await self._caller.look(self._caller.commands.held)
        return Response(dumped({"held": to_json(held)}), media_type="application/json")


def _without_places(status: Status) -> Status:
    """*status* without where things lie on this machine: that is for its owner."""
    root = Path(status.project)
    return replace(
        status, project=root.name, database=_below(root, status.database), socket=_below(root, status.socket)
    )


def _below(root: Path, text: str) -> str:
    path = Path(text)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
