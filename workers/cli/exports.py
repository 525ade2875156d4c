"""``mintsoft-xero export``: documents on their way to Xero."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from workers.cli import output
from workers.cli.options import AsJson, ConnectionId, DocumentId, DocumentIds, Who

if TYPE_CHECKING:
    from psycopg import Connection

    from workers.store.documents import Document, Listed

app = typer.Typer(help="Documents on their way to Xero.", no_args_is_help=True)

HEADS = ("Id", "Kind", "Mintsoft#", "Number", "Status", "Total#", "In Xero", "Why it waits")


class StatusName(StrEnum):
    """How a document may stand, as an option's choices."""

    READY = "ready"
    WAITING = "waiting"
    SENDING = "sending"
    POSTED = "posted"
    NEEDS_ATTENTION = "needs_attention"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"


class KindName(StrEnum):
    """Kinds of documents, as an option's choices."""

    ORDER = "order"
    INVOICE = "invoice"


Reason = Annotated[str | None, typer.Option(help="Only those that wait for this code.")]
Kind = Annotated[KindName | None, typer.Option(help="Only orders, or only 3PL invoices.")]
Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day in UTC, such as 2026-11-01.")
]
Connection_ = Annotated[UUID | None, typer.Option("--connection", help="Only of this connection.")]


@app.command("list")
def list_(
    status: Annotated[StatusName | None, typer.Option(help="Only those that stand so.")] = None,
    kind: Kind = None,
    connection: Connection_ = None,
    client: Annotated[int | None, typer.Option(help="Only of this Mintsoft client.")] = None,
    reason: Reason = None,
    text: Annotated[str | None, typer.Option(help="In the number, the id or the reason.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Documents on a page.")] = 50,
    after: Annotated[int | None, typer.Option(help="Next page: the last id shown.")] = None,
    json: AsJson = False,
) -> None:
    """List documents, the newest first."""
    from workers.cli.session import database
    from workers.store.documents import Filter, listed

    wanted = Filter(status, kind, connection, client, reason, text, after, limit)
    with database() as conn:
        found = listed(conn, wanted)
    output.page("Documents", HEADS, found, _cells, limit=limit, json=json)


@app.command()
def show(document: DocumentId, json: AsJson = False) -> None:
    """Tell the whole story of a document."""
    from workers.cli.documents import document_of
    from workers.cli.session import database

    with database() as conn:
        found = document_of(conn, document)
        story = _story(conn, found)
    if json:
        output.as_json(story)
    else:
        _tell(found, story)


@app.command()
def preview(
    what: Annotated[
        str, typer.Argument(metavar="ID", help="A document, or a connection for its next ones.")
    ],
    limit: Annotated[int, typer.Option(min=1, max=50, help="Documents of a connection.")] = 10,
    json: AsJson = False,
) -> None:
    """Show exactly what would be sent to Xero; nothing is sent and nothing is changed."""
    from workers.cli import documents, previews
    from workers.cli.session import fleet_parts

    connection = previews.connection_named(what)
    if connection is not None:
        previews.show(connection, limit, json=json)
        return
    document = what
    with fleet_parts() as runtime:
        with runtime.pool.connection() as conn:
            found = documents.document_of(conn, document)
        decided = documents.previewed(documents.preview(runtime, found))
    if json:
        output.as_json(decided)
    else:
        _tell_preview(decided)


@app.command()
def backfill(
    *,
    connection: ConnectionId,
    since: Day = None,
    until: Day = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, bring nothing in.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before bringing in.")] = False,
    json: AsJson = False,
    who: Who,
) -> None:
    """Export everything that was despatched since a date: count, ask, bring in.

    Without --since: go on with the backfill that is open, or show the last one. If this process
    ends, the fleet goes on. On a manual connection the documents count as asked for.
    """
    from workers.cli import backfills

    if since is not None:
        backfills.begin(connection, *backfills.span(since, until), who)
    elif until is not None:
        raise typer.BadParameter("needed with --until", param_hint="--since")
    counted = backfills.move(connection) if backfills.found(connection).is_busy else None
    latest = counted or backfills.found(connection)
    if latest.state == "counted" and not dry_run:
        if not json:
            backfills.tell(latest, json=False)
        if yes or typer.confirm(f"Bring in {latest.fresh} documents?", err=True):
            backfills.decide(connection, "go", who)
            latest = backfills.move(connection)
    backfills.tell(latest, json=json)


@app.command("backfill-pause")
def backfill_pause(*, connection: ConnectionId, json: AsJson = False, who: Who) -> None:
    """Have a backfill stay where it is."""
    from workers.cli import backfills

    backfills.tell(backfills.decide(connection, "pause", who), json=json)


@app.command("backfill-resume")
def backfill_resume(*, connection: ConnectionId, json: AsJson = False, who: Who) -> None:
    """Let a paused backfill go on; the fleet does it."""
    from workers.cli import backfills

    backfills.tell(backfills.decide(connection, "resume", who), json=json)


@app.command("backfill-cancel")
def backfill_cancel(*, connection: ConnectionId, json: AsJson = False, who: Who) -> None:
    """End a backfill; what it has brought in stays."""
    from workers.cli import backfills

    backfills.tell(backfills.decide(connection, "cancel", who), json=json)


@app.command()
def retry(
    *,
    documents: DocumentIds = None,
    all_: Annotated[bool, typer.Option("--all", help="All that need attention.")] = False,
    reason: Reason = None,
    kind: Kind = None,
    connection: Connection_ = None,
    json: AsJson = False,
    who: Who,
) -> None:
    """Send documents (again) that are ready, need attention or were skipped.

    What is in Xero already is refused. Exit code 1 when a document was refused.
    """
    from workers.cli import documents as ledger
    from workers.cli.session import database
    from workers.store.documents import held_ids, release

    if all_ == bool(documents):
        raise typer.BadParameter("name documents, or give --all", param_hint="ID...")
    with output.busy("Setting documents going"), database() as conn:
        if all_:
            held = held_ids(conn, reason, kind, connection)
            done = ledger.Done(release(conn, held, who), [])
        else:
            done = ledger.retry(conn, documents or [], who)
    ledger.report(done, "document", "go to Xero now", json=json)


@app.command()
def skip(
    *,
    documents: DocumentIds = None,
    why: Annotated[str, typer.Option(help="The reason, for whoever asks later.")],
    json: AsJson = False,
    who: Who,
) -> None:
    """Decide that documents are not sent to Xero. Exit code 1 when one was refused."""
    from workers.cli import documents as ledger
    from workers.cli.session import database

    if not documents:
        raise typer.BadParameter("name at least one document", param_hint="ID...")
    with database() as conn:
        done = ledger.skip(conn, documents, why, who)
    ledger.report(done, "document", "are skipped", json=json)


@app.command("mark-posted")
def mark_posted(
    *,
    document: DocumentId,
    xero_number: Annotated[str | None, typer.Option(help="Default: its own number.")] = None,
    json: AsJson = False,
    who: Who,
) -> None:
    """Record that Xero has a document already, as a look-up in Xero confirms.

    For one that is in Xero and needs attention: accept it as Xero has it, and close it.
    """
    from workers.cli import documents
    from workers.cli.session import fleet_parts

    with fleet_parts() as runtime:
        with runtime.pool.connection() as conn:
            found = documents.document_of(conn, document)
        found = documents.mark_posted(runtime, found, xero_number, who)
    if json:
        output.as_json(_short(found))
    else:
        output.note(f"Document {found.id} is {found.xero_number} in Xero, {found.xero_total}.")


def _cells(row: "Listed") -> tuple[object, ...]:
    from schemas.exports import status_words

    return (
        row.id,
        row.kind,
        row.mintsoft_id,
        row.number,
        status_words(row.status, warned=row.warned),
        f"{output.words(row.total)} {row.currency or ''}".strip(),
        row.xero_number,
        row.reason_message,
    )


def _short(found: "Document") -> dict[str, object]:
    return {
        "id": found.id,
        "status": found.status,
        "xero_id": found.xero_id,
        "xero_number": found.xero_number,
        "xero_total": found.xero_total,
        "xero_url": _link(found),
    }


def _link(found: "Document") -> str | None:
    from workers.xero.links import invoice_link

    return invoice_link(found.short_code, found.xero_id) if found.xero_id else None


def _story(conn: "Connection", found: "Document") -> dict[str, object]:
    from workers.store import documents

    return {
        **{name: getattr(found, name) for name in type(found).__slots__},
        "xero_url": _link(found),
        "attempts": documents.attempts(conn, found.id),
        "events": documents.events(conn, found.id),
        "audit": documents.audit_trail(conn, found.id),
        "tag": documents.tag(conn, found.id),
    }


def _tell(found: "Document", story: dict[str, object]) -> None:
    hidden = {"payload", "attempts", "events", "audit", "tag", "warnings", "short_code"}
    pairs = [(name, value) for name, value in story.items() if name not in hidden]
    output.facts(f"{found.kind} {found.mintsoft_id} ({found.number})", pairs)
    for warning in found.warnings:
        output.note(f"Warning: {warning['message']}")
    for name in ("attempts", "events", "audit"):
        tell_rows(name, story[name])
    if (tag := story["tag"]) is not None:
        tell_rows("tag", [tag])


def tell_rows(name: str, rows: object) -> None:
    """Print what happened, a line each; nothing when nothing did."""
    from dataclasses import fields

    if not isinstance(rows, list) or not rows:
        return
    heads = [each.name for each in fields(rows[0]) if each.name != "data"]
    output.table(name.capitalize(), heads, [[getattr(row, head) for head in heads] for row in rows])


def _tell_preview(decided: dict[str, object]) -> None:
    for name in ("items", "invoice"):
        if name in decided:
            output.note(f"PUT /{name.capitalize()}{'s' if name == 'invoice' else ''}")
            output.pretty(decided[name])
    rest = [(name, each) for name, each in decided.items() if name not in ("items", "invoice")]
    output.facts("What would become of it", rest)
