"""Whether this process lives, and whether it can serve: for load balancers and Kubernetes."""

import psycopg
import structlog
from psycopg_pool import PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from workers.console.described import JSON, Described, Told
from workers.runtime import Runtime
from workers.store import migrate

log = structlog.get_logger(__name__)


def routes() -> list[Route]:
    """Return the routes of both questions."""
    live = Told("GET", "/health/live", "Whether this process lives.", {200: JSON})
    ready = Told("GET", "/health/ready", "Whether it can serve.", {200: JSON, 503: JSON})
    return [Described(live, _live), Described(ready, _ready)]


async def _live(_: Request) -> Response:
    return JSONResponse({"live": True})


async def _ready(request: Request) -> Response:
    lacks = await run_in_threadpool(lacking, request.app.state.console.runtime)
    return JSONResponse({"ready": lacks is None, "lacks": lacks}, 200 if lacks is None else 503)


def lacking(runtime: Runtime) -> str | None:
    """Return what keeps the console from serving, ``database`` or ``migrations``, or None."""
    try:
        with runtime.pool.connection() as conn:
            return "migrations" if migrate.pending(conn) else None
    except (psycopg.Error, PoolTimeout) as error:
        log.warning("console.not_ready", cause=type(error).__name__)
        return "database"
