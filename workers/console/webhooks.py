"""``POST /xero/webhooks``: what Xero has to tell.

200 or 401, both without a body, within five seconds, as Xero's check of our intent to receive
demands. Events are only noted here; looking at invoices is the fleet's work. While the database
is away the answer is 503, and Xero tells us again.
"""

import psycopg
import structlog
from psycopg_pool import PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from workers.console.described import JSON, Described, Told
from workers.following import receive
from workers.metrics import meters
from workers.runtime import Runtime
from workers.xero.webhooks import events_of, verify

log = structlog.get_logger(__name__)

LARGEST_BODY = 1024 * 1024
"""Bytes; an event has about 400, and Xero sends few in one hook."""

PATIENCE = 3.0
"""Seconds to wait for a database connection: Xero waits five for the whole answer."""


def routes() -> list[Route]:
    """Return the route that Xero calls."""
    told = Told(
        "POST",
        "/xero/webhooks",
        "What Xero has to tell, signed with MX_XERO_WEBHOOK_KEY.",
        {200: "", 401: "", 503: ""},
        body=JSON,
        headers=["x-xero-signature"],
    )
    return [Described(told, _hook)]


async def _hook(request: Request) -> Response:
    runtime: Runtime = request.app.state.console.runtime
    body = await _body(request)
    signature = request.headers.get("x-xero-signature", "")
    if body is None or not verify(body, signature, runtime.settings.xero_webhook_key):
        meters.WEBHOOKS.labels("bad_signature").inc()
        return Response(status_code=401)
    return await run_in_threadpool(_noted, runtime, body)


async def _body(request: Request) -> bytes | None:
    """Return the raw body; None when it is larger than any hook of Xero's."""
    body = bytearray()  # many small pieces cost no more than one
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _noted(runtime: Runtime, body: bytes) -> Response:
    try:
        events = events_of(body)
        with runtime.pool.connection(timeout=PATIENCE) as conn:
            noted = receive(conn, events)
    except ValueError as error:
        meters.WEBHOOKS.labels("unreadable").inc()
        log.warning("webhook.unreadable", cause=str(error))
        return Response()
    except (psycopg.OperationalError, PoolTimeout) as error:
        meters.WEBHOOKS.labels("not_noted").inc()
        log.warning("webhook.not_noted", cause=type(error).__name__)
        return Response(status_code=503)
    meters.WEBHOOKS.labels("noted").inc()
    log.info("webhook.noted", events=len(events), noted=noted)
    return Response()
