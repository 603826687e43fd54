"""The routes that show documents: a page of them, one with its references, a search.

Never change anything.
"""

from hashlib import sha256
from typing import get_type_hints

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from docsync.admin.http.json_body import Json, dump_json, escape_json, to_json
from docsync.admin.http.openapi_schema import (
    CURSOR,
    LIMIT,
    VERSION_MEMBERS,
    OpenApiObject,
    answer,
    make_array,
    make_object,
    operation,
    parameter,
    schema_of,
)
from docsync.admin.http.problem_response import Refusal
from docsync.admin.http.query import read_choice, read_limit, read_query, read_text
from docsync.admin.http.version_headers import DatabaseVersion, make_page_response, set_version_headers
from docsync.admin.question_pool import QuestionPool
from docsync.errors import ExitCode, NoSuchDocument
from docsync.reader import Reader, ReferenceRow, Row
from docsync.reader.query.search import Found, SearchQuery
from docsync.reader.query.where_syntax import parse_all
from docsync.reader.row import StoredRow

_DEFAULT_PAGE = 100
_DEFAULT_HITS = 20
# Columns that are part of the page and not of a row; the ETag does not cover them.
_ANSWER_COLUMNS = frozenset({"source", "epoch", "as_of"})
_HIT_COLUMNS = ("id", "type", "name", "description", "tags", "updated_at", "state")


class DocumentRoutes:
    """The routes of this module, answered by *readers*."""

    def __init__(self, readers: QuestionPool) -> None:
        self._readers = readers

    def routes(self) -> list[Route]:
        """What this group answers to."""
        return [
            Route("/v1/documents", self.list_documents),
            Route("/v1/documents/{type}/{path:path}", self.get_document),
            Route("/v1/search", self.search),
        ]

    async def list_documents(self, request: Request) -> Response:
        """GET /v1/documents: a page of documents that match the query."""
        query = read_query(request, "type", "tag", "order", "limit", "cursor", "fields", repeated=("where",))
        wanted = read_choice(query, "fields", "all", "summary")
        where = parse_all(query.get("where", ()))
        asked = {name: read_text(query, name) for name in ("type", "tag", "cursor")}
        order, limit = read_text(query, "order") or "id", read_limit(query, _DEFAULT_PAGE)

        def page(reader: Reader) -> Response:
            whole = wanted == "all"
            found = reader.find_stored(whole=whole, **asked, where=where, order=order, limit=limit)
            more: dict[str, Json] = {}
            if not found and asked["cursor"] is None:
                more["remarks"] = to_json(reader.remarks(type=asked["type"], tag=asked["tag"], where=where))
            return make_page_response(
                DatabaseVersion.of(found), "documents", map(_dump_row, found), found.cursor, **more
            )

        return await self._readers.ask(page)

    async def get_document(self, request: Request) -> Response:
        """GET /v1/documents/{id}: the document with its references.

        304 if If-None-Match names its ETag; 404, with close ids, if there is none.
        """
        read_query(request)
        id_ = f"{request.path_params['type']}/{request.path_params['path']}"
        version, body, close = await self._readers.ask(lambda reader: _read_document(reader, id_))
        if body is None:
            return set_version_headers(_make_not_found(id_, close).response(), version)
        etag = f'"{sha256(body).hexdigest()[:32]}"'
        wanted = request.headers.get("if-none-match", "").split(",")
        is_known = not {one.strip().removeprefix("W/") for one in wanted}.isdisjoint({etag, "*"})
        response = Response(status_code=304) if is_known else Response(body, media_type="application/json")
        response.headers["etag"] = etag
        return set_version_headers(response, version)

    async def search(self, request: Request) -> Response:
        """The documents that have the words `q`, best first."""
        query = read_query(request, "q", "type", "limit", "cursor")
        words, type_, cursor = read_text(query, "q"), read_text(query, "type"), read_text(query, "cursor")
        if words is None:
            raise Refusal(
                400, "Say what to look for, such as /v1/search?q=invoice", "usage", exit_code=ExitCode.USAGE
            )
        limit = read_limit(query, _DEFAULT_HITS)

        def page(reader: Reader) -> Response:
            hits = reader.search_stored(SearchQuery(words, type_, limit, cursor))
            more: dict[str, Json] = {}
            if not hits and cursor is None:
                more["remarks"] = to_json(reader.search_remarks(words))
            return make_page_response(
                DatabaseVersion.of(hits), "hits", map(_dump_hit, hits), hits.cursor, **more
            )

        return await self._readers.ask(page)


def _read_document(reader: Reader, id_: str) -> tuple[DatabaseVersion, bytes | None, list[str]]:
    """(version, JSON body, []) of the document *id_*; without one (version, None, close ids)."""
    row, version = reader.get_stored(id_), DatabaseVersion.read(reader)
    if row is None:
        return version, None, reader.similar_ids(id_)
    return version, _dump_row(row, references=to_json(reader.references(id_))), []


def _make_not_found(id_: str, close: list[str]) -> Refusal:
    guess = f"Did you mean {', '.join(close)}?" if close else "GET /v1/documents?fields=summary lists them."
    detail = f"There is no document {id_}. {guess}"
    return Refusal(404, detail, "no-such-document", exit_code=NoSuchDocument.exit_code)


def _dump_row(row: StoredRow, **more: Json) -> bytes:
    """The row as JSON. What the document holds is not parsed for it: that takes many times its size."""
    members = dump_json({**row.columns(), **more})
    if row.document is None:
        return members
    return b'%s, "document": %s}' % (members[:-1], escape_json(row.document))


def _dump_hit(hit: Found) -> bytes:
    columns = hit.row.columns()
    named: dict[str, Json] = {name: columns[name] for name in _HIT_COLUMNS}
    return dump_json({**named, "snippet": hit.snippet, "marks": to_json(hit.marks), "score": hit.score})


_TYPE = parameter("type", "Documents of this type only, such as persona.")
_ROW: OpenApiObject = {
    name: schema_of(kind) for name, kind in get_type_hints(Row).items() if name not in _ANSWER_COLUMNS
}
_SUMMARY_ROW: OpenApiObject = {
    name: kind for name, kind in _ROW.items() if name not in ("document", "assets")
}
# Where nothing was found: why, and what may be meant.
_REMARKS: OpenApiObject = {"remarks": make_array(schema_of(str))}
_HIT: OpenApiObject = {name: _ROW[name] for name in _HIT_COLUMNS} | {
    "snippet": schema_of(str),
    "marks": make_array(schema_of(tuple[int, int])),
    "score": schema_of(float),
}

PATHS: OpenApiObject = {
    "/v1/documents": {
        "get": operation(
            "Documents for which all that is asked holds, in order, a page at a time.",
            {
                "200": answer(
                    "A page.",
                    make_object(
                        {
                            "documents": make_array(make_object(_SUMMARY_ROW)),
                            "cursor": schema_of(str | None),
                            **VERSION_MEMBERS,
                        },
                        _REMARKS,
                    ),
                )
            },
            _TYPE,
            parameter("tag", "Documents with this tag only."),
            parameter(
                "where",
                "A condition, such as demographics.ageGroup=60+, age<=30 or @name=Ana (a column).",
                make_array(schema_of(str)),
            ),
            parameter(
                "order",
                "@name, demographics.age: a column or a field, with - in front for descending; else id.",
            ),
            parameter("fields", "summary leaves the document itself out.", {"enum": ["all", "summary"]}),
            LIMIT,
            CURSOR,
        )
    },
    "/v1/documents/{type}/{path}": {
        "get": operation(
            "One document by its id, with what it refers to. The path may have slashes.",
            {
                "200": answer(
                    "The document.", make_object({**_ROW, "references": make_array(schema_of(ReferenceRow))})
                ),
                "304": {"description": "It is what If-None-Match names."},
            },
            parameter("type", "The first part of the id.", place="path"),
            parameter("path", "The rest of the id.", place="path"),
            parameter("If-None-Match", "The ETag of an earlier answer.", place="header"),
        )
    },
    "/v1/search": {
        "get": operation(
            "Documents that have these words, best first.",
            {
                "200": answer(
                    "A page.",
                    make_object(
                        {
                            "hits": make_array(make_object(_HIT)),
                            "cursor": schema_of(str | None),
                            **VERSION_MEMBERS,
                        },
                        _REMARKS,
                    ),
                )
            },
            {**parameter("q", "What to look for."), "required": True},
            _TYPE,
            LIMIT,
            CURSOR,
        )
    },
}
