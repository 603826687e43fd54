"""The route that describes all others: what each group says of itself, put together.

Never describes a route itself.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import docsync
from docsync.admin.http.json_body import dump_json
from docsync.admin.http.openapi_schema import OpenApiObject, answer, operation, schema_of
from docsync.admin.routes import changes, commands, documents, health, metrics, render, status

_PATHS: OpenApiObject = {
    "/openapi.json": {
        "get": operation("This description.", {"200": answer("OpenAPI 3.1.", {"type": "object"})})
    }
}
_PROBLEM: OpenApiObject = {
    "type": "object",
    "properties": {
        **{name: schema_of(str) for name in ("type", "title", "detail")},
        **{name: schema_of(int) for name in ("status", "exit_code")},
    },
    "required": ["type", "title", "status", "detail"],
}


def build_openapi_routes(*, may_stop: bool) -> list[Route]:
    """The route of this module; *may_stop* as for the others."""
    groups = (
        documents.PATHS,
        changes.PATHS,
        status.PATHS,
        render.PATHS,
        commands.PATHS,
        commands.OF_OWNER if may_stop else {},
        health.PATHS,
    )
    items = (group.items() for group in (*groups, metrics.PATHS, _PATHS))
    paths = {path: path_item for group in items for path, path_item in group}
    body = dump_json(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "docsync",
                "version": docsync.__version__,
                "description": "Documents, their changes, and the state of the daemon that keeps them equal to files.",
            },
            "paths": paths,
            "components": {
                "schemas": {**status.SCHEMAS, "Problem": _PROBLEM},
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            },
            "security": [{}, {"token": []}],
        }
    )

    async def openapi(_request: Request) -> Response:
        return Response(body, media_type="application/json")

    return [Route("/openapi.json", openapi)]
