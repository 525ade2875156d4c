"""Retrying all imports that fit a filter: first shown, then confirmed, then told.

It can't be undone: a minute later Mintsoft has an order, and what it has is never taken back from
here. So the preview says how many go and which stay and why, and when more fit by the time somebody
confirms, it is asked again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from starlette.responses import Response
from starlette.routing import Route

from schemas.imports import ImportKind, ImportStatus
from workers import import_acts
from workers.console import asked, wording
from workers.console.desk import Console
from workers.console.picking import acted
from workers.console.refusals import Refused
from workers.console.visits import Rule, Visit, page
from workers.store import connections, imports
from workers.store.imports import Filter, Listed
from workers.store.operators import Role

BOOKKEEPER = Rule(Role.BOOKKEEPER)

FILTERS = ("status", "kind", "connection", "reason", "text")

MOST = 5_000
"""Imports of one retry; the page says when more fit."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """Imports that fit: those that would go, and the others by what stands against it."""

    going: list[Listed]
    staying: Mapping[str, Sequence[Listed]]

    @property
    def is_cut(self) -> bool:
        """Whether more may fit than were looked at."""
        return len(self.going) + sum(map(len, self.staying.values())) >= MOST

    @property
    def last(self) -> int:
        """The newest one that would go, 0 when none would."""
        return max((each.id for each in self.going), default=0)


def routes() -> list[Route]:
    """Return the routes of this module."""
    fields = [*FILTERS, "last", "number"]
    return [
        page("GET", "/imports/retry", preview, BOOKKEEPER, takes=FILTERS, also=[400]),
        page("POST", "/imports/retry", confirm, BOOKKEEPER, takes=fields, also=[200, 400, 409]),
    ]


def preview(console: Console, visit: Visit) -> Response:
    """Say how many imports would go to Mintsoft, and which not and why; nothing is done."""
    with console.runtime.pool.connection() as conn:
        found = _fitting(console, conn, filter_of(visit.query))
    return _page(console, visit, visit.query, found)


def confirm(console: Console, visit: Visit) -> Response:
    """Set them going, unless more would go by now than the preview said."""
    wanted = filter_of(visit.form)
    seen, last = _whole(visit.form, "number"), _whole(visit.form, "last")
    with console.runtime.pool.connection() as conn:
        found = _fitting(console, conn, wanted)
        going = [each.id for each in found.going if each.id <= last]
        if len(going) > seen:
            problem = f"There are more by now: {len(going):,}. Look again, then confirm."
            return _page(console, visit, visit.form, found, problem)
        done = imports.release(conn, going, visit.who.name)
    refused = {each: "It stands otherwise by now." for each in going if each not in set(done)}
    words = "set going: Mintsoft gets them now"
    return acted(console, visit, "import", words, done, refused, "/imports")


def filter_of(given: Mapping[str, str]) -> Filter:
    """Return the filter that a page's or a form's fields mean. Raises Refused."""
    return Filter(
        asked.choice_in(given, "status", list(ImportStatus)),
        asked.choice_in(given, "kind", list(ImportKind)),
        asked.uuid_in(given, "connection"),
        asked.text_in(given, "reason"),
        asked.text_in(given, "text"),
        page=MOST,
    )


def sorted_out(found: Iterable[Listed], gone: Collection[UUID], now: datetime) -> Fitting:
    """Tell what would go from what would stay; *gone* are the connections that are disconnected."""
    going: list[Listed] = []
    staying: dict[str, list[Listed]] = {}
    for each in found:
        why = import_acts.against_retry(
            each, disconnected=each.connection_id in gone, is_due=each.due_at <= now
        )
        (staying.setdefault(why, []) if why else going).append(each)
    return Fitting(going, staying)


def _fitting(console: Console, conn: Connection, wanted: Filter) -> Fitting:
    gone = {row.id for row in connections.every(conn) if row.status == "disconnected"}
    return sorted_out(imports.listed(conn, wanted), gone, console.runtime.clock.now())


def _whole(form: Mapping[str, str], name: str) -> int:
    value = form.get(name, "")
    if value.isascii() and value.isdecimal() and len(value) < 19:
        return int(value)
    raise Refused(
        400, "Nothing was done", f"{name}: {value[:20]!r} is no number.", "Begin with the list."
    )


def _page(
    console: Console, visit: Visit, given: Mapping[str, str], found: Fitting, problem: str = ""
) -> Response:
    fields = {name: given.get(name, "").strip() for name in FILTERS}
    return console.render(
        visit,
        "imports_retry.html",
        409 if problem else 200,
        found=found,
        fields=fields,
        problem=problem,
        back=asked.link("/imports", fields),
        most=MOST,
        say=wording,
    )
