"""Pages about imports: Xero's documents on their way into Mintsoft, and what people decide."""

from dataclasses import replace
from typing import Any

from psycopg import Connection
from starlette.responses import Response
from starlette.routing import Route

from schemas.imports import ImportKind, ImportStatus
from workers import import_acts
from workers.console import asked, import_retry, wording
from workers.console.desk import Console
from workers.console.import_retry import FILTERS, filter_of
from workers.console.laid_out import pretty
from workers.console.picking import Picked, acted, back_to, picked
from workers.console.refusals import Refused, not_found
from workers.console.visits import Rule, Visit, page
from workers.import_acts import Acted
from workers.store import connections, directory, import_stories, imports
from workers.store.imports import Import
from workers.store.operators import Role
from workers.xero.links import invoice_link

BOOKKEEPER = Rule(Role.BOOKKEEPER)

PAGE = 50

LONGEST_REASON = 500


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        page("GET", "/imports", list_all, takes=[*FILTERS, "below"], also=[400]),
        page(
            "POST",
            "/imports",
            act,
            BOOKKEEPER,
            takes=["do", "why", "back"],
            also=[200, 422],
        ),
        *import_retry.routes(),
        page("GET", "/imports/{number}", show),
    ]


def list_all(console: Console, visit: Visit) -> Response:
    """Show imports, the newest first, and why some of them wait."""
    wanted = replace(filter_of(visit.query), below=asked.number(visit, "below"), page=PAGE)
    with console.runtime.pool.connection() as conn:
        found = imports.listed(conn, wanted)
        causes = import_stories.causes(conn, wanted.connection_id)
        names = directory.some(conn, {row.connection_id for row in found})
        offered = directory.offered(conn, wanted.connection_id)
    given = {name: visit.query.get(name, "").strip() for name in FILTERS}
    more = {**given, "below": found[-1].id} if len(found) == PAGE else None
    return console.render(
        visit,
        "imports.html",
        found=found,
        causes=causes,
        reasons=list(dict.fromkeys(filter(None, [wanted.reason, *(each.code for each in causes)]))),
        names={row.id: row for row in names},
        offered=offered,
        given=given,
        statuses=[each.value for each in ImportStatus],
        more=asked.link("/imports", more) if more else "",
        back=asked.link("", {**given, "below": wanted.below}).removeprefix("?"),
        link=asked.link,
        say=wording,
    )


def show(console: Console, visit: Visit) -> Response:
    """Tell the story of one import: what Xero has, what Mintsoft was given, what was done."""
    with console.runtime.pool.connection() as conn:
        found = _import_of(conn, visit.names["number"])
        values: dict[str, Any] = {
            "row": found,
            "connection": connections.find(conn, found.connection_id),
            "events": import_stories.events(conn, found.id),
            "trail": import_stories.audit_trail(conn, found.id),
        }
    return console.render(
        visit,
        "import.html",
        xero_url=_xero_link(found),
        mintsoft_url=_mintsoft_link(found, console.runtime.settings.mintsoft_web_url),
        payload=pretty(found.payload),
        placed=pretty(found.placed),
        say=wording,
        **values,
    )


def act(console: Console, visit: Visit) -> Response:
    """Retry or skip the imports that were ticked."""
    chosen = picked(visit, "import")
    why = visit.form.get("why", "").strip()[:LONGEST_REASON]
    do = visit.form.get("do", "")
    if do == "skip" and not why:
        raise Refused(
            422,
            "Say why they are skipped",
            "Nothing was changed.",
            "Go back and give a reason, for whoever asks later.",
            [("Back", back_to(visit, "/imports"))],
        )
    with console.runtime.pool.connection() as conn:
        done = _done(conn, visit, do, chosen, why)
    words = "skipped" if do == "skip" else "set going: on the way to Mintsoft now"
    return acted(console, visit, "import", words, done.done, done.refused, "/imports")


def _done(conn: Connection, visit: Visit, do: str, chosen: Picked, why: str) -> Acted:
    who = visit.who.name
    wanted = [found for key in chosen if (found := imports.find(conn, key)) is not None]
    if do == "retry":
        return import_acts.retry(conn, wanted, who)
    if do == "skip":
        return import_acts.skip(conn, wanted, why, who)
    raise Refused(422, "Nothing was chosen", "Nothing was changed.", "Go back and press a button.")


def _import_of(conn: Connection, name: str) -> Import:
    """Return the import of this id. Raises Refused when there is none."""
    if not (name.isascii() and name.isdecimal() and int(name[:20]) <= asked.LARGEST_ID):
        raise not_found()
    found = imports.find(conn, int(name))
    if found is None:
        raise not_found()
    return found


def _xero_link(found: Import) -> str:
    if found.kind != ImportKind.SALES_ORDER:
        return ""
    return invoice_link(found.short_code, found.xero_id)


def _mintsoft_link(found: Import, web_url: str) -> str:
    """Return the order's page in Mintsoft; that of an ASN is documented nowhere."""
    if found.kind != ImportKind.SALES_ORDER or found.mintsoft_id is None:
        return ""
    return f"{web_url.rstrip('/')}/Order/Details/{found.mintsoft_id}"
