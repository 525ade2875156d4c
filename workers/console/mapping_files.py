"""A mapping as a file: exported, and imported after a look at what it changes."""

from typing import Any

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from schemas.connections import Mapping
from workers import books
from workers.console.connections import connection_of
from workers.console.desk import Console
from workers.console.mapping_desk import Desk, base_of, check_open, desk_of
from workers.console.refusals import not_found
from workers.console.visits import Rule, Visit, page
from workers.mapping import files
from workers.mapping.changes import changes
from workers.mapping.keys import content_of, words
from workers.mapping.readiness import findings, notes
from workers.store import connections, mappings
from workers.store.mappings import Stale
from workers.store.operators import Role

BOOKKEEPER = Rule(Role.BOOKKEEPER, largest=1024 * 1024)
"""Thousands of SKUs fit into a file."""

STALE = (
    "Somebody else saved the mapping meanwhile, so nothing was saved. "
    "These are the changes against what is in force now."
)


def routes() -> list[Route]:
    """Return the routes of this module."""
    one = "/connections/{id}"
    return [
        page("GET", f"{one}/mapping.yaml", export, media="application/yaml"),
        page("GET", f"{one}/mapping/import", ask, BOOKKEEPER),
        page(
            "POST",
            f"{one}/mapping/import",
            take,
            BOOKKEEPER,
            takes=["text", "file", "do", "revision"],
            also=[200, 409, 422],
        ),
    ]


def export(console: Console, visit: Visit) -> Response:
    """Give the mapping in force as ``mapping load`` takes it."""
    with console.runtime.pool.connection() as conn:
        row = connection_of(conn, visit)
        found = connections.mapping(conn, row.id)
    if found is None:
        raise not_found()
    return Response(
        files.written(found),
        media_type="application/yaml",
        headers={"Content-Disposition": f'attachment; filename="mapping-{row.id}.yaml"'},
    )


def ask(console: Console, visit: Visit) -> Response:
    """Ask for a file."""
    return _asked(console, visit, _desk(console, visit), [])


def take(console: Console, visit: Visit) -> Response:
    """Show what a file changes; put it in force when that was looked at."""
    desk = _desk(console, visit)
    check_open(desk.row)
    text = visit.form.get("text") or visit.form.get("file", "")
    try:
        mapping = files.read(text)
    except files.Unreadable as error:
        return _asked(console, visit, desk, [sentence for _, sentence in error.problems])
    if visit.form.get("do") != "save":
        return _preview(console, visit, desk, mapping)
    try:
        with console.runtime.pool.connection() as conn:
            mappings.save(conn, desk.row.id, mapping, visit.who.name, base_of(visit) or None)
    except Stale:
        return _preview(console, visit, _desk(console, visit), mapping, stale=STALE)
    return RedirectResponse(f"/connections/{desk.row.id}/mapping?done=saved", 303)


def _desk(console: Console, visit: Visit) -> Desk:
    with console.runtime.pool.connection() as conn:
        return desk_of(conn, connection_of(conn, visit))


def _asked(console: Console, visit: Visit, desk: Desk, problems: list[str]) -> Response:
    status = 422 if problems else 200
    return console.render(
        visit, "mapping_import.html", status, row=desk.row, desk=desk, problems=problems
    )


def _preview(
    console: Console, visit: Visit, desk: Desk, mapping: Mapping, stale: str = ""
) -> Response:
    return console.render(
        visit,
        "mapping_preview.html",
        409 if stale else 200,
        row=desk.row,
        desk=desk,
        text=files.written(mapping),
        stale=stale,
        changed=changes(desk.content, content_of(mapping)),
        **_checked(desk, mapping),
    )


def _checked(desk: Desk, mapping: Mapping) -> dict[str, Any]:
    """Return what there is to say of a mapping; nothing before Xero's accounts were read."""
    if desk.chart is None:
        return {"found": [], "noted": []}
    row, chart = desk.row, books.chart_of(desk.chart)
    found = findings(mapping, row.parsed_settings, row.mode, chart, words)
    return {
        "found": list(dict.fromkeys(each.reason for each in found)),
        "noted": [each.warning for each in notes(mapping, row.mode, chart, words)],
    }
