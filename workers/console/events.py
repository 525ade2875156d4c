"""The page that explains every event: what publishers send and what is sent to them.

Made of the packaged models and examples when it is first asked for, by the same reading of them
that writes docs/events.md: it can't say anything else. It holds no secret, so anybody may read it;
a publisher has no account here.
"""

from functools import cache

from starlette.responses import Response
from starlette.routing import Route

from schemas.reference import Reference, reference
from workers.console.desk import Console
from workers.console.signing_in import ANYBODY
from workers.console.visits import Visit, page

PATH = "/events-reference"


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [page("GET", PATH, show, ANYBODY)]


def show(console: Console, visit: Visit) -> Response:
    """Show every event with its fields and examples."""
    return console.render(visit, "events.html", told=_told())


@cache
def _told() -> Reference:
    return reference()
