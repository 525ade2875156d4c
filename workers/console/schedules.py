"""The page about schedules: what is read when, how far it has come, how often, and now."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from uuid import UUID

from psycopg import Connection
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from workers import timetable
from workers.console import asked, wording
from workers.console.connections import find
from workers.console.desk import Console
from workers.console.refusals import Refused
from workers.console.visits import Rule, Visit, page
from workers.store import directory, schedules
from workers.store.operators import Role
from workers.store.schedules import Listed, ScheduleKind

BOOKKEEPER = Rule(Role.BOOKKEEPER)

DAY = 24 * 60

PAGE = 50
"""Connections on a page, each with all of its schedules."""

DONE = {
    "run": "A run was asked for: a worker takes it within seconds.",
    "every": "The interval was changed. What was read so far stays.",
    "pause": "It is paused: it runs only when somebody asks.",
    "resume": "It goes on by itself.",
}
"""What the page says after an act."""


def routes() -> list[Route]:
    """Return the routes of this module."""
    fields = ["connection", "kind", "do", "minutes"]
    return [
        page("GET", "/schedules", list_all, takes=["connection", "after", "done"], also=[400]),
        page("POST", "/schedules", act, BOOKKEEPER, takes=fields, also=[404, 409, 422]),
    ]


def list_all(console: Console, visit: Visit) -> Response:
    """Show what is read for each connection: next and last run, result, how fresh it is."""
    wanted, after = asked.uuid(visit, "connection"), asked.uuid(visit, "after")
    with console.runtime.pool.connection() as conn:
        ids = [wanted] if wanted else schedules.page(conn, after, PAGE + 1)
        shown = ids[:PAGE]
        found = schedules.listed_of(conn, shown)
        rows = {row.id: row for row in directory.some(conn, shown)}
    return console.render(
        visit,
        "schedules.html",
        groups=[(rows[key], list(some)) for key, some in _by_connection(found) if key in rows],
        wanted=str(wanted or ""),
        more=asked.link("/schedules", {"after": shown[-1]}) if len(ids) > PAGE else "",
        now=console.runtime.clock.now(),
        done=DONE.get(visit.query.get("done", "")),
        say=wording,
    )


def act(console: Console, visit: Visit) -> Response:
    """Run something now, change how often it runs, pause it or let it go on."""
    do = visit.form.get("do", "")
    with console.runtime.pool.connection() as conn:
        connection = find(conn, visit.form.get("connection", ""))
        row = _schedule_of(conn, connection.id, visit.form.get("kind", ""))
        if do == "run":
            _check_active(connection.status, connection.id)
            timetable.ask(conn, connection.id, [row], visit.who.name)
        else:
            _change(conn, visit, row, do)
    return RedirectResponse(f"/schedules?connection={connection.id}&done={do}", 303)


def _by_connection(found: Sequence[Listed]) -> Iterator[tuple[UUID, Iterator[Listed]]]:
    yield from groupby(found, key=lambda row: row.connection_id)


def _change(conn: Connection, visit: Visit, row: Listed, do: str) -> None:
    who = visit.who.name
    if do == "every":
        minutes = minutes_of(visit.form.get("minutes", ""))
        timetable.change(conn, row.connection_id, row.kind, who, minutes=minutes)
    elif do in ("pause", "resume"):
        timetable.change(conn, row.connection_id, row.kind, who, enabled=do == "resume")
    else:
        raise Refused(422, "Nothing was chosen", "Nothing was changed.", "Go back, press a button.")


def minutes_of(typed: str) -> int:
    """Return an interval in minutes, 1 to 1440. Raises Refused."""
    text = typed.strip()
    if text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= DAY:
        return int(text)
    raise Refused(
        422,
        "This interval can't be",
        f"minutes: {text[:20]!r}. Nothing was changed.",
        f"Go back and give a whole number of minutes, 1 to {DAY}.",
        [("Schedules", "/schedules")],
    )


def _schedule_of(conn: Connection, connection_id: UUID, kind: str) -> Listed:
    for row in schedules.listed(conn, connection_id):
        if row.kind == kind:
            return row
    known = ", ".join(ScheduleKind)
    raise Refused(
        404,
        "There is no such schedule",
        f"kind: {kind[:40]!r} is not read for this connection.",
        f"There are {known}; the connection's mode and settings decide which it has.",
        [("Schedules", "/schedules")],
    )


def _check_active(status: str, connection_id: UUID) -> None:
    if status != "active":
        raise Refused(
            409,
            "It can't run now",
            f"The connection is {status}.",
            "Connect its organisation again.",
            [("Show the connection", f"/connections/{connection_id}")],
        )
