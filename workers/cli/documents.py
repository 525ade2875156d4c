"""What operators decide about documents, and what they are told when it can't be.

The rule behind all of it: what is in Xero is never sent a second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from workers.cli import output
from workers.cli.errors import Problem
from workers.cli.session import connection_of

if TYPE_CHECKING:
    from decimal import Decimal

    from psycopg import Connection

    from workers.mapping.decisions import Decision, Post
    from workers.runtime import Runtime
    from workers.store.connections import ConnectionRow
    from workers.store.documents import Document
    from workers.xero.results import FoundInvoice


@dataclass(frozen=True, slots=True)
class Refused:
    """A document with which it could not be done, and why."""

    id: int
    why: str


@dataclass(frozen=True, slots=True)
class Done:
    """The documents with which it was done, and the others."""

    done: list[int]
    refused: list[Refused]


def report(done: Done, what: str, words: str, *, json: bool) -> None:
    """Tell what became of the *what*s. Raises typer.Exit(1) when any was refused."""
    if json:
        output.as_json(done)
    else:
        output.note(f"{len(done.done)} {what}s {words}.")
        for each in done.refused:
            output.note(f"{what.capitalize()} {each.id}: {each.why}")
    if done.refused:
        raise typer.Exit(1)


def resolve(conn: "Connection", names: Sequence[str]) -> list[int]:
    """Return the ledger ids of *names*. Raises Problem for a name that is none."""
    return list(dict.fromkeys(resolve_one(conn, name) for name in names))


def resolve_one(conn: "Connection", name: str) -> int:
    """Return the ledger id that ``12``, ``order:123`` or ``invoice:45`` names."""
    from schemas.exports import Kind
    from workers.store import documents

    kind, _, number = name.rpartition(":")
    if not (number.isascii() and number.isdecimal()) or kind not in ("", *Kind):
        raise Problem(f"{name!r} is no document: write a ledger id, order:123 or invoice:45.")
    if not kind:
        return int(number)
    found = documents.ids_of(conn, Kind(kind), int(number))
    if len(found) > 1:
        choices = ", ".join(map(str, found))
        raise Problem(f"{name} is in the ledger {len(found)} times: name one by its id, {choices}.")
    if not found:
        raise Problem(f"{name} is not in the ledger: no event about it reached a connection.")
    return found[0]


def document_of(conn: "Connection", name: str) -> "Document":
    """Return the document that *name* names. Raises Problem when there is none."""
    from workers.store import documents

    found = documents.find(conn, resolve_one(conn, name))
    if found is None:
        raise Problem(f"There is no document {name}: see mintsoft-xero export list.")
    return found


def retry(conn: "Connection", names: Sequence[str], who: str) -> Done:
    """Set documents going that wait for a person or were skipped."""
    from workers.store import documents

    wanted = [document_of(conn, name) for name in names]
    going = documents.release(conn, [each.id for each in wanted], who)
    return Done(going, [Refused(each.id, why_not(each)) for each in wanted if each.id not in going])


def skip(conn: "Connection", names: Sequence[str], why: str, who: str) -> Done:
    """Decide that documents are not sent."""
    from workers.store import documents

    wanted = [document_of(conn, name) for name in names]
    skipped = documents.skip(conn, [each.id for each in wanted], why, who)
    left = [each for each in wanted if each.id not in skipped]
    return Done(skipped, [Refused(each.id, why_not(each)) for each in left])


def why_not(document: "Document") -> str:
    """Say why a document can be neither set going nor skipped as it stands."""
    if document.connection_status == "disconnected":
        return "Its connection is disconnected."
    if document.xero_number and document.status == "needs_attention":
        return (
            f"It is in Xero already as {document.xero_number}: put it right there, then close it "
            f"with export mark-posted {document.id}."
        )
    return _WHY_NOT.get(document.status, f"It is {document.status}.").format(
        number=document.xero_number
    )


_WHY_NOT = {
    "posted": "It is in Xero already as {number}.",
    "sending": "It is being sent to Xero just now: look again in a minute.",
    "waiting": "It is on its way to Xero already.",
    "withdrawn": "It was taken back in Mintsoft: finalise it there again.",
    "skipped": "It is skipped already.",
}


def preview(runtime: "Runtime", document: "Document") -> "Decision":
    """Return what would become of a document now; nothing is created in Xero.

    Raises Problem when its connection can't be used, else what Xero raises.
    """
    from uuid import UUID

    from schemas.exports import Kind
    from workers.store.ledger import Claimed

    row = _usable_connection(runtime, document)
    if document.payload is None:
        raise Problem(f"Document {document.id} was taken back before it came: nothing is known.")
    claimed = Claimed(
        document.id,
        document.attempt_id or UUID(int=0),
        document.mintsoft_id,
        document.number,
        document.version,
        document.payload,
        document.total or _zero(),
        document.currency,
        document.alone,
        document.traceparent,
    )
    try:
        return runtime.exporter.preview(row, Kind(document.kind), claimed)
    except LookupError as error:
        raise Problem(f"{error}.") from None


def _zero() -> "Decimal":
    from decimal import Decimal

    return Decimal(0)


def _usable_connection(runtime: "Runtime", document: "Document") -> "ConnectionRow":
    with runtime.pool.connection() as conn:
        row = connection_of(conn, document.connection_id)
    if row.status != "active":
        raise Problem(f"Connection {row.id} is {row.status}: connect the organisation again.")
    return row


def previewed(decision: "Decision") -> dict[str, object]:
    """Return a decision for programs: the exact body of each call, or why there is none."""
    from workers.mapping.decisions import Post, Skip, Wait

    match decision:
        case Post():
            return _post(decision)
        case Wait(reason=why):
            return {
                "outcome": "needs_attention",
                "code": why.code,
                "message": why.message,
                "remedy": why.remedy,
            }
        case Skip(reason=why):
            return {"outcome": "skipped", "code": why.code, "message": why.message}


def _post(post: "Post") -> dict[str, object]:
    from workers.mapping import wire

    return {
        "outcome": "post",
        "invoice": wire.invoice_body(post.invoice),
        "items": [wire.item_body(item) for item in post.items],
        "total": post.invoice.totals.gross,
        "warnings": [each.message for each in post.warnings],
    }


def mark_posted(
    runtime: "Runtime", document: "Document", number: str | None, who: str
) -> "Document":
    """Record that Xero has *document*: under *number*, by default the one it would have.

    A document that is in Xero already and needs attention is closed as Xero has it. Raises
    Problem when Xero has no such invoice or another document has it.
    """
    if document.status in ("posted", "sending"):
        raise Problem(f"Document {document.id}: {why_not(document)}")
    if document.payload is None:
        raise Problem(f"Document {document.id} was taken back before it came: nothing to mark.")
    wanted = number or document.xero_number or own_number(runtime, document)
    found = _look_up(runtime, document, wanted)
    with runtime.pool.connection() as conn:
        _record(conn, document, found, who)
        return document_of(conn, str(document.id))


def own_number(runtime: "Runtime", document: "Document") -> str:
    """Return the number that *document* has, or would have, in Xero."""
    from schemas.connections import ConnectionSettings
    from schemas.orders import OrderDispatchedV1
    from workers.mapping import numbers

    with runtime.pool.connection() as conn:
        settings: ConnectionSettings = connection_of(conn, document.connection_id).parsed_settings
    template = settings.invoice_number
    if document.kind == "invoice":
        found = numbers.invoice_number(document.mintsoft_id, template)
    else:
        found = numbers.order_number(OrderDispatchedV1.model_validate(document.payload), template)
    if isinstance(found, str):
        return found
    raise Problem(f"{found.message} {found.remedy} Or give --xero-number.")


def _look_up(runtime: "Runtime", document: "Document", number: str) -> "FoundInvoice":
    row = _usable_connection(runtime, document)
    found = runtime.gateway_for(row).invoices_by_number([number]).get(number)
    if found is None:
        raise Problem(
            f"Xero has no sales invoice {number} in {row.organisation or row.tenant_id}: "
            "give its number with --xero-number."
        )
    if not found.live and found.in_xero.id != document.xero_id:
        raise Problem(f"Invoice {number} is {found.status.lower()} in Xero: it does not count.")
    return found


def _record(conn: "Connection", document: "Document", found: "FoundInvoice", who: str) -> None:
    from workers.store import documents, ledger

    other = documents.owner_of(conn, document.connection_id, found.in_xero.id, document.id)
    if other is not None:
        raise Problem(f"Invoice {found.number} in Xero is document {other} of the ledger already.")
    if not documents.mark_posted(conn, document.id, found.in_xero):
        raise Problem(f"Document {document.id} is being sent just now: look again in a minute.")
    details = {"xero_number": found.number, "xero_status": found.status, "before": document.status}
    documents.note(conn, [document.id], who, "marked as posted", details)
    _announce(conn, document, found)
    if document.kind == "order":
        ledger.add_tags(conn, [document.id])


def _announce(conn: "Connection", document: "Document", found: "FoundInvoice") -> None:
    """Say that the document is in Xero, as if it had been sent."""
    from schemas.exports import DocumentPostedV1, Kind
    from workers.store import outbox
    from workers.xero.links import invoice_link

    data = DocumentPostedV1(
        connection_id=document.connection_id,
        kind=Kind(document.kind),
        mintsoft_id=document.mintsoft_id,
        xero_id=found.in_xero.id,
        xero_number=found.number,
        xero_url=invoice_link(document.short_code, found.in_xero.id),
        total=found.in_xero.total,
        currency_code=found.in_xero.currency,
        warnings=[],
    )
    subject = str(document.mintsoft_id)
    outbox.add(
        conn,
        [
            outbox.Notice(
                "document.posted.v1", document.account, subject, data, document.traceparent
            )
        ],
    )
