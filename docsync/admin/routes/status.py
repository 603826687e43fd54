"""The routes that show the daemon's state: status, problems, held. Never change anything."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, TypeVar, get_type_hints

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from docsync.admin.command_pool import CommandPool
from docsync.admin.http.access import Trust, principal_of
from docsync.admin.http.json_body import dump_json, to_json
from docsync.admin.http.openapi_schema import (
    CURSOR,
    LIMIT,
    VERSION_MEMBERS,
    OpenApiObject,
    answer,
    make_array,
    make_object,
    make_ref,
    operation,
    schema_of,
)
from docsync.admin.http.query import read_limit, read_query, read_text
from docsync.admin.http.version_headers import DatabaseVersion, make_page_response, set_version_headers
from docsync.admin.question_pool import QuestionPool
from docsync.model import Problem
from docsync.reader import Answer, Reader
from docsync.reader.query.limit import MAX_PAGE
from docsync.status import HeldDeletion, Reason, Status

T = TypeVar("T")


class _PageArguments(TypedDict):
    limit: int
    cursor: str | None


class StatusRoutes:
    """The routes of this module, answered by *pool* and *readers*."""

    def __init__(self, pool: CommandPool, readers: QuestionPool) -> None:
        self._pool = pool
        self._readers = readers

    def routes(self) -> list[Route]:
        """What this group answers to."""
        return [
            Route("/v1/status", self.status),
            Route("/v1/problems", self.list_problems),
            Route("/v1/held", self.list_held),
        ]

    async def status(self, request: Request) -> Response:
        """The daemon's state now."""
        read_query(request)
        status = await self._pool.look(self._pool.commands.status)
        trust = principal_of(request.scope).trust
        if trust is not Trust.OWNER:
            status = _hide_paths(status) if trust is Trust.LOCAL else withhold_names(status)
        response = Response(dump_json(to_json(status)), media_type="application/json")
        if not status.epoch:
            return response
        return set_version_headers(response, DatabaseVersion(status.epoch, status.revision))

    async def list_problems(self, request: Request) -> Response:
        """What is wrong with files now, errors first."""
        return await self._list_page(request, "problems", lambda reader, asked: reader.problems(**asked))

    async def list_held(self, request: Request) -> Response:
        """The deletions that are kept back."""
        return await self._list_page(request, "held", lambda reader, asked: reader.held(**asked))

    async def _list_page(
        self, request: Request, name: str, question: Callable[[Reader, _PageArguments], Answer[T]]
    ) -> Response:
        query = read_query(request, "limit", "cursor")
        asked: _PageArguments = {"limit": read_limit(query, MAX_PAGE), "cursor": read_text(query, "cursor")}

        def page(reader: Reader) -> Response:
            found = question(reader, asked)
            return make_page_response(
                DatabaseVersion.of(found), name, (dump_json(to_json(one)) for one in found), found.cursor
            )

        return await self._readers.ask(page)


def _hide_paths(status: Status) -> Status:
    """*status* without where things lie on this machine: that is for its owner."""
    root = Path(status.project)
    database, socket = _strip_root(root, status.database), _strip_root(root, status.socket)
    return replace(status, project=root.name, database=database, socket=socket)


def withhold_names(status: Status) -> Status:
    """*status* without any path, and without messages, which may hold one: codes and counts."""
    reasons = tuple(replace(one, message="", path=None) for one in status.reasons)
    collections = tuple(replace(one, path="") for one in status.collections)
    return replace(status, project="", database="", socket="", reasons=reasons, collections=collections)


def _strip_root(root: Path, text: str) -> str:
    path = Path(text)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


_PROBLEM = make_object(
    {**{name: schema_of(kind) for name, kind in get_type_hints(Problem).items()}, "since": schema_of(str)}
)
_REASON = {**{name: schema_of(kind) for name, kind in get_type_hints(Reason).items()}}
_STATUS = {name: schema_of(kind) for name, kind in get_type_hints(Status).items() if name != "reasons"}

SCHEMAS: OpenApiObject = {
    "Reason": make_object({**_REASON, "ends_readiness": schema_of(bool), "advice": schema_of(str)}),
    "Status": make_object({**_STATUS, "reasons": make_array(make_ref("Reason"))}),
    "FileProblem": _PROBLEM,
    "HeldDeletion": schema_of(HeldDeletion),
}


def _page(summary: str, name: str, schema: str) -> OpenApiObject:
    listed = make_object(
        {name: make_array(make_ref(schema)), "cursor": schema_of(str | None), **VERSION_MEMBERS}
    )
    return {"get": operation(summary, {"200": answer("A page.", listed)}, LIMIT, CURSOR)}


PATHS: OpenApiObject = {
    "/v1/status": {
        "get": operation("The daemon's state now.", {"200": answer("The state.", make_ref("Status"))})
    },
    "/v1/problems": _page("What is wrong with files now, errors first.", "problems", "FileProblem"),
    "/v1/held": _page(
        "The deletions that are kept back until somebody releases them.", "held", "HeldDeletion"
    ),
}
