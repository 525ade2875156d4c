"""``POST /mintsoft/webhooks/<secret>/order-despatched`` and ``/order-cancelled``.

What Mintsoft tells is published as the event that its own services would publish, and 200 is
answered only when RabbitMQ has it. A poll finds what was never told. An address that nobody has
is not found, whatever is wrong with it; the secret in an address is never logged.
"""

import traceback
from collections.abc import Callable

import psycopg
import structlog
from psycopg_pool import PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from events.egress import NotConfirmed
from events.envelope import Message
from events.exact_json import NotJson, loads
from workers.console.described import JSON, TEXT, Described, Told
from workers.console.webhooks import PATIENCE
from workers.mintsoft.happenings import NotADocument, client_of, order_cancelled, order_despatched
from workers.runtime import Runtime
from workers.store import mintsoft_hooks
from workers.store.mintsoft_hooks import Hook

log = structlog.get_logger(__name__)

LARGEST_BODY = 1_000_000
"""Bytes; a thousand-line order takes 400 KB, and an event may have 1 MiB with its envelope."""

Happening = Callable[[str, dict[str, object], str], Message]

HAPPENINGS: dict[str, Happening] = {
    "order-despatched": order_despatched,
    "order-cancelled": order_cancelled,
}


def routes() -> list[Route]:
    """Return the route that Mintsoft calls."""
    told = Told(
        "POST",
        "/mintsoft/webhooks/{secret}/{happening}",
        "An order was despatched or cancelled, as Mintsoft tells of it.",
        {200: "", 404: "", 413: TEXT, 422: TEXT, 503: TEXT},
        body=JSON,
    )
    return [Described(told, _hook)]


async def _hook(request: Request) -> Response:
    runtime: Runtime = request.app.state.console.runtime
    make = HAPPENINGS.get(request.path_params["happening"])
    body = await _body(request)
    if make is None:
        return Response(status_code=404)
    return await run_in_threadpool(_told, runtime, request.path_params["secret"], make, body)


async def _body(request: Request) -> bytes | None:
    """Return the body; None when it is larger than any order."""
    body = bytearray()  # many small pieces cost no more than one
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _told(runtime: Runtime, secret: str, make: Happening, body: bytes | None) -> Response:
    try:
        with runtime.pool.connection(timeout=PATIENCE) as conn:
            hook = mintsoft_hooks.find(conn, secret)
        if hook is None:
            return Response(status_code=404)
        if body is None:
            return PlainTextResponse(f"An order has at most {LARGEST_BODY} bytes.", 413)
        runtime.entrance.publish([_message(hook, make, body)])
    except NotADocument as error:
        log.warning("mintsoft_hook.refused", cause=str(error))
        return PlainTextResponse(f"{error}.", 422)
    except (psycopg.OperationalError, PoolTimeout, NotConfirmed) as error:
        log.warning("mintsoft_hook.not_taken", cause=type(error).__name__)
        return PlainTextResponse("Tell us again in a minute.", 503)
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__))  # without values: secret, names
        log.error("mintsoft_hook.failed", cause=type(error).__name__, where=where)
        return PlainTextResponse("Tell us again in a minute.", 500)
    log.info("mintsoft_hook.taken", connection=str(hook.connection_id))
    return Response()


def _message(hook: Hook, make: Happening, body: bytes) -> Message:
    """Return the event. Raises NotADocument for what is no order of this client's."""
    try:
        order = loads(body)
    except NotJson as error:
        raise NotADocument(f"the body is no JSON that can be kept ({error})") from None
    if not isinstance(order, dict):
        raise NotADocument("the body must be one order, as the API gives it")
    if client_of(order) != hook.client_id:
        raise NotADocument(f"ClientId: {client_of(order)}; this address is another client's")
    return make(hook.account, order, body.decode())
