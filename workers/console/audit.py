"""The audit trail: who did what, when, and with which connection or document."""

from starlette.responses import Response
from starlette.routing import Route

from workers import sheets
from workers.console import asked, wording, words
from workers.console.desk import Console
from workers.console.reconciliation import CSV, sheet
from workers.console.visits import Rule, Visit, page
from workers.store import audit, directory
from workers.store.audit import Act, Filter
from workers.store.operators import Role

BOOKKEEPER = Rule(Role.BOOKKEEPER)

FILTERS = ("who", "action", "connection")

HEADS = ("When (UTC)", "Who", "What", "Account", "Organisation", "Document", "Details")


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        page("GET", "/audit", list_all, BOOKKEEPER, takes=[*FILTERS, "below"], also=[400]),
        page("GET", "/audit.csv", export, BOOKKEEPER, takes=FILTERS, also=[400], media=CSV),
    ]


def list_all(console: Console, visit: Visit) -> Response:
    """Show what people did, the newest first."""
    wanted = _filter(visit)
    source = console.runtime.glance.source()
    with source.pool.connection() as conn:
        found = audit.listed(conn, wanted)
        people, actions = audit.people(conn), audit.actions(conn)
        rows = directory.offered(conn, wanted.connection_id)
    given = {name: visit.query.get(name, "").strip() for name in FILTERS}
    more = {**given, "below": found[-1].id} if len(found) == wanted.page else None
    return console.render(
        visit,
        "audit.html",
        source=source,
        found=found,
        people=people,
        actions=actions,
        rows=rows,
        given=given,
        more=asked.link("/audit", more) if more else "",
        csv=asked.link("/audit.csv", given),
        say=wording,
    )


def export(console: Console, visit: Visit) -> Response:
    """Give what people did as a sheet (CSV), the newest first."""
    acts = audit.every(console.runtime.glance.source().pool, _filter(visit))
    return sheet("audit.csv", sheets.written(HEADS, map(_cells, acts)))


def _filter(visit: Visit) -> Filter:
    return Filter(
        asked.text(visit, "who"),
        asked.text(visit, "action"),
        asked.uuid(visit, "connection"),
        asked.number(visit, "below"),
    )


def _cells(act: Act) -> tuple[object, ...]:
    return (
        act.at,
        act.who,
        act.action,
        act.account,
        act.organisation,
        act.document_id,
        words.details(act.details),
    )
