"""The reconciliation: Mintsoft's totals beside Xero's, by connection, period, currency, document.

It is made from the ledger as it is and from Xero's figures as last read; the page says when that
was. Looking at it asks Xero nothing: a button does, by the schedule ``xero_totals``.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from workers import sheets, timetable
from workers.comparing_sheet import HEADS, cells
from workers.console import asked, wording
from workers.console.connections import find
from workers.console.desk import Console
from workers.console.refusals import Refused
from workers.console.visits import Rule, Visit, page
from workers.reasons import catalogue
from workers.reasons.reconciliation import PREFIX
from workers.store import balances, connections, directory, schedules
from workers.store.balances import FINDINGS, Period
from workers.store.connections import ConnectionRow
from workers.store.operators import Role
from workers.store.schedules import ScheduleKind
from workers.xero.links import invoice_link

BOOKKEEPER = Rule(Role.BOOKKEEPER)

PAGE = 50

LONGEST = timedelta(days=366)
"""A longer period is several: its totals would be asked of too many rows at once."""

FIELDS = ("connection", "first", "last", "finding")

CSV = "text/csv"

EVERYTHING = "all"

TROUBLE = "trouble"
"""All but what agrees, which is what people come for."""


@dataclass(frozen=True, slots=True)
class Quick:
    """A period that people often want."""

    words: str
    first: date
    last: date


def routes() -> list[Route]:
    """Return the routes of this module."""
    keys = ["before", "before_day", "done"]
    return [
        page("GET", "/reconciliation", show, takes=[*FIELDS, *keys], also=[400, 404]),
        page("GET", "/reconciliation.csv", export, takes=FIELDS, also=[400, 404], media=CSV),
        page(
            "POST", "/reconciliation", read_now, BOOKKEEPER, takes=["connection"], also=[404, 409]
        ),
    ]


def show(console: Console, visit: Visit) -> Response:
    """Show what Mintsoft and Xero have in a period, and every document in which they differ."""
    today = console.runtime.clock.now().date()
    first, last = period_of(asked.day(visit, "first"), asked.day(visit, "last"), today)
    finding = asked.choice(visit, "finding", [TROUBLE, EVERYTHING, *FINDINGS]) or TROUBLE
    source = console.runtime.glance.source()
    with source.pool.connection() as conn:
        offered = directory.offered(conn, None)
        row = _connection(conn, visit, offered)
        if row is None:
            return console.render(visit, "reconciliation_none.html")
        period = _from(visit, Period(row.id, first, last, findings_of(finding), page=PAGE))
        compared = balances.compare(conn, period)
        values: dict[str, Any] = {
            "standing": balances.standing(conn, row.id) if _is_read(conn, row.id) else None,
            "sums": compared.sums,
            "counts": compared.counts,
            "short_code": connections.short_code(conn, row.id),
        }
    given = {"connection": row.id, "first": first, "last": last, "finding": finding}
    return console.render(
        visit,
        "reconciliation.html",
        source=source,
        row=row,
        rows=offered if row in offered else [row, *offered],
        given=given,
        found=compared.lines,
        more=_next(given, compared.lines),
        remedy=remedy_of(finding),
        quick=list(quick(today)),
        done=visit.query.get("done") == "asked",
        link=asked.link,
        invoice_link=invoice_link,
        say=wording,
        **values,
    )


def export(console: Console, visit: Visit) -> Response:
    """Give the documents of a period as a sheet (CSV)."""
    today = console.runtime.clock.now().date()
    first, last = period_of(asked.day(visit, "first"), asked.day(visit, "last"), today)
    finding = asked.choice(visit, "finding", [TROUBLE, EVERYTHING, *FINDINGS]) or EVERYTHING
    source = console.runtime.glance.source()
    with source.pool.connection() as conn:
        row = find(conn, visit.query.get("connection", ""))
    period = Period(row.id, first, last, findings_of(finding))
    lines = balances.every_line(source.pool, period)
    name = f"reconciliation-{row.id}-{first}-{last}.csv"
    return sheet(name, sheets.written(HEADS, map(cells, lines)))


def read_now(console: Console, visit: Visit) -> Response:
    """Have Xero's totals read now."""
    with console.runtime.pool.connection() as conn:
        row = find(conn, visit.form.get("connection", ""))
        wanted = [
            each for each in schedules.listed(conn, row.id) if each.kind is ScheduleKind.XERO_TOTALS
        ]
        if row.status != "active" or not wanted:
            raise Refused(
                409,
                "Xero can't be asked now",
                f"The connection is {row.status}.",
                "Connect its organisation again.",
                [("Show the connection", f"/connections/{row.id}")],
            )
        timetable.ask(conn, row.id, wanted, visit.who.name)
    return RedirectResponse(f"/reconciliation?connection={row.id}&done=asked", 303)


def sheet(name: str, lines: Iterable[str]) -> Response:
    """Return lines as a file that is sent while it is made."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines, media_type=CSV, headers=disposition)


def period_of(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """Return the period that is asked for, by default this month. Raises Refused."""
    begins = first or (last or today).replace(day=1)
    ends = last or _end_of_month(begins)
    if ends < begins or ends - begins > LONGEST:
        raise Refused(
            400,
            "This is no period",
            f"first: {begins}, last: {ends}.",
            "Give a first day that is not after the last, and at most a year.",
            [("Reconciliation", "/reconciliation")],
        )
    return begins, ends


def quick(today: date) -> Iterator[Quick]:
    """Yield the periods that people often want."""
    this = today.replace(day=1)
    before = (this - timedelta(days=1)).replace(day=1)
    yield Quick("This month", this, _end_of_month(this))
    yield Quick("Last month", before, _end_of_month(before))
    yield Quick("This year", today.replace(month=1, day=1), today.replace(month=12, day=31))


def findings_of(finding: str) -> tuple[str, ...]:
    """Return the findings that one choice stands for."""
    if finding == EVERYTHING:
        return FINDINGS
    if finding == TROUBLE:
        return tuple(each for each in FINDINGS if each != "agrees")
    return (finding,)


def remedy_of(finding: str) -> str:
    """Return what brings a finding in order, empty where nothing has to be done."""
    entry = catalogue.find(f"{PREFIX}{finding}")
    return entry.remedy if entry else ""


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _connection(conn: Connection, visit: Visit, rows: list[ConnectionRow]) -> ConnectionRow | None:
    """Return the connection that is asked for, else the first that is connected."""
    if wanted := asked.text(visit, "connection"):
        return find(conn, wanted)
    connected = [row for row in rows if row.tenant_id is not None]
    active = [row for row in connected if row.status == "active"]
    return next(iter([*active, *connected]), None)


def _from(visit: Visit, period: Period) -> Period:
    day, line = asked.day(visit, "before_day"), asked.text(visit, "before")
    if day is None or line is None:
        return period
    return replace(period, before=line, before_day=day)


def _next(given: dict[str, object], found: list[balances.Line]) -> str:
    if len(found) < PAGE:
        return ""
    key = {"before": found[-1].line, "before_day": found[-1].day}
    return asked.link("/reconciliation", {**given, **key})


def _is_read(conn: Connection, connection_id: UUID) -> bool:
    kinds = {each.kind for each in schedules.listed(conn, connection_id)}
    return ScheduleKind.XERO_TOTALS in kinds
