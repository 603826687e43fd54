"""The routes that ask the daemon for work: reload, rebuild, wait, release, stop. Never do any of it themselves.

The name of the sender is passed to `on_request`, for the log.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from docsync.admin.command_pool import CommandPool
from docsync.admin.http.access import Trust, principal_of
from docsync.admin.http.body import MAX_SECONDS, read_members, read_paths, read_text_or_none, read_timeout
from docsync.admin.http.json_body import dump_json, to_json
from docsync.admin.http.openapi_schema import (
    POST,
    OpenApiObject,
    answer,
    make_array,
    make_object,
    operation,
    schema_of,
)
from docsync.admin.http.problem_response import Refusal
from docsync.admin.http.version_headers import DatabaseVersion, set_version_headers
from docsync.errors import ExitCode
from docsync.names import EVERYTHING
from docsync.status import CommandResult

OnRequest = Callable[[str, str, str], None]
"""Called with who asks, for what, and of what."""

_RELOAD_SECONDS = 30.0
_WAIT_SECONDS = 10.0
_MAX_SCOPES_LOGGED = 10
_MAX_CHARACTERS_LOGGED = 1_000


class CommandRoutes:
    """The routes of this module, answered by *pool*."""

    def __init__(self, pool: CommandPool, on_request: OnRequest) -> None:
        self._pool = pool
        self._on_request = on_request
        self._commands = pool.commands

    def routes(self, *, may_stop: bool) -> list[Route]:
        """What this group answers to; with *may_stop* also what is the owner's alone."""
        routes = [
            Route("/v1/reload", self.reload, methods=["POST"]),
            Route("/v1/wait", self.wait, methods=["POST"]),
            Route("/v1/held/release", self.release, methods=["POST"]),
        ]
        of_owner = [
            Route("/v1/rebuild", self.rebuild, methods=["POST"]),
            Route("/v1/stop", self.stop, methods=["POST"]),
        ]
        return [*routes, *of_owner] if may_stop else routes

    async def reload(self, request: Request) -> Response:
        """Look at the paths in `scopes`, at the folder of a `collection`, or at everything, at once."""
        members = await read_members(request, ("scopes", "collection", "timeout"))
        scopes, timeout = read_paths(members, "scopes"), read_timeout(members, _RELOAD_SECONDS)
        if (collection := read_text_or_none(members, "collection")) is not None:
            scopes = (*scopes, await self._folder(collection))
        self._report_request(request, "reload", _describe_scopes(scopes))
        scopes = scopes or (EVERYTHING,)
        return await self._run_command(request, partial(self._commands.reload, scopes, timeout), timeout)

    async def rebuild(self, request: Request) -> Response:
        """Build the database afresh from the files, under a new epoch."""
        members = await read_members(request, ("timeout",))
        timeout = read_timeout(members, _RELOAD_SECONDS)
        self._report_request(request, "rebuild", "everything")
        return await self._run_command(request, partial(self._commands.rebuild, timeout), timeout)

    async def wait(self, request: Request) -> Response:
        """Answer when all that was saved before is in the database; with `paths` only they count."""
        members = await read_members(request, ("paths", "timeout"))
        asked, timeout = read_paths(members, "paths"), read_timeout(members, _WAIT_SECONDS)
        return await self._run_command(request, partial(self._commands.wait, asked, timeout), timeout)

    async def release(self, request: Request) -> Response:
        """Delete what is held, of the collection `type` or of all."""
        members = await read_members(request, ("type", "timeout"))
        type_, timeout = read_text_or_none(members, "type"), read_timeout(members, _RELOAD_SECONDS)
        if type_ is not None:
            await self._folder(type_)
        self._report_request(request, "release", type_ or "everything")
        return await self._run_command(request, partial(self._commands.release, type_, timeout), timeout)

    async def stop(self, request: Request) -> Response:
        """Ask the daemon to stop."""
        await read_members(request, ())
        self._report_request(request, "stop", "docsync")
        await self._pool.look(self._commands.stop)
        return Response(dump_json({"stopping": True}), 202, media_type="application/json")

    def _report_request(self, request: Request, command: str, target: str) -> None:
        self._on_request(principal_of(request.scope).name, command, target)

    async def _folder(self, type_: str) -> str:
        collections = (await self._pool.look(self._commands.status)).collections
        folders = {one.type: one.path for one in collections}
        if type_ not in folders:
            raise Refusal(
                400,
                f"No collection is called {type_!a}; there are {', '.join(folders)}",
                "usage",
                exit_code=ExitCode.USAGE,
            )
        return EVERYTHING if folders[type_] == "." else folders[type_]

    async def _run_command(
        self, request: Request, call: Callable[[], CommandResult], timeout: float
    ) -> Response:
        done = await self._pool.wait(call, timeout)
        is_stranger = principal_of(request.scope).trust is Trust.STRANGER
        told = CommandCounts.of(done) if is_stranger else done
        response = Response(dump_json(to_json(told)), media_type="application/json")
        return set_version_headers(response, DatabaseVersion(done.epoch, done.revision))


def _describe_scopes(scopes: Sequence[str]) -> str:
    """*scopes* for a line of the log, which must not become as long as a body."""
    more = f" and {len(scopes) - _MAX_SCOPES_LOGGED} more" if len(scopes) > _MAX_SCOPES_LOGGED else ""
    return (", ".join(scopes[:_MAX_SCOPES_LOGGED]) + more)[:_MAX_CHARACTERS_LOGGED] or "everything"


@dataclass(frozen=True, slots=True)
class CommandCounts:
    """A CommandResult for those who may not learn any name: how many paths there are of each kind.

    `exit_code` is what a command would end with.
    """

    epoch: str
    revision: int
    seconds: float
    upserted: int
    deleted: int
    broken: int
    held: int
    lost: int
    exit_code: int

    @staticmethod
    def of(done: CommandResult) -> "CommandCounts":
        """The counts of *done*."""
        of = done.counts
        code = ExitCode.FOUND if of.broken or of.held or of.lost else ExitCode.DONE
        counts = (of.upserted, of.deleted, of.broken, of.held, of.lost)
        return CommandCounts(done.epoch, done.revision, done.seconds, *counts, int(code))


_SECONDS: OpenApiObject = {
    "type": "number",
    "minimum": 0,
    "maximum": MAX_SECONDS,
    "description": "How long to wait for it.",
}
_PATHS = make_array(schema_of(str))
_DONE: OpenApiObject = {"200": answer("What was found once it was over.", schema_of(CommandResult))}
_COUNTED: OpenApiObject = {
    "200": answer(
        "What was found once it was over; without a token, where content needs one, only how much.",
        {"anyOf": [schema_of(CommandResult), schema_of(CommandCounts)]},
    )
}
_STOPPING: OpenApiObject = {"202": answer("It stops.", make_object({"stopping": schema_of(bool)}))}


def _post(summary: str, answers: OpenApiObject, **members: OpenApiObject) -> OpenApiObject:
    body: OpenApiObject = {"type": "object", "properties": members, "additionalProperties": False}
    return {"post": operation(summary, answers, POST, body=body)}


PATHS: OpenApiObject = {
    "/v1/reload": _post(
        "Look at paths, at a collection, or at everything, at once.",
        _COUNTED,
        scopes=_PATHS,
        collection=schema_of(str | None),
        timeout=_SECONDS,
    ),
    "/v1/wait": _post(
        "Return when all that was saved before is in the database.", _COUNTED, paths=_PATHS, timeout=_SECONDS
    ),
    "/v1/held/release": _post(
        "Delete what is held, of one type or of all.", _DONE, type=schema_of(str | None), timeout=_SECONDS
    ),
}
OF_OWNER: OpenApiObject = {
    "/v1/rebuild": _post(
        "Build the database afresh from the files, under a new epoch. On the Unix socket only.",
        _DONE,
        timeout=_SECONDS,
    ),
    "/v1/stop": _post("Stop the daemon. On the Unix socket only.", _STOPPING),
}
