"""The list of documents: every filter in its address, paged by key, counted by what is kept.

It is made from PostgreSQL alone. What can be done with many of them at once begins here and goes
on in :mod:`workers.console.acting`.
"""

from starlette.responses import Response
from starlette.routing import Route

from schemas.exports import Kind
from workers.console import searching
from workers.console.desk import Console
from workers.console.visits import Visit, page
from workers.store import browsing, directory


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [page("GET", "/documents", show, takes=[*searching.FIELDS, "below"], live=True)]


def show(console: Console, visit: Visit) -> Response:
    """Show the documents that fit, the newest first."""
    asked = searching.asked(visit.query)
    below = searching.id_of(visit.query.get("below", ""))
    with console.runtime.pool.connection() as conn:
        scope = browsing.scope_of(conn, asked.search)
        rows = browsing.page(conn, scope, below, browsing.PAGE + 1)
        counts = browsing.counts(conn, asked.search, scope)
        shown = rows[: browsing.PAGE]
        named = directory.some(conn, {row.connection_id for row in shown})
        offered = directory.offered(conn, asked.search.connection_id)
    fields = searching.fields_of(asked.search)
    return console.render(
        visit,
        "documents.html",
        asked=asked,
        fields=fields,
        problems={name: asked.problems.get(name, "") for name in searching.FIELDS},
        rows=shown,
        older=searching.address(fields, below=shown[-1].id) if len(rows) > len(shown) else "",
        is_first=below is None,
        statuses=searching.by_status(counts, asked.search),
        reasons=searching.by_reason(counts, asked.search),
        matching=searching.number(searching.matching(counts, asked.search), is_cut=counts.is_cut),
        is_cut=counts.is_cut,
        scope=scope,
        by_id={row.id: row for row in named},
        offered=offered,
        kinds=[each.value for each in Kind],
        searching=searching,
    )
