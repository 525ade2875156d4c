"""The page of a connection's next documents as they would be sent. Nothing is sent or changed."""

from starlette.responses import Response
from starlette.routing import Route

from workers.console.connections import connection_of
from workers.console.desk import Console
from workers.console.visits import Visit, page
from workers.mapping.decisions import Post
from workers.previewing import NotReady, preview

SHOWN = 20
"""Documents on the page."""


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [page("GET", "/connections/{id}/preview", show)]


def show(console: Console, visit: Visit) -> Response:
    """Show a connection's next documents as they would be sent."""
    runtime = console.runtime
    with runtime.pool.connection() as conn:
        row = connection_of(conn, visit)
    try:
        found, missing = preview(runtime.pool, row, runtime.settings.mintsoft_web_url, SHOWN), ""
    except NotReady as error:
        found, missing = [], str(error)
    going = [each for each in found if isinstance(each.decision, Post)]
    held = [each for each in found if not isinstance(each.decision, Post)]
    return console.render(
        visit, "preview.html", row=row, going=going, held=held, missing=missing, most=SHOWN
    )
