"""Says on every answer under /v1 which state of the database it is at least as new as. Never waits for a newer one."""

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
    """*app*, whose answers under /v1 carry epoch and revision."""

    def __init__(self, app: ASGIApp, caller: Caller) -> None:
        self._app = app
        self._caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        # Before the answer is made, so that it is never older than what its headers say.
        known = await self._known()

        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in known.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_dated)

    async def _known(self) -> dict[str, str]:
        try:
            status = await self._caller.look(self._caller.commands.status)
        except DocsyncError:  # the answer itself says what is wrong
            return {}
        return {_EPOCH: status.epoch, _REVISION: str(status.revision)}
