"""The way to Xero and back: connect, callback, choose."""

from uuid import UUID

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from workers.console import consenting, mishaps
from workers.console.consenting import CALLBACK
from workers.console.desk import Console
from workers.console.refusals import Refused
from workers.console.visits import Rule, Visit, page
from workers.store import connections, consents
from workers.store.consents import Asked
from workers.store.operators import Role

BOOKKEEPER = Rule(Role.BOOKKEEPER)

HERE = Rule(Role.BOOKKEEPER, comes_back=False)
"""An answer is worth nothing in another session, so signing in can't bring it back."""

ASKED = ("connection", "another")
ANSWER = ("state", "code", "error")
CHOSEN = (409, 410)


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        page("GET", "/xero/connect", connect, BOOKKEEPER, takes=ASKED, also=[404, 409]),
        page("GET", CALLBACK, callback, HERE, takes=ANSWER, also=[400, 409, 410, 502]),
        page("GET", "/xero/choose", show_choice, HERE, takes=["state"], also=[410]),
        page("POST", "/xero/choose", choose, HERE, takes=["state", "organisation"], also=CHOSEN),
    ]


def connect(console: Console, visit: Visit) -> Response:
    """Send the browser to Xero to ask for consent."""
    try:
        connection_id = UUID(visit.query.get("connection", ""))
    except ValueError:
        raise mishaps.no_such_connection() from None
    another = visit.query.get("another") == "yes"
    target = consenting.begin(console.runtime, visit.who, connection_id, another=another)
    return RedirectResponse(target, 303)


def callback(console: Console, visit: Visit) -> Response:
    """Take Xero's answer: connect, or let the user choose, or say what went wrong."""
    state = visit.query.get("state", "")
    if not state:
        raise mishaps.no_answer()
    asked = consenting.spend(console.runtime, visit.who, state)
    try:
        return _answered(console, visit, asked, state)
    except Refused as refused:
        raise consenting.refuse(console.runtime, visit.who, asked, refused) from None


def _answered(console: Console, visit: Visit, asked: Asked, state: str) -> Response:
    granted = consenting.exchange(console.runtime, asked, state, _code(visit, asked))
    try:
        connected = consenting.settle(console.runtime, visit.who, state, granted)
    except Refused:
        consenting.end(console.runtime, state, granted.tokens)
        raise
    if connected is None:
        return RedirectResponse(f"/xero/choose?state={state}", 303)
    return _connected(console, connected)


def _code(visit: Visit, asked: Asked) -> str:
    error = visit.query.get("error", "")
    if error == "access_denied":
        raise mishaps.user_refused(asked.connection_id)
    if error:
        raise mishaps.xero_refused(asked.connection_id, error)
    if not visit.query.get("code"):
        raise mishaps.no_answer()
    return visit.query["code"]


def show_choice(console: Console, visit: Visit) -> Response:
    """Show the organisations that the user let us into."""
    state = visit.query.get("state", "")
    with console.runtime.pool.connection() as conn:
        choice = consents.choice(conn, visit.who, state)
        row = connections.find(conn, choice.connection_id) if choice else None
    if choice is None or row is None:
        raise mishaps.too_late()
    return console.render(visit, "choose.html", choice=choice, row=row, state=state)


def choose(console: Console, visit: Visit) -> Response:
    """Connect to the organisation that was chosen; a refusal leaves the choice open."""
    state = visit.form.get("state", "")
    with console.runtime.pool.connection() as conn:
        choice = consents.choice(conn, visit.who, state)
        if choice is None:
            raise mishaps.too_late()
        tenant_id = _organisation(visit, choice.connection_id)
        consenting.choose(conn, visit.who, state, choice, tenant_id)
    return _connected(console, choice.connection_id)


def _organisation(visit: Visit, connection_id: UUID) -> UUID:
    try:
        return UUID(visit.form.get("organisation", ""))
    except ValueError:
        raise mishaps.not_offered(connection_id) from None


def _connected(console: Console, connection_id: UUID) -> Response:
    consenting.read_books(console.runtime, connection_id)
    return RedirectResponse(f"/connections/{connection_id}?done=connected", 303)
