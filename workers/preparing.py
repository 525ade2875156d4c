"""From claimed documents to decisions: the pure mapping, and the items that Xero lacks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

import structlog
from psycopg_pool import ConnectionPool

from schemas.exports import Kind, Status
from workers import books
from workers.mapping import wire
from workers.mapping.context import Context
from workers.mapping.decide import decide
from workers.mapping.decisions import Decision, Post, Skip, Wait
from workers.mapping.drafts import ItemDraft
from workers.mapping.outcomes import Settlement
from workers.mapping.reasons import Reason, reason
from workers.store import connections
from workers.store.connections import ConnectionRow
from workers.store.ledger import BATCH, Claimed, InAttempt, NewMember
from workers.xero.gateway import XeroGateway
from workers.xero.wire import decode, encode

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Decided:
    """A document and what is to become of it."""

    document: Claimed
    decision: Decision


@dataclass(frozen=True, slots=True)
class Ready:
    """A document that goes."""

    document: Claimed
    post: Post


def prepare(
    pool: ConnectionPool,
    gateway: XeroGateway,
    connection: ConnectionRow,
    kind: Kind,
    claimed: Sequence[Claimed],
    web_url: str,
) -> list[Decided]:
    """Decide each document; create the items they name. Raises what the gateway raises.

    Items need no attempt on disk: their codes are unique in Xero, which takes none twice. Their
    Idempotency-Key is of the attempt, which prepares once: under a key that outlived it Xero would
    refuse a corrected item, or give its old answer about one that was deleted since.
    """
    chart = books.read_chart(pool, gateway, connection.id)
    with pool.connection() as conn:
        context = books.context(conn, connection, chart, web_url)
    decided = [decide_one(document, kind, context) for document in claimed]
    refused = _ensure_items(pool, gateway, connection.id, claimed[0].attempt_id, decided)
    return [_without_refused(each, refused) for each in decided]


def decide_one(document: Claimed, kind: Kind, context: Context) -> Decided:
    """A defect in preparing one document must not stop the others of its batch."""
    try:
        return Decided(document, decide(kind, document.payload, context))
    except Exception as error:
        log.exception("export.undecided", document=document.id)
        return Decided(document, Wait(reason("unexpected", error=type(error).__name__)))


def _ensure_items(
    pool: ConnectionPool,
    gateway: XeroGateway,
    connection_id: UUID,
    attempt_id: UUID,
    decided: Iterable[Decided],
) -> dict[str, Reason]:
    """Create the items that Xero lacks; return those it refuses, with the reason."""
    wanted = _items(decided)
    if not wanted:
        return {}
    with pool.connection() as conn:
        known = connections.known_items(conn, connection_id, wanted)
    missing = [item for code, item in wanted.items() if code not in known]
    refused: dict[str, Reason] = {}
    for start in range(0, len(missing), BATCH):
        some = missing[start : start + BATCH]
        key = uuid5(attempt_id, ",".join(item.code for item in some))
        refused |= _create(pool, gateway, connection_id, key, some)
    return refused


def _items(decided: Iterable[Decided]) -> dict[str, ItemDraft]:
    return {
        item.code: item
        for each in decided
        if isinstance(each.decision, Post)
        for item in each.decision.items
    }


def _create(
    pool: ConnectionPool,
    gateway: XeroGateway,
    connection_id: UUID,
    key: UUID,
    items: Sequence[ItemDraft],
) -> dict[str, Reason]:
    answers = gateway.put_items([wire.item_body(item) for item in items], key)
    with pool.connection() as conn:
        connections.link_items(conn, connection_id, {each.code for each in answers if each.known})
    return {
        each.code: reason("item_refused", item=each.code, words=" ".join(each.errors))
        for each in answers
        if not each.known
    }


def _without_refused(each: Decided, refused: Mapping[str, Reason]) -> Decided:
    match each.decision:
        case Post(items=items):
            reasons = [refused[item.code] for item in items if item.code in refused]
            return replace(each, decision=Wait(reasons[0])) if reasons else each
    return each


def split(
    decided: Iterable[Decided], now: Mapping[int, InAttempt]
) -> tuple[list[Ready], list[tuple[Claimed, Settlement]]]:
    """Part what goes from what does not; *now* tells how the documents stand by now.

    One that was taken back meanwhile is withdrawn; one that has a newer version is decided anew.
    """
    ready: list[Ready] = []
    rest: list[tuple[Claimed, Settlement]] = []
    for each in decided:
        document, standing = each.document, now[each.document.id]
        if standing.withdrawal is not None:
            rest.append((document, Settlement(document.id, Status.WITHDRAWN)))
        elif standing.version != document.version:
            rest.append((document, Settlement(document.id, Status.WAITING)))
        elif isinstance(each.decision, Post):
            ready.append(Ready(document, each.decision))
        else:
            rest.append((document, _held(document, each.decision)))
    return ready, rest


def _held(document: Claimed, decision: Wait | Skip) -> Settlement:
    match decision:
        case Wait(reason=why):
            return _unsent(document, Status.NEEDS_ATTENTION, why)
        case Skip(reason=why):
            return _unsent(document, Status.SKIPPED, why)


def _unsent(document: Claimed, status: Status, why: Reason) -> Settlement:
    return Settlement(document.id, status, reason=why)


def body_of(ready: Iterable[Ready]) -> bytes:
    """Return the request body, exactly as it will be sent and repeated."""
    return encode({"Invoices": [wire.invoice_body(each.post.invoice) for each in ready]})


def items_in(body: bytes, positions: Collection[int]) -> set[str]:
    """Return the item codes that the invoices at *positions* of a request body name."""
    sent = decode(body) if body else {"Invoices": []}
    assert isinstance(sent, dict)
    return {
        line["ItemCode"]
        for position, invoice in enumerate(sent["Invoices"])
        if position in positions
        for line in invoice["LineItems"]
        if "ItemCode" in line
    }


def member_of(ready: Ready) -> NewMember:
    """Return what the attempt must remember of a document."""
    document, post = ready.document, ready.post
    return NewMember(
        document,
        post.invoice.number,
        post.invoice.url,
        post.invoice.totals.gross,
        post.invoice.currency,
        post.contact_key,
        post.warnings,
    )
