"""The route for Prometheus.

Loads the client of Prometheus with the first request, and counts nothing itself.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from docsync.admin.command_pool import CommandPool
from docsync.admin.http.openapi_schema import OpenApiObject, answer, operation, schema_of
from docsync.counters import Counters
from docsync.status import Status


class MetricsRoutes:
    """The route of this module, answered by *pool* and *counters*.

    *database* is only looked at from outside.
    """

    def __init__(self, pool: CommandPool, counters: Counters, database: Path) -> None:
        self._pool = pool
        self._counters = counters
        self._database = database

    def routes(self) -> list[Route]:
        """What this group answers to."""
        return [Route("/metrics", self.metrics)]

    async def metrics(self, request: Request) -> Response:
        """GET /metrics: all metrics as Prometheus text, or as OpenMetrics if Accept asks for that."""
        status = await self._pool.look(self._pool.commands.status)
        wanted = request.headers.get("accept", "")
        body, media_type = await self._pool.look(lambda: self._render(status, wanted))
        return Response(body, headers={"content-type": media_type})

    def _render(self, status: Status, wanted: str) -> tuple[bytes, str]:
        from docsync.admin.prometheus import render_metrics

        return render_metrics(status, self._counters, self._database, wanted)


PATHS: OpenApiObject = {
    "/metrics": {
        "get": operation(
            "Metrics for Prometheus.", {"200": answer("The metrics.", schema_of(str), "text/plain")}
        )
    }
}
