"""The page of a connection's notices: what people were told, and silence for a while."""

from datetime import timedelta

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from workers.console.connections import BOOKKEEPER, connection_of
from workers.console.desk import Console
from workers.console.visits import Visit, page
from workers.store import notices

SILENCES = {"1": "an hour", "8": "eight hours", "24": "a day", "168": "a week"}
"""For how long somebody may want silence, in hours and in words."""

SHOWN = 20


def routes() -> list[Route]:
    """Return the routes of this module."""
    one = "/connections/{id}/notices"
    return [
        page("GET", one, show),
        page("POST", f"{one}/silence", silence, BOOKKEEPER, takes=["hours"], also=[422]),
        page("POST", f"{one}/resume", resume, BOOKKEEPER),
    ]


def show(console: Console, visit: Visit) -> Response:
    """Show what people were told about a connection."""
    return _page(console, visit)


def silence(console: Console, visit: Visit) -> Response:
    """Have nothing said of a connection for a while."""
    hours = visit.form.get("hours", "")
    if hours not in SILENCES:
        return _page(console, visit, f"Choose one of: {', '.join(SILENCES.values())}.")
    now = console.runtime.clock.now()
    with console.runtime.pool.connection() as conn:
        row = connection_of(conn, visit)
        until = now + timedelta(hours=int(hours))
        notices.silence(conn, row.id, until, visit.who.name, now)
    return RedirectResponse(f"/connections/{row.id}/notices", 303)


def resume(console: Console, visit: Visit) -> Response:
    """Have things said again; twice does no harm."""
    with console.runtime.pool.connection() as conn:
        row = connection_of(conn, visit)
        notices.resume(conn, row.id, visit.who.name)
    return RedirectResponse(f"/connections/{row.id}/notices", 303)


def _page(console: Console, visit: Visit, problem: str = "") -> Response:
    settings = console.runtime.settings
    with console.runtime.pool.connection() as conn:
        row = connection_of(conn, visit)
        standing = notices.standing(conn, row.id)
        past = notices.last(conn, row.id, SHOWN)
        unheard = notices.unheard(conn)
    return console.render(
        visit,
        "notices.html",
        422 if problem else 200,
        row=row,
        standing=standing,
        is_silent=standing.is_silent(console.runtime.clock.now()),
        past=past,
        unheard=unheard,
        silences=SILENCES,
        problem=problem,
        is_set=bool(
            settings.notice_smtp_url.get_secret_value()
            or settings.notice_hook_url.get_secret_value()
        ),
    )
