"""Pages about connections: all of them, one of them, a new one, the end of one.

They are made from PostgreSQL alone, so they work while Xero does not.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.errors import UniqueViolation
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from workers import disconnecting
from workers.console import asked, forms, settings_words, words
from workers.console.desk import Console
from workers.console.refusals import Refused, not_found
from workers.console.visits import Rule, Visit, page
from workers.store import access, connections, directory, drafts, overview
from workers.store.connections import ConnectionRow
from workers.store.directory import PAGE, Sought
from workers.store.operators import Role

STATUSES = ("active", "lost", "pending", "disconnected")

BOOKKEEPER = Rule(Role.BOOKKEEPER)

DONE = {
    ("added", "pending"): "The connection was added. Connect it to its Xero organisation now.",
    ("connected", "active"): "Connected. Documents that waited go on by themselves.",
    ("disconnected", "disconnected"): (
        "Disconnected. Access at Xero is being taken back; everything else stays."
    ),
}
"""What a page says after an act, while it is still so; nothing else can be made to appear."""


def routes() -> list[Route]:
    """Return the routes of this module."""
    one = "/connections/{id}"
    return [
        page("GET", "/connections", list_all, takes=["text", "status", "after"], also=[400]),
        page("GET", "/connections/new", show_form, BOOKKEEPER),
        page("POST", "/connections/new", add, BOOKKEEPER, takes=forms.FIELDS, also=[422]),
        page("GET", one, show, takes=["done"]),
        page("GET", f"{one}/disconnect", confirm, BOOKKEEPER, also=[409]),
        page("POST", f"{one}/disconnect", disconnect, BOOKKEEPER, takes=["reason"], also=[409]),
    ]


def list_all(console: Console, visit: Visit) -> Response:
    """Show connections with what waits and what needs somebody, a page at a time."""
    text, status = asked.text(visit, "text"), asked.choice(visit, "status", STATUSES)
    sought = Sought(text, status, asked.uuid(visit, "after"))
    with console.runtime.pool.connection() as conn:
        rows = directory.listed(conn, sought, PAGE + 1)
        shown = rows[:PAGE]
        counts = overview.counts_of(conn, [row.id for row in shown])
        by_status = directory.by_status(conn)
    given = {"text": text or "", "status": status or ""}
    more = {**given, "after": shown[-1].id} if len(rows) > PAGE else None
    return console.render(
        visit,
        "connections.html",
        found=[(row, counts.get(row.id, Counter())) for row in shown],
        given=given,
        statuses=[(each, words.STATUSES[each]) for each in STATUSES if by_status.get(each)],
        everything=sum(by_status.values()),
        more=asked.link("/connections", more) if more else "",
    )


def show(console: Console, visit: Visit) -> Response:
    """Show one connection with its settings, documents and audit trail."""
    with console.runtime.pool.connection() as conn:
        row = connection_of(conn, visit)
        values: dict[str, Any] = {
            "row": row,
            "counts": overview.counts(conn, row.id)[row.id],
            "trail": overview.trail(conn, row.id),
            "settings": settings_words.shown(row.settings),
            "drafting": drafts.progress(conn, row.id),
            "fixed": access.may_be_in_xero(conn, row.id),
            "done": DONE.get((visit.query.get("done", ""), row.status)),
        }
    return console.render(visit, "connection.html", **values)


def show_form(console: Console, visit: Visit) -> Response:
    """Show the form for a new connection."""
    return _form(console, visit, {})


def add(console: Console, visit: Visit) -> Response:
    """Add a connection that has no organisation yet."""
    try:
        wanted = forms.wanted(visit.form)
        with console.runtime.pool.connection() as conn:
            added = overview.add_pending(conn, wanted, visit.who.name)
            if first := forms.drafts_in(visit.form.get("draft_first", "")):
                drafts.begin(conn, added, first, visit.who.name)
    except forms.Wrong as wrong:
        return _form(console, visit, wrong.problems)
    except UniqueViolation:
        return _form(console, visit, {_taken_field(visit): "There is such a connection already."})
    return RedirectResponse(f"/connections/{added}?done=added", 303)


def confirm(console: Console, visit: Visit) -> Response:
    """Say what disconnecting does and what stays, before anything is done."""
    with console.runtime.pool.connection() as conn:
        row = connection_of(conn, visit)
        counts = overview.counts(conn, row.id)[row.id]
    _check_connected(row)
    return console.render(visit, "disconnect.html", row=row, counts=counts)


def disconnect(console: Console, visit: Visit) -> Response:
    """Stop a connection; the fleet takes the access back at Xero."""
    why = visit.form.get("reason", "").strip()[:500]
    with console.runtime.pool.connection() as conn:
        row = connection_of(conn, visit)
        if not disconnecting.disconnect(conn, row.id, visit.who.name, why):
            _check_connected(connection_of(conn, visit))
    return RedirectResponse(f"/connections/{row.id}?done=disconnected", 303)


def connection_of(conn: Connection, visit: Visit) -> ConnectionRow:
    """Return the connection that the path names. Raises Refused when there is none."""
    return find(conn, visit.names["id"])


def find(conn: Connection, text: str) -> ConnectionRow:
    """Return the connection with this id. Raises Refused when there is none."""
    try:
        found = connections.find(conn, UUID(text))
    except ValueError:
        raise not_found() from None
    if found is None:
        raise not_found()
    return found


def _check_connected(row: ConnectionRow) -> None:
    if row.status == "disconnected":
        raise Refused(
            409,
            "It is disconnected already",
            "Nothing was changed.",
            "",
            [("Show the connection", f"/connections/{row.id}")],
        )


def _form(console: Console, visit: Visit, problems: Mapping[str, str]) -> Response:
    return console.render(
        visit,
        "new.html",
        422 if problems else 200,
        given={name: visit.form.get(name, "") for name in forms.FIELDS},
        problems={name: problems.get(name, "") for name in forms.FIELDS},
        is_wrong=bool(problems),
    )


def _taken_field(visit: Visit) -> str:
    return "account" if visit.form.get("mode") == "fulfilment" else "client_id"
