"""One document's story: what came, what was decided, what Xero has, and what can be done now.

Made from PostgreSQL alone. What would be sent is decided anew with the accounts as they were last
read; the body that was sent is not kept once Xero has answered, since it holds customers' names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from schemas.exports import Kind
from workers import books, marking, preparing
from workers.console import searching, words
from workers.console.desk import Console
from workers.console.refusals import Refused, not_found
from workers.console.visits import Rule, Visit, page
from workers.deeds import HINDRANCES, Verb, hindrance
from workers.errors import Failure
from workers.mapping import wire
from workers.mapping.context import mintsoft_page
from workers.mapping.decisions import Decision, Post
from workers.mapping.totals import net_of
from workers.marking import Unable
from workers.store import connections, documents
from workers.store.connections import ConnectionRow
from workers.store.documents import Document
from workers.store.ledger import Claimed
from workers.store.operators import Role
from workers.xero.links import invoice_link

BOOKKEEPER = Rule(Role.BOOKKEEPER)

LONGEST = 500

DONE = {
    "retry": "It goes to Xero now.",
    "skip": "It is skipped: nothing is sent.",
    "mark_posted": "It is marked as in Xero.",
}
"""What the page says after an act; how the document stands is beside it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened; ``who`` is a person, else empty."""

    at: datetime
    what: str
    who: str = ""
    more: str = ""


def routes() -> list[Route]:
    """Return the routes of this module."""
    one = "/documents/{id}"
    takes = ["verb", "why", "number"]
    return [
        page("GET", one, show, takes=["done"], live=True),
        page("POST", one, act, BOOKKEEPER, takes=takes, also=[409, 422]),
    ]


def show(console: Console, visit: Visit) -> Response:
    """Tell one document's whole story."""
    web_url = console.runtime.settings.mintsoft_web_url
    with console.runtime.pool.connection() as conn:
        found = _document(conn, visit)
        row = connections.find(conn, found.connection_id)
        assert row is not None, "a document has a connection"
        decision = would_be_sent(conn, row, found, web_url)
        values: dict[str, Any] = {
            "tag": documents.tag(conn, found.id),
            "story": _story(conn, found),
        }
    return console.render(
        visit,
        "document.html",
        found=found,
        row=row,
        standing=words.document(found.status, warned=bool(found.warnings)),
        decision=decision,
        post=decision if isinstance(decision, Post) else None,
        net_of=net_of,
        may={verb: not hindrance(verb, marking.standing_of(found)) for verb in Verb},
        xero_link=invoice_link(found.short_code, found.xero_id) if found.xero_id else "",
        mintsoft_link=mintsoft_page(web_url, Kind(found.kind), found.mintsoft_id),
        raw=_raw(found, decision),
        done=DONE.get(visit.query.get("done", ""), ""),
        **values,
    )


def act(console: Console, visit: Visit) -> Response:
    """Do what the pressed button says with one document."""
    verb, who = visit.form.get("verb", ""), visit.who.name
    with console.runtime.pool.connection() as conn:
        found = _document(conn, visit)
        match verb:
            case Verb.RETRY:
                is_done = bool(documents.release(conn, [found.id], who))
            case Verb.SKIP:
                is_done = bool(documents.skip(conn, [found.id], _why(found, visit), who))
            case Verb.MARK_POSTED:
                is_done = True
            case _:
                raise _refused(found, 422, "It does not say what is to be done.")
    if verb == Verb.MARK_POSTED:
        _mark(console, visit, found)
    if not is_done:
        code = hindrance(Verb(verb), marking.standing_of(found))
        raise _refused(found, 409, HINDRANCES[code or "touched"])
    return RedirectResponse(f"/documents/{found.id}?done={verb}", 303)


def would_be_sent(
    conn: Connection, row: ConnectionRow, document: Document, web_url: str
) -> Decision | None:
    """Return what would become of a document now; None while that can't be known."""
    chart = connections.chart(conn, row.id)
    if chart is None or row.mapping_revision is None or document.payload is None:
        return None
    context = books.context(conn, row, chart, web_url)
    return preparing.decide_one(_claimed(document), Kind(document.kind), context).decision


def _claimed(document: Document) -> Claimed:
    assert document.payload is not None
    assert document.total is not None, "what came has a total"
    return Claimed(
        document.id,
        document.attempt_id or UUID(int=0),
        document.mintsoft_id,
        document.number,
        document.version,
        document.payload,
        document.total,
        document.currency,
        document.alone,
        document.traceparent,
    )


def _mark(console: Console, visit: Visit, found: Document) -> None:
    number = visit.form.get("number", "").strip()[:255] or None
    try:
        console.runtime.marker.mark(found, number, visit.who.name)
    except Unable as error:
        raise _refused(found, 409, str(error)) from None
    except (Failure, LookupError) as error:
        raise _refused(found, 409, f"Xero could not be asked: {error}.") from None


def _why(found: Document, visit: Visit) -> str:
    why = visit.form.get("why", "").strip()[:LONGEST]
    if not why:
        raise _refused(found, 422, "A skip needs a reason, for whoever asks later.")
    return why


def _refused(found: Document, status: int, why: str) -> Refused:
    back = [("Back to the document", f"/documents/{found.id}")]
    return Refused(status, "Nothing was done", why, "", back)


def _document(conn: Connection, visit: Visit) -> Document:
    number = searching.id_of(visit.names["id"])
    found = documents.find(conn, number) if number else None
    if found is None:
        raise not_found()
    return found


def _story(conn: Connection, found: Document) -> Sequence[Moment]:
    """Return all that happened, the oldest first."""
    moments = [Moment(found.created_at, "Came from Mintsoft", more=f"{found.kind} {found.number}")]
    for each in documents.attempts(conn, found.id):
        moments.append(Moment(each.created_at, "Was made ready for Xero", more=_attempt(each)))
        if each.finished_at:
            ended = words.attempt(each.outcome or "")
            moments.append(Moment(each.finished_at, ended))
    for said in documents.events(conn, found.id):
        told = words.EVENTS.get(said.type, said.type)
        late = "" if said.published_at else "not published yet"
        moments.append(Moment(said.occurred_at, told, more=late))
    for deed in documents.audit_trail(conn, found.id):
        what = words.DEEDS.get(deed.action, deed.action.capitalize())
        moments.append(Moment(deed.at, what, deed.who, words.details(deed.details)))
    return sorted(moments, key=lambda each: each.at)


def _attempt(attempt: documents.PastAttempt) -> str:
    held = f"taken up {words.number_of(attempt.tries, 'time')}"
    return f"as {attempt.invoice_number}, {held}" if attempt.invoice_number else held


def _raw(found: Document, decision: Decision | None) -> dict[str, object]:
    """Return what programs see, by what it is."""
    raw: dict[str, object] = {"What Mintsoft sent": found.payload} if found.payload else {}
    if isinstance(decision, Post):
        raw["What goes to Xero"] = wire.invoice_body(decision.invoice)
    return raw
