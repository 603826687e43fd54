"""The routes that ask how the daemon is: /livez, /readyz, /health, /health/db.

Never judge: the status has done so.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from docsync.admin.command_pool import CommandPool
from docsync.admin.http.access import Trust, principal_of
from docsync.admin.http.json_body import dump_json, to_json
from docsync.admin.http.openapi_schema import (
    OpenApiObject,
    answer,
    make_array,
    make_object,
    make_ref,
    operation,
    parameter,
    schema_of,
)
from docsync.admin.routes.status import withhold_names
from docsync.status import Reason, Status

# Readiness checks: reason code that fails the check -> name of the check. The watcher has one check a
# collection.
_CHECKS = {"database": "database", "starting": "first_scan", "sync_stalled": "sync"}
_WATCHER = "watcher_dead"


class HealthRoutes:
    """The routes of this module, answered by *pool*."""

    def __init__(self, pool: CommandPool) -> None:
        self._pool = pool

    def routes(self) -> list[Route]:
        """What this group answers to."""
        return [
            Route("/livez", self.livez),
            Route("/readyz", self.readyz),
            Route("/health", self.health),
            Route("/health/db", self.database),
        ]

    async def livez(self, _request: Request) -> Response:
        """GET /livez: 200 while the sync thread runs its loop, else 503. Does not read the database."""
        if self._pool.commands.ticks():
            return PlainTextResponse("ok")
        return PlainTextResponse("the sync thread does not come round; restart docsync", 503)

    async def readyz(self, request: Request) -> Response:
        """GET /readyz: 200 when services may rely on the database, else 503.

        `?verbose` lists why, `exclude` leaves checks out.
        """
        status = await self._pool.look(self._pool.commands.status)
        with_messages = principal_of(request.scope).trust in (Trust.OWNER, Trust.LOCAL)
        checks = list(_checks(status))
        excluded = set(request.query_params.getlist("exclude"))
        failed = [check for check in checks if check.reason and check.name not in excluded]
        if "verbose" in request.query_params:
            text = "\n".join(_lines(checks, status, excluded, with_messages=with_messages))
        else:
            text = f"not ready: {', '.join(check.name for check in failed)}" if failed else "ok"
        return PlainTextResponse(text, _code(ready=not failed))

    async def health(self, request: Request) -> Response:
        """How the daemon is, for programs."""
        status = await self._look(request)
        word = "failing" if not status.ready else "degraded" if status.reasons else "ok"
        return _health(word, status.reasons)

    async def _look(self, request: Request) -> Status:
        status = await self._pool.look(self._pool.commands.status)
        return withhold_names(status) if principal_of(request.scope).trust is Trust.STRANGER else status

    async def database(self, request: Request) -> Response:
        """Whether the database can be read."""
        status = await self._look(request)
        reasons = [reason for reason in status.reasons if reason.code == "database"]
        return _health("failing" if reasons else "ok", reasons)


@dataclass(frozen=True, slots=True)
class _Check:
    """Something that must hold for readiness; *reason* is why it does not."""

    name: str
    reason: Reason | None


def _checks(status: Status) -> Iterator[_Check]:
    present = {reason.code: reason for reason in status.reasons}
    yield from (_Check(name, present.get(code)) for code, name in _CHECKS.items())
    yield from (_Check(f"watcher:{one.type}", present.get(_WATCHER)) for one in status.collections)


def _code(*, ready: bool) -> int:
    return 200 if ready else 503


def _health(word: str, reasons: Sequence[Reason]) -> Response:
    body = dump_json({"status": word, "reasons": to_json(reasons)})
    return Response(body, _code(ready=word != "failing"), media_type="application/json")


def _lines(
    checks: Sequence[_Check], status: Status, excluded: Collection[str], *, with_messages: bool
) -> Iterator[str]:
    """One line a check, as Kubernetes prints them, and one for each reason that does not end readiness."""
    for check in checks:
        if check.name in excluded:
            yield f"[+]{check.name} excluded: ok"
        elif check.reason is None:
            yield f"[+]{check.name} ok"
        else:
            yield _line("[-]", check.name, check.reason, with_message=with_messages)
    for reason in status.reasons:
        if not reason.ends_readiness:
            yield _line("[~]", reason.code, reason, with_message=with_messages)
    for name in sorted(set(excluded) - {check.name for check in checks}):
        yield f"warn: some health checks cannot be excluded: no matches for {name!a}"
    good = all(check.reason is None or check.name in excluded for check in checks)
    yield f"readyz check {'passed' if good else 'failed'}"


def _line(mark: str, name: str, reason: Reason, *, with_message: bool) -> str:
    # A message may hold a folder's name: a line must stay one line, and no control character may reach a
    # terminal.
    message = reason.message.encode("unicode_escape").decode("ascii")
    return f"{mark}{name}: {message}" if with_message else f"{mark}{name}"


_TEXT = answer("Yes.", schema_of(str), "text/plain")
_NOT_READY = {**_TEXT, "description": "No, and why."}
_HEALTH = make_object(
    {"status": {"enum": ["ok", "degraded", "failing"]}, "reasons": make_array(make_ref("Reason"))}
)
_HEALTHY: OpenApiObject = {"200": answer("It works.", _HEALTH), "503": answer("It does not.", _HEALTH)}

PATHS: OpenApiObject = {
    "/livez": {"get": operation("Whether the daemon is alive.", {"200": _TEXT, "503": _NOT_READY})},
    "/readyz": {
        "get": operation(
            "Whether services may rely on the database.",
            {"200": _TEXT, "503": _NOT_READY},
            parameter("verbose", "A line for each check and each reason."),
            parameter(
                "exclude", "A check to leave out, such as watcher:persona.", make_array(schema_of(str))
            ),
        )
    },
    "/health": {"get": operation("How the daemon is, in a word and with reasons.", _HEALTHY)},
    "/health/db": {"get": operation("Whether the database can be read.", _HEALTHY)},
}
