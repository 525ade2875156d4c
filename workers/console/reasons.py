"""Pages that explain: every code there is, and one of them. Made of the catalogue alone."""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import Route

from workers.console.desk import Console
from workers.console.refusals import Refused
from workers.console.visits import Visit, page
from workers.reasons.catalogue import AREAS, find
from workers.reasons.entries import Entry, in_general

LONGEST_SEARCH = 100


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        page("GET", "/reasons", list_all, takes=["text"]),
        page("GET", "/reasons/{code}", show),
    ]


def list_all(console: Console, visit: Visit) -> Response:
    """Show what every code means."""
    text = visit.query.get("text", "").strip()[:LONGEST_SEARCH]
    found = {area: matching(entries, text) for area, entries in AREAS.items()}
    shown = {area: entries for area, entries in found.items() if entries}
    return console.render(visit, "reasons.html", found=shown, text=text, plain=in_general)


def show(console: Console, visit: Visit) -> Response:
    """Show what one code means, what to do and who can."""
    entry = find(visit.names["code"])
    if entry is None:
        raise Refused(
            404,
            "This reason is not known here",
            "The code may be mistyped, or come from another version of this service.",
            "",
            [("All reasons", "/reasons")],
        )
    area = next(name for name, entries in AREAS.items() if entry in entries)
    return console.render(visit, "reason.html", entry=entry, area=area, plain=in_general)


def matching(entries: Sequence[Entry], text: str) -> list[Entry]:
    """Return the entries in which every word of *text* stands, whatever its capitals."""
    words = text.casefold().split()
    return [each for each in entries if all(word in _all_of(each) for word in words)]


def _all_of(entry: Entry) -> str:
    parts = (entry.code, entry.heading, entry.message, entry.remedy, *entry.words)
    return " ".join(parts).casefold()
