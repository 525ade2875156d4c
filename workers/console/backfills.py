"""The page of a connection's backfill: begin one, see what it counted, let it go, pause, end it.

The fleet does it; this page only says what shall be done and shows how far it has come.
"""

import datetime as dt

from psycopg.errors import CheckViolation, UniqueViolation
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from workers.console.connections import BOOKKEEPER, connection_of
from workers.console.desk import Console
from workers.console.refusals import Refused
from workers.console.visits import Visit, page
from workers.store import backfills
from workers.store.connections import ConnectionRow

END = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)

WORDS = {
    "counting": "Counting",
    "counted": "Counted: nothing is brought in yet",
    "running": "Bringing in",
    "done": "Done",
    "cancelled": "Cancelled",
}


class Wrong(ValueError):  # noqa: N818  named after what it is
    """What was typed makes no span; the text says which field and what to write."""


def routes() -> list[Route]:
    """Return the routes of this module."""
    one = "/connections/{id}/backfill"
    takes = ["act", "since", "until"]
    return [
        page("GET", one, show),
        page("POST", one, act, BOOKKEEPER, takes=takes, also=[409, 422]),
    ]


def show(console: Console, visit: Visit) -> Response:
    """Show how far the backfill of a connection has come."""
    with console.runtime.pool.connection() as conn:
        row = connection_of(conn, visit)
    return _page(console, visit, row)


def act(console: Console, visit: Visit) -> Response:
    """Begin a backfill, or decide about the one that is open."""
    wanted = visit.form.get("act", "")
    with console.runtime.pool.connection() as conn:
        row = connection_of(conn, visit)
    if wanted == "start":
        return _start(console, visit, row)
    with console.runtime.pool.connection() as conn:
        if wanted not in backfills.ACTS or not backfills.decide(
            conn, row.id, wanted, visit.who.name
        ):
            raise _refused(row)
    return _back(row)


def _start(console: Console, visit: Visit, row: ConnectionRow) -> Response:
    try:
        since, until = span(visit.form.get("since", ""), visit.form.get("until", ""))
        with console.runtime.pool.connection() as conn:
            backfills.start(conn, row.id, since, until, visit.who.name)
    except Wrong as wrong:
        return _page(console, visit, row, str(wrong))
    except CheckViolation:
        return _page(console, visit, row, "No time lies between these days, or it lies ahead.")
    except UniqueViolation:
        raise _refused(row) from None
    return _back(row)


def span(since: str, until: str) -> tuple[dt.datetime, dt.datetime]:
    """Return from when to before when (UTC) two days mean, the second included. Raises Wrong."""
    first = _day(since, "From")
    last = _day(until, "To") + dt.timedelta(days=1) if until.strip() else END
    return first, last


def _day(text: str, name: str) -> dt.datetime:
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        raise Wrong(f"{name}: write a day such as 2026-11-01.") from None
    if not 2000 <= day.year <= 2999:
        raise Wrong(f"{name}: {day.year} is no year of Mintsoft's.")
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


def _page(console: Console, visit: Visit, row: ConnectionRow, problem: str = "") -> Response:
    with console.runtime.pool.connection() as conn:
        found = backfills.latest(conn, row.id)
    given = {name: visit.form.get(name, "") for name in ("since", "until")}
    status = 422 if problem else 200
    return console.render(
        visit,
        "backfill.html",
        status,
        row=row,
        found=found,
        given=given,
        problem=problem,
        state_words=WORDS,
    )


def _refused(row: ConnectionRow) -> Refused:
    return Refused(
        409,
        "That can't be done with the backfill as it stands",
        "Nothing was changed. Somebody else may have decided about it, or it has gone on.",
        "Look at it again.",
        [("Back to the backfill", f"/connections/{row.id}/backfill")],
    )


def _back(row: ConnectionRow) -> Response:
    return RedirectResponse(f"/connections/{row.id}/backfill", 303)
