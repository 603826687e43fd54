"""The routes that ask how the daemon is: /livez, /readyz, /health, /health/db. Never judge: the status has done so."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from docsync.admin.caller import Caller
from docsync.admin.gate import Trust
from docsync.admin.wire import dumped, to_json
from docsync.status import Reason, Status

# What must hold for readiness, by the reason that says it does not.
_CHECKS = {"database": "database", "starting": "first_scan", "sync_stalled": "sync", "watcher_dead": "watcher"}


class Health:
    """The routes of this module, answered by *caller*."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def routes(self) -> list[Route]:
        """What this group answers to."""
        return [
            Route("/livez", self.livez),
            Route("/readyz", self.readyz),
            Route("/health", self.health),
            Route("/health/db", self.database),
        ]

    async def livez(self, _request: Request) -> Response:
        """Alive: this answer needs nothing but the event loop."""
        return PlainTextResponse("ok")

    async def readyz(self, request: Request) -> Response:
        """200 when services may rely on the database, else 503; `?verbose` lists why."""
        status = await self._caller.look(self._caller.commands.status)
        verbose = "verbose" in request.query_params
        told = request.scope["docsync.trust"] is not Trust.STRANGER
        text = "\n".join(_lines(status, with_messages=told)) if verbose else _summary(status)
        return PlainTextResponse(text, _code(ready=status.ready))

    async def health(self, _request: Request) -> Response:
        """How the daemon is, for programs."""
        status = await self._caller.look(self._caller.commands.status)
        word = "failing" if not status.ready else "degraded" if status.reasons else "ok"
        return _health(word, status.reasons)

    async def database(self, _request: Request) -> Response:
        """Whether the database can be read."""
        status = await self._caller.look(self._caller.commands.status)
        reasons = [reason for reason in status.reasons if reason.code == "database"]
        return _health("failing" if reasons else "ok", reasons)


def _code(*, ready: bool) -> int:
    return 200 if ready else 503


def _health(word: str, reasons: Sequence[Reason]) -> Response:
    body = dumped({"status": word, "reasons": to_json(reasons)})
    return Response(body, _code(ready=word != "failing"), media_type="application/json")


def _summary(status: Status) -> str:
    if status.ready:
        return "ok"
    return "not ready: " + ", ".join(reason.code for reason in status.reasons if reason.ends_readiness)


def _lines(status: Status, *, with_messages: bool) -> list[str]:
    """One line a check, as Kubernetes prints them."""
    present = {reason.code for reason in status.reasons}
    good = [f"[+]{check} ok" for code, check in _CHECKS.items() if code not in present]
    bad = [_line(reason, with_message=with_messages) for reason in status.reasons]
    return [*good, *bad, f"readyz check {'passed' if status.ready else 'failed'}"]


def _line(reason: Reason, *, with_message: bool) -> str:
    mark = "[-]" if reason.ends_readiness else "[~]"
    # A message may hold a folder's name: a line must stay one line, and no control character may reach a terminal.
    message = reason.message.encode("unicode_escape").decode("ascii")
    return f"{mark}{reason.code}: {message}" if with_message else f"{mark}{reason.code}"
