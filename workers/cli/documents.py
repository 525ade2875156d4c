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

    from workers.deeds import Verb
    from workers.mapping.decisions import Decision, Post
    from workers.runtime import Runtime
    from workers.store.connections import ConnectionRow
    from workers.store.documents import Document


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
    from workers.deeds import Verb
    from workers.store import documents

    wanted = [document_of(conn, name) for name in names]
    going = documents.release(conn, [each.id for each in wanted], who)
    left = [each for each in wanted if each.id not in going]
    return Done(going, [Refused(each.id, why_not(each, Verb.RETRY)) for each in left])


def skip(conn: "Connection", names: Sequence[str], why: str, who: str) -> Done:
    """Decide that documents are not sent."""
    from workers.deeds import Verb
    from workers.store import documents

    wanted = [document_of(conn, name) for name in names]
    skipped = documents.skip(conn, [each.id for each in wanted], why, who)
    left = [each for each in wanted if each.id not in skipped]
    return Done(skipped, [Refused(each.id, why_not(each, Verb.SKIP)) for each in left])


def why_not(document: "Document", verb: "Verb") -> str:
    """Say why *verb* can't be done with a document as it stands."""
    from workers.deeds import HINDRANCES, hindrance
    from workers.marking import standing_of

    code = hindrance(verb, standing_of(document))
    if code == "to_close":
        return (
            f"It is in Xero already as {document.xero_number}: put it right there, then close it "
            f"with export mark-posted {document.id}."
        )
    if code == "posted":
        return f"It is in Xero already as {document.xero_number}."
    return HINDRANCES[code] if code else "It has changed meanwhile: look again."


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
    from workers.marking import Unable

    try:
        return runtime.marker.mark(document, number, who)
    except Unable as error:
        raise Problem(f"Document {document.id}: {error}{_HINTS.get(error.code, '')}") from None


_HINTS = {
    "not_in_xero": " Give its number with --xero-number.",
    "no_number": " Or give --xero-number.",
}
