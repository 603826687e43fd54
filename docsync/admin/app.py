"""Puts the routes together, one group a module, and answers their errors.

Knows no socket and no rule of access.
"""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from docsync.admin.http.problem_response import EXPECTED, Refusal, refusal_of
from docsync.admin.routes.commands import CommandRoutes
from docsync.admin.routes.dashboard import DashboardRoutes
from docsync.admin.routes.documents import DocumentRoutes
from docsync.admin.routes.health import HealthRoutes
from docsync.admin.routes.metrics import MetricsRoutes
from docsync.admin.routes.openapi import build_openapi_routes
from docsync.admin.routes.render import RenderRoutes
from docsync.admin.routes.status import StatusRoutes
from docsync.admin.services import Services


def routes_of(services: Services, *, may_stop: bool) -> Sequence[Route]:
    """The routes of one listener; *may_stop* adds those that are the owner's alone."""
    return [
        *DashboardRoutes.routes(),
        *HealthRoutes(services.pool).routes(),
        *StatusRoutes(services.pool, services.readers).routes(),
        *DocumentRoutes(services.readers).routes(),
        *services.feed.routes(),
        *RenderRoutes(services.renders).routes(),
        *MetricsRoutes(services.pool, services.counters, services.database).routes(),
        *CommandRoutes(services.pool, services.on_request).routes(may_stop=may_stop),
        *build_openapi_routes(may_stop=may_stop),
    ]


def build_app(routes: Sequence[Route]) -> Starlette:
    """A Starlette application with *routes* and the handlers for the errors they raise."""
    app = Starlette(
        routes=routes,
        exception_handlers={
            HTTPException: _answer_unrouted,
            **dict.fromkeys((Refusal, *EXPECTED), _answer_error),
            Exception: _reraise,
        },
    )
    app.router.redirect_slashes = False  # a redirect would repeat the Host that the peer has sent
    return app


def list_post_paths(routes: Sequence[Route]) -> frozenset[str]:
    """The paths that take POST."""
    return frozenset(route.path for route in routes if "POST" in (route.methods or ()))


async def _answer_error(_request: Request, error: Exception) -> Response:
    return refusal_of(error).response()


async def _reraise(_request: Request, error: Exception) -> Response:
    # Starlette would send the answer before raising; the warning must be logged before the client sees the
    # answer.
    raise error


async def _answer_unrouted(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code != 405:
        return Refusal(
            error.status_code, "There is nothing at this path. GET /v1/status is a good start."
        ).response()
    allowed = ", ".join(sorted((error.headers or {})["Allow"].split(", ")))
    return Refusal(405, f"This path takes {allowed}.").set_headers({"allow": allowed}).response()
