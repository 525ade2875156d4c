"""``mintsoft-xero import``: Xero's documents on their way into Mintsoft."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from workers.cli import output
from workers.cli.options import AsJson, Who

if TYPE_CHECKING:
    from psycopg import Connection

    from workers.store.imports import Import, Listed

app = typer.Typer(help="Xero's documents on their way into Mintsoft.", no_args_is_help=True)

HEADS = ("Id", "Kind", "Number", "Status", "In Mintsoft", "Mintsoft#", "Why")
STORY = frozenset({"payload", "placed", "events", "audit", "short_code"})
"""What is shown by itself, or to programs only."""


class StatusName(StrEnum):
    """How an import may stand, as an option's choices."""

    WAITING = "waiting"
    PLACING = "placing"
    IMPORTED = "imported"
    NEEDS_ATTENTION = "needs_attention"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"


class KindName(StrEnum):
    """Kinds of imports, as an option's choices."""

    SALES_ORDER = "sales_order"
    PURCHASE_ORDER = "purchase_order"


METAVAR = "Ledger id, number (sales_order:1042 where it has digits only), or Xero's id."
ImportId = Annotated[str, typer.Argument(metavar="ID", help=METAVAR)]
ImportIds = Annotated[list[str] | None, typer.Argument(metavar="ID...", help=METAVAR)]
Reason = Annotated[str | None, typer.Option(help="Only those with this code.")]
Kind = Annotated[KindName | None, typer.Option(help="Only these.")]
Connection_ = Annotated[UUID | None, typer.Option("--connection", help="Only of this connection.")]


@app.command("list")
def list_(
    status: Annotated[StatusName | None, typer.Option(help="Only those that stand so.")] = None,
    kind: Kind = None,
    connection: Connection_ = None,
    reason: Reason = None,
    text: Annotated[str | None, typer.Option(help="Beginning of a number, or Xero's id.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Imports on a page.")] = 50,
    after: Annotated[int | None, typer.Option(help="Next page: the last id shown.")] = None,
    json: AsJson = False,
) -> None:
    """List imports, the newest first. What a filter left out is skipped, with its reason."""
    from workers.cli.session import database
    from workers.store.imports import Filter, listed

    wanted = Filter(status, kind, connection, reason, text, after, limit)
    with database() as conn:
        found = listed(conn, wanted)
    output.page("Imports", HEADS, found, _cells, limit=limit, json=json)


@app.command()
def show(document: ImportId, json: AsJson = False) -> None:
    """Tell the whole story of an import, with what Mintsoft was given."""
    from workers.cli.incoming import import_of
    from workers.cli.session import database

    with database() as conn:
        found = import_of(conn, document)
        story = _story(conn, found)
    if json:
        output.as_json(story)
    else:
        _tell(found, story)


@app.command()
def retry(
    *,
    documents: ImportIds = None,
    all_: Annotated[bool, typer.Option("--all", help="All that need attention.")] = False,
    reason: Reason = None,
    kind: Kind = None,
    connection: Connection_ = None,
    json: AsJson = False,
    who: Who,
) -> None:
    """Try imports again that need attention, were skipped, or wait for a later time.

    What is in Mintsoft already is refused. Exit code 1 when an import was refused.
    """
    from workers.cli import incoming
    from workers.cli.documents import Done, report
    from workers.cli.session import database
    from workers.store import imports

    if all_ == bool(documents):
        raise typer.BadParameter("name imports, or give --all", param_hint="ID...")
    with database() as conn:
        if all_:
            held = imports.held_ids(conn, reason, kind, connection)
            done = Done(imports.release(conn, held, who), [])
        else:
            done = incoming.retry(conn, documents or [], who)
    report(done, "import", "go to Mintsoft now", json=json)


@app.command()
def skip(
    *,
    documents: ImportIds = None,
    why: Annotated[str, typer.Option(help="The reason, for whoever asks later.")],
    json: AsJson = False,
    who: Who,
) -> None:
    """Decide that imports are settled. Exit code 1 when one was refused."""
    from workers.cli import incoming
    from workers.cli.documents import report
    from workers.cli.session import database

    if not documents:
        raise typer.BadParameter("name at least one import", param_hint="ID...")
    with database() as conn:
        done = incoming.skip(conn, documents, why, who)
    report(done, "import", "are skipped", json=json)


def _cells(row: "Listed") -> tuple[object, ...]:
    from schemas.imports import import_status_words

    return (
        row.id,
        row.kind,
        row.number,
        import_status_words(row.status),
        row.mintsoft_number or ("asked by event" if row.delivery == "events" else None),
        row.mintsoft_id,
        row.reason_message,
    )


def _story(conn: "Connection", found: "Import") -> dict[str, object]:
    from workers.store import import_stories

    return {
        **{name: getattr(found, name) for name in type(found).__slots__},
        "xero_url": _link(found),
        "events": import_stories.events(conn, found.id),
        "audit": import_stories.audit_trail(conn, found.id),
    }


def _link(found: "Import") -> str | None:
    from workers.xero.links import invoice_link

    if found.kind != KindName.SALES_ORDER:
        return None
    return invoice_link(found.short_code, found.xero_id)


def _tell(found: "Import", story: dict[str, object]) -> None:
    from workers.cli.exports import tell_rows

    pairs = [(name, value) for name, value in story.items() if name not in STORY]
    output.facts(f"{found.kind} {found.number}", pairs)
    if found.placed is not None:
        output.note("What Mintsoft was given:")
        output.pretty(found.placed)
    for name in ("events", "audit"):
        tell_rows(name, story[name])
