"""What the admin side of both simulators shares: JSON in and out, faults, calls, clear errors."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.simulators import wire
from tests.simulators.calls import CallCounts
from tests.simulators.exchange import Json
from tests.simulators.gate import Equipment

Action = Callable[[Request, Json], Any]
Endpoint = Callable[[Request], Awaitable[Response]]


def route(method: str, path: str, action: Action) -> Route:
    """A route whose action takes the request and its JSON body and gives JSON data."""
    return Route(path, endpoint(action), methods=[method])


def endpoint(action: Action) -> Endpoint:
    """Wrap an action; ValueError and KeyError become a 400 and a 404 that say what is wrong."""

    async def run(request: Request) -> Response:
        body = await request.body()
        try:
            return as_json(action(request, wire.loads(body) if body else {}))
        except KeyError as error:
            return as_json({"error": f"not found: {error.args[0]}"}, 404)
        except (TypeError, ValueError) as error:
            return as_json({"error": str(error)}, 400)

    return run


def as_json(data: Any, status: int = 200) -> Response:
    """A JSON answer, Decimal as plain digits."""
    return Response(wire.dumps(data), status, media_type="application/json")


def equipment_routes(equipment: Equipment) -> list[Route]:
    """Faults, counts of calls and latency."""

    def add_fault(_: Request, body: Json) -> Json:
        return vars(equipment.faults.add(body))

    def clear_faults(_: Request, _body: Json) -> Json:
        equipment.faults.clear()
        return {"faults": []}

    def reset_calls(_: Request, _body: Json) -> Json:
        equipment.calls = CallCounts()
        return equipment.calls.report()

    def latency(_: Request, body: Json) -> Json:
        equipment.latency_seconds = float(body["seconds"])
        return {"seconds": equipment.latency_seconds}

    return [
        route("POST", "/_sim/faults", add_fault),
        route("GET", "/_sim/faults", lambda *_: {"faults": equipment.faults.waiting()}),
        route("DELETE", "/_sim/faults", clear_faults),
        route("GET", "/_sim/calls", lambda *_: equipment.calls.report()),
        route("DELETE", "/_sim/calls", reset_calls),
        route("POST", "/_sim/latency", latency),
    ]
