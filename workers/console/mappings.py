"""The page on which a bookkeeper says where each kind of value goes in the books.

It is made from PostgreSQL alone; Xero is asked only when somebody wants its accounts read again.
Nothing is stored but by Save, and only by one who has seen the revision in force.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import Connection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from schemas.mintsoft import COST_CENTRES
from workers import books
from workers.console import mapping_fields, mapping_view
from workers.console.connections import connection_of, find
from workers.console.described import JSON
from workers.console.desk import Console
from workers.console.mapping_desk import Desk, base_of, check_open, choices_of, desk_of
from workers.console.mapping_fields import Fields
from workers.console.mapping_view import Form
from workers.console.refusals import Refused
from workers.console.visits import Rule, Visit, page
from workers.errors import Failure
from workers.mapping.changes import Change, changes, merged
from workers.mapping.keys import Content, content_of
from workers.store import mappings
from workers.store.connections import ConnectionRow
from workers.store.mappings import Stale
from workers.store.operators import Role

BOOKKEEPER = Rule(Role.BOOKKEEPER, largest=512 * 1024, most=5_000)
"""Hundreds of SKUs fit into this page's form."""

FORCE = "save anyway"

OWN_FIELDS = ("do", "revision")
"""Fields of the form beside those of the mapping, whose names come from the mapping itself."""


def routes() -> list[Route]:
    """Return the routes of this module."""
    one = "/connections/{id}/mapping"
    return [
        page("GET", one, show, takes=["copy", "done"], also=[409]),
        page("POST", one, act, BOOKKEEPER, takes=OWN_FIELDS, also=[200, 409, 422]),
        page("POST", f"{one}/check", check, BOOKKEEPER, takes=OWN_FIELDS, also=[200], media=JSON),
    ]


def show(console: Console, visit: Visit) -> Response:
    """Show the mapping in force, or suggestions, or another connection's mapping to copy."""
    with console.runtime.pool.connection() as conn:
        desk = desk_of(conn, connection_of(conn, visit))
        copied = _copied(conn, visit, desk)
    if desk.chart is None:
        return _unread(console, visit, desk)
    if copied is not None:
        source, content = copied
        fields = desk.filled(content)
        return _page(console, visit, desk, fields, copied=source)
    fields = desk.filled(desk.content) if desk.in_force else desk.suggestion()
    return _page(console, visit, desk, fields, done=_done(visit, desk))


def act(console: Console, visit: Visit) -> Response:
    """Do what the pressed button says with what stands in the fields."""
    with console.runtime.pool.connection() as conn:
        desk = desk_of(conn, connection_of(conn, visit), base_of(visit))
    verb, _, what = visit.form.get("do", "check").partition(":")
    if verb == "refresh":
        return _refresh(console, visit, desk)
    if desk.chart is None:
        return _unread(console, visit, desk)
    fields = _fields(visit)
    match verb:
        case "add":
            return _page(console, visit, desk, mapping_fields.with_row(fields, what))
        case "remove":
            return _page(console, visit, desk, mapping_fields.without_row(fields, what))
        case "save":
            return _save(console, visit, desk, fields, is_forced=False)
        case verb if verb == FORCE:
            return _save(console, visit, desk, fields, is_forced=True)
    return _page(console, visit, desk, fields, is_check=True)


def check(console: Console, visit: Visit) -> Response:
    """Tell the page's script what is wrong with what stands in the fields, while one types."""
    with console.runtime.pool.connection() as conn:
        desk = desk_of(conn, connection_of(conn, visit), base_of(visit), is_shown=False)
    if desk.chart is None:
        return JSONResponse({"problems": {}, "notes": {}, "summary": ""})
    return JSONResponse(desk.check(_fields(visit)).described())


def _save(
    console: Console, visit: Visit, desk: Desk, fields: Fields, *, is_forced: bool
) -> Response:
    check_open(desk.row)
    checked = desk.check(fields)
    if checked.mapping is None or (checked.problems and not is_forced):
        return _page(console, visit, desk, fields, status=422, is_refused=True)
    base = desk.base.revision if desk.base else None
    try:
        with console.runtime.pool.connection() as conn:
            mappings.save(conn, desk.row.id, checked.mapping, visit.who.name, base)
    except Stale:
        return _conflict(console, visit, desk, content_of(checked.mapping))
    return RedirectResponse(f"/connections/{desk.row.id}/mapping?done=saved", 303)


def _conflict(console: Console, visit: Visit, desk: Desk, mine: Content) -> Response:
    """Show both values of all that differs; what the user did not touch is brought up to date."""
    with console.runtime.pool.connection() as conn:
        fresh = desk_of(conn, connection_of(conn, visit))
    now = merged(desk.content, mine, fresh.content)
    both = changes(fresh.content, now)
    fields = fresh.filled(now)
    return _page(console, visit, fresh, fields, status=409, conflicts=both, is_conflict=True)


def _refresh(console: Console, visit: Visit, desk: Desk) -> Response:
    """Read Xero's accounts again; what was typed stays."""
    trouble = ""
    try:
        gateway = console.runtime.gateway_for(desk.row)
        chart = books.read_chart(console.runtime.pool, gateway, desk.row.id, anew=True)
        desk = replace(desk, chart=chart, known=choices_of(desk.row, chart, desk.base))
    except (Failure, LookupError) as failure:
        trouble = f"Xero's accounts could not be read: {failure}. They are as they were before."
    if desk.chart is None:
        return _unread(console, visit, desk, trouble)
    fields = _fields(visit) or (desk.filled(desk.content) if desk.in_force else desk.suggestion())
    return _page(console, visit, desk, fields, trouble=trouble)


def _page(
    console: Console,
    visit: Visit,
    desk: Desk,
    fields: Fields,
    *,
    status: int = 200,
    conflicts: Sequence[Change] = (),
    **said: Any,
) -> Response:
    usual = {"done": "", "copied": None, "trouble": "", "is_check": False}
    told = {**usual, "is_refused": False, "is_conflict": False, **said}
    return console.render(
        visit,
        "mapping.html",
        status,
        form=_form(visit, desk, fields),
        desk=desk,
        row=desk.row,
        conflicts=conflicts,
        force=FORCE,
        cost_centres=COST_CENTRES,
        **told,
    )


def _form(visit: Visit, desk: Desk, fields: Fields) -> Form:
    return Form(
        desk.row.mode,
        desk.choices,
        fields,
        desk.content,
        desk.check(fields),
        frozenset() if visit.query.get("copy") else _suggested(desk, fields),
        editable=visit.may(Role.BOOKKEEPER) and desk.row.status != "disconnected",
    )


def _suggested(desk: Desk, fields: Fields) -> frozenset[str]:
    return mapping_view.still_suggested(fields, desk.suggestion())


def _unread(console: Console, visit: Visit, desk: Desk, trouble: str = "") -> Response:
    return console.render(
        visit, "mapping_unread.html", 200, row=desk.row, desk=desk, trouble=trouble
    )


def _fields(visit: Visit) -> Fields:
    """Return the fields of the mapping among those of the form."""
    others = {"csrf", *OWN_FIELDS}
    return {name: text for name, text in visit.form.items() if name not in others}


def _copied(conn: Connection, visit: Visit, desk: Desk) -> tuple[ConnectionRow, Content] | None:
    """Return the connection that is to be copied, with its mapping. Raises Refused."""
    text = visit.query.get("copy", "")
    if not text or not visit.may(Role.BOOKKEEPER):
        return None
    source = find(conn, text)
    found = mappings.revision(conn, source.id, source.mapping_revision)
    if source.id not in [each.id for each in desk.models] or found is None:
        raise _not_to_copy(desk.row.id, "It has no mapping, or it is of another kind.")
    shown = mapping_fields.SECTIONS[desk.row.mode]
    content = {name: each for name, each in found.content.items() if name in shown}
    if any(map(mapping_fields.is_too_long, content.values())):
        raise _not_to_copy(desk.row.id, "It has too many rows for a page: use export and import.")
    return source, content


def _not_to_copy(connection_id: UUID, why: str) -> Refused:
    back = [("Back to the mapping", f"/connections/{connection_id}/mapping")]
    return Refused(409, "This mapping can't be copied here", why, "", back)


def _done(visit: Visit, desk: Desk) -> str:
    """Return what to say after a save, while it is still so."""
    if visit.query.get("done") != "saved" or desk.in_force is None:
        return ""
    if visit.session is None or desk.in_force.who != visit.session.name:
        return ""
    going = desk.in_force.going_on
    gone = "1 document that waited goes" if going == 1 else f"{going} documents that waited go"
    more = f" {gone} on by itself." if going == 1 else f" {gone} on by themselves."
    return f"Saved: revision {desk.in_force.revision} is in force.{more if going else ''}"
