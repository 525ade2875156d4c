"""The console as an ASGI application.

Every answer is one of ours: no page, header or sentence of a framework reaches a browser, and an
unexpected error is told without its details. They are in the log.
"""

from importlib import resources

import psycopg
import structlog
from psycopg_pool import PoolTimeout
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from workers.console import connecting, connections, health, proving, signing_in, webhooks
from workers.console.desk import Console
from workers.console.headers import SecurityHeaders, security_headers
from workers.console.pages import Pages
from workers.console.refusals import Refused, not_found
from workers.runtime import Runtime

log = structlog.get_logger(__name__)

AWAY = Refused(
    503,
    "The database does not answer",
    "Nothing was changed. What Mintsoft sends meanwhile waits in RabbitMQ.",
    "Try again in a minute. If it lasts, tell whoever runs this service.",
)
FAILED = Refused(
    500,
    "Something went wrong here",
    "This is a fault of this service. Nothing that was saved before is lost.",
    "Try again. If it happens again, tell whoever runs this service when it was.",
)
NO_SUCH_METHOD = Refused(405, "This address is not used that way", "Nothing was changed.")


def create_app(runtime: Runtime) -> ASGIApp:
    """Return the console over *runtime*; its database may be away, then pages say so."""
    settings = runtime.settings
    headers = security_headers(settings.public_url, settings.xero_login_url)
    app = Starlette(
        routes=_routes(),
        exception_handlers={
            Refused: _refused,
            HTTPException: _http,
            psycopg.OperationalError: _away,
            PoolTimeout: _away,
            Exception: _failed,
        },
    )
    app.state.console = Console(runtime, Pages())
    return SecurityHeaders(app, headers)


def _routes() -> list[BaseRoute]:
    static = resources.files("workers.console") / "static"
    return [
        *health.routes(),
        *signing_in.routes(),
        *proving.routes(),
        *connections.routes(),
        *connecting.routes(),
        *webhooks.routes(),
        Mount("/static", StaticFiles(directory=str(static))),
    ]


async def _tell(request: Request, refused: Refused) -> Response:
    console: Console = request.app.state.console
    visit = getattr(request.state, "visit", None)
    return await run_in_threadpool(console.refusal, visit, refused)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return await _tell(request, error)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return await _tell(request, NO_SUCH_METHOD if error.status_code == 405 else not_found())


async def _away(request: Request, error: Exception) -> Response:
    log.warning("console.database_away", cause=type(error).__name__)
    return await _tell(request, AWAY)


async def _failed(request: Request, error: Exception) -> Response:
    log.error("console.failed", path=request.url.path, exc_info=error)
    return await _tell(request, FAILED)
