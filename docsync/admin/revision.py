"""Says on every answer under /v1 which state of the database it is at least as new as. Never waits for a newer one."""

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from docsync.admin.caller import Caller
from docsync.errors import DocsyncError

_EPOCH = "docsync-epoch"
_REVISION = "docsync-revision"


def at_revision(response: Response, epoch: str, revision: int) -> Response:
    """*response* marked with the very state that it tells of."""
    response.headers[_EPOCH] = epoch
    response.headers[_REVISION] = str(revision)
    return response


class Dated:
    """*app*, whose answers under /v1 carry epoch and revision; the gate puts them on, whoever makes the answer."""

    def __init__(self, app: ASGIApp, caller: Caller) -> None:
        self._app = app
        self._caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"].startswith("/v1/"):
            # Before the answer is made, so that it is never older than what its headers say.
            scope["docsync.state"] = await self._known()
        await self._app(scope, receive, send)

    async def _known(self) -> dict[str, str]:
        try:
            status = await self._caller.look(self._caller.commands.status)
        except DocsyncError:  # the answer itself says what is wrong
            return {}
        return {_EPOCH: status.epoch, _REVISION: str(status.revision)}
