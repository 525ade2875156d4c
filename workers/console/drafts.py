"""The page of a connection's drafts: how many go first, how many have gone, the word to go on."""

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from workers.console import forms
from workers.console.connections import BOOKKEEPER, connection_of
from workers.console.desk import Console
from workers.console.visits import Visit, page
from workers.store import drafts


def routes() -> list[Route]:
    """Return the routes of this module."""
    one = "/connections/{id}/drafts"
    return [
        page("GET", one, show, takes=["done"]),
        page("POST", one, begin, BOOKKEEPER, takes=["count"], also=[422]),
        page("POST", f"{one}/go-on", go_on, BOOKKEEPER),
    ]


def show(console: Console, visit: Visit) -> Response:
    """Show how far a connection is with its drafts."""
    return _page(console, visit)


def begin(console: Console, visit: Visit) -> Response:
    """Have the next documents go as drafts."""
    text = visit.form.get("count", "")
    count = forms.drafts_in(text) if text.strip() else None
    if count is None:
        problem = f"Write a whole number from 0 to {forms.MOST_DRAFTS}."
        return _page(console, visit, problem)
    with console.runtime.pool.connection() as conn:
        row = connection_of(conn, visit)
        drafts.begin(conn, row.id, count, visit.who.name)
    return RedirectResponse(f"/connections/{row.id}/drafts?done=set", 303)


def go_on(console: Console, visit: Visit) -> Response:
    """Let documents go as the settings say: somebody has looked at the drafts."""
    with console.runtime.pool.connection() as conn:
        row = connection_of(conn, visit)
        drafts.confirm(conn, row.id, visit.who.name)
    return RedirectResponse(f"/connections/{row.id}/drafts?done=confirmed", 303)


def _page(console: Console, visit: Visit, problem: str = "") -> Response:
    with console.runtime.pool.connection() as conn:
        row = connection_of(conn, visit)
        found = drafts.progress(conn, row.id)
    return console.render(
        visit,
        "drafts.html",
        422 if problem else 200,
        row=row,
        found=found,
        problem=problem,
        given=visit.form.get("count", "10"),
        done=visit.query.get("done", "") if not problem else "",
    )
