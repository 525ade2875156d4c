"""The console as an ASGI application.

Every answer is one of ours: no page, header or sentence of a framework reaches a browser, and an
unexpected error is told without its details. They are in the log.
"""

from importlib import resources

import psycopg
import structlog
import yaml
from psycopg_pool import PoolTimeout
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from workers.console import (
    acting,
    audit,
    backfills,
    connecting,
    connections,
    documents,
    drafts,
    events,
    health,
    home,
    imports,
    mapping_files,
    mappings,
    mintsoft_hooks,
    notices,
    parked,
    previews,
    proving,
    reasons,
    reconciliation,
    schedules,
    signing_in,
    story,
    webhooks,
)
from workers.console.described import DescribedMount, Told, document
from workers.console.desk import Console
from workers.console.headers import SecurityHeaders, security_headers
from workers.console.pages import Pages
from workers.console.passwords import Passwords
from workers.console.refusals import Refused, not_found
from workers.console.visits import Visit, page
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
STATIC = Told(
    "GET", "/static/{file}", "Style and icon.", {200: "text/css", 304: "", 404: "text/html"}
)
NO_SUCH_METHOD = Refused(405, "This address is not used that way", "Nothing was changed.")


def create_app(runtime: Runtime, passwords: Passwords) -> ASGIApp:
    """Return the console over *runtime*; its database may be away, then pages say so."""
    settings = runtime.settings
    headers = security_headers(settings.public_url, settings.xero_login_url)
    app = Starlette(
        routes=routes(),
        exception_handlers={
            Refused: _refused,
            HTTPException: _http,
            psycopg.OperationalError: _away,
            PoolTimeout: _away,
            Exception: _failed,
        },
    )
    app.state.console = Console(runtime, Pages(), passwords)
    return SecurityHeaders(app, headers)


def routes() -> list[BaseRoute]:
    """Return the table of routes: every address of the service."""
    static = resources.files("workers.console") / "static"
    return [
        *health.routes(),
        *signing_in.routes(),
        *proving.routes(),
        *home.routes(),
        *documents.routes(),
        *acting.routes(),
        *story.routes(),
        *connections.routes(),
        *drafts.routes(),
        *backfills.routes(),
        *notices.routes(),
        *mapping_files.routes(),
        *mappings.routes(),
        *connecting.routes(),
        *previews.routes(),
        *reasons.routes(),
        *events.routes(),
        *imports.routes(),
        *parked.routes(),
        *schedules.routes(),
        *reconciliation.routes(),
        *audit.routes(),
        *webhooks.routes(),
        *mintsoft_hooks.routes(),
        page("GET", "/openapi.yaml", describe, media="application/yaml"),
        DescribedMount(STATIC, StaticFiles(directory=str(static))),
    ]


def describe(console: Console, _visit: Visit) -> Response:
    """Describe this service for programs, as OpenAPI 3.1."""
    found = document(routes(), console.runtime.settings.public_url)
    return Response(yaml.safe_dump(found, sort_keys=False), media_type="application/yaml")


async def _tell(request: Request, refused: Refused) -> Response:
    console: Console = request.app.state.console
    visit = getattr(request.state, "visit", None)
    return await run_in_threadpool(console.refusal, visit, refused)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return await _tell(request, error)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code != 405:
        return await _tell(request, not_found())
    answer = await _tell(request, NO_SUCH_METHOD)
    answer.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return answer


def _methods(request: Request) -> set[str]:
    """Return the methods that an address is used with; it may have several routes."""
    asked = {"type": "http", "method": request.method, "path": request.scope["path"]}
    matching = [each for each in request.app.routes if each.matches(asked)[0] != Match.NONE]
    found = {each.told.method for each in matching}
    return found | {"HEAD"} if "GET" in found else found


async def _away(request: Request, error: Exception) -> Response:
    log.warning("console.database_away", cause=type(error).__name__)
    return await _tell(request, AWAY)


async def _failed(request: Request, error: Exception) -> Response:
    log.error("console.failed", path=request.url.path, exc_info=error)
    return await _tell(request, FAILED)
