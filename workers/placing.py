"""Placing: an import becomes an order or an ASN in Mintsoft, exactly once.

    hold -> decide (pure) -> write down that a write goes out -> call -> record

No transaction and no lock is open during a call. A write whose outcome nobody knows leaves the
import *in doubt*: whoever takes it up next looks in Mintsoft first, and adopts what is ours.
Orders are known by their number and by the Xero id in their reference. ASNs have no natural key:
one of the same reference and client, touched since just before the first try, counts as ours.

Weakness: an ASN that Mintsoft carries out minutes after it broke the connection can be doubled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import psycopg
import structlog
from psycopg_pool import ConnectionPool

from schemas.imports import ImportKind, ImportStatus, NewAsn, NewOrder
from schemas.xero import PurchaseOrder, SalesInvoice
from workers import intending, reporting, tracing
from workers.clock import Clock, backoff
from workers.errors import Failure, Permanent, Throttled, Uncertain
from workers.intending import Ask, Body, Cancel, Change, Create
from workers.mapping.imports.context import ImportContext
from workers.mapping.imports.decisions import PurchaseOrderDecision, SalesOrderDecision
from workers.mapping.imports.lines import skus_of
from workers.mapping.imports.purchase_orders import decide_purchase_order
from workers.mapping.imports.references import xero_id_in
from workers.mapping.imports.sales_orders import decide_sales_order
from workers.mapping.reasons import Reason, reason
from workers.mintsoft.answers import DESPATCHED, Found, OrderStatus
from workers.mintsoft.gateway import MintsoftGateway
from workers.mintsoft.reasons import EXISTS
from workers.store import imports, outbox
from workers.store.connections import ConnectionRow
from workers.store.imports import Claimed, Settlement
from workers.store.outbox import Notice
from workers.xero import results

log = structlog.get_logger(__name__)

Document = SalesInvoice | PurchaseOrder

CRASHES = 3
"""A document at which workers die this often is set aside for a person."""

SKEW = timedelta(minutes=10)
"""Mintsoft's clock and ours: an ASN of ours may seem a little older than its first try."""

SETTLING = timedelta(minutes=1)
"""A write that broke off may be carried out yet: it is looked for after this."""

ASN_IS_FIXED = "can't be changed or cancelled from outside"


@dataclass(slots=True)
class Surroundings:
    """What decisions of one batch share; ``products`` grows with what Mintsoft was asked.

    ``contacts`` are Xero's, with their addresses, which lists of invoices leave out.
    """

    context: ImportContext
    contacts: Mapping[UUID, dict[str, object]]
    products: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where an import stands after a try, what others must hear, what was in the way."""

    settlement: Settlement
    notices: Sequence[Notice] = ()
    failure: Failure | None = None


class Placing:
    """Imports of one connection on their way into its Mintsoft account, one at a time."""

    def __init__(
        self,
        pool: ConnectionPool,
        mintsoft: MintsoftGateway,
        clock: Clock,
        connection: ConnectionRow,
        surroundings: Surroundings,
    ) -> None:
        self._pool = pool
        self._mintsoft = mintsoft
        self._clock = clock
        self._connection = connection
        self._around = surroundings
        assert connection.client_id is not None, "imports belong to accounting mode"
        self._client = connection.client_id

    def place(self, claimed: Claimed) -> Failure | None:
        """Move one import forward and record where it stands; return what was in the way."""
        with self._pool.connection() as conn:
            if not imports.hold(conn, claimed):
                return None
        named = tracing.imported(claimed.xero_id)
        owner = str(self._connection.id)
        with tracing.span("place", connection=owner, document=named, tries=claimed.tries):
            trace = tracing.trace_id(tracing.current())
            with structlog.contextvars.bound_contextvars(document=named, trace=trace):
                outcome = self._tried(claimed)
                if outcome is not None:
                    self._record(claimed, outcome)
        return outcome.failure if outcome else None

    def _tried(self, claimed: Claimed) -> Outcome | None:
        try:
            return self._try(claimed)
        except Permanent as failure:
            return Outcome(replace(_refused(failure), in_doubt=claimed.in_doubt))
        except Failure as failure:
            return self._failed(claimed, failure, in_doubt=claimed.in_doubt)
        except psycopg.Error:
            raise  # the database is away: the lease will end
        except Exception as error:
            log.exception("import.not_placed")
            return Outcome(self._by_defect(claimed, error))

    def _try(self, claimed: Claimed) -> Outcome | None:
        if claimed.crashes >= CRASHES:
            return Outcome(_set_aside(claimed))
        if claimed.in_doubt and (adopted := self._look_up(claimed)):
            return Outcome(adopted)
        document = document_of(claimed, self._around.contacts)
        delivery = claimed.delivery or self._around.context.settings.import_delivery
        by_event = delivery == "events"
        context = self._around.context if by_event else self._with_products(document)
        decision = decide(document, context, imported=claimed.is_imported)
        match intending.intend(claimed, document.status, decision, by_event=by_event):
            case Settlement() as settlement:
                return Outcome(settlement)
            case Create(body=body):
                return self._create(claimed, body, skus_of(document))
            case Change() as change:
                return Outcome(self._change(claimed, change))
            case Cancel(status=status):
                return Outcome(self._cancel(claimed, status))
            case Ask(action=action, body=body) as ask:
                notice = reporting.asked(self._connection, claimed, action, body)
                return Outcome(intending.asked(ask), [notice])

    def _with_products(self, document: Document) -> ImportContext:
        """Return the context in which the products of *document* are known, if they exist."""
        if document.status not in results.GONE:
            self._learn_products(skus_of(document) - set(self._around.products))
        return replace(self._around.context, products=self._around.products)

    def _learn_products(self, skus: frozenset[str]) -> None:
        if not skus:
            return
        with self._pool.connection() as conn:
            seen = imports.products(conn, self._connection, skus)
        asked = {
            sku: self._mintsoft.product_id(self._client, sku) for sku in sorted(skus - set(seen))
        }
        found = {sku: number for sku, number in asked.items() if number is not None}
        if found:
            with self._pool.connection() as conn:
                imports.learn_products(conn, self._connection, found)
        self._around.products.update(seen | found)

    def _look_up(self, claimed: Claimed) -> Settlement | None:
        """An earlier write may have worked: adopt what it made; None when there is nothing."""
        body = intending.placed_body(claimed)
        if isinstance(body, NewOrder):
            return self._look_up_order(claimed, body)
        assert claimed.first_tried_at is not None, "what is in doubt was tried"
        since = claimed.first_tried_at - SKEW
        lines = [each.source_line_id for each in body.items if each.source_line_id]
        asn_id = self._mintsoft.find_asn(self._client, body.po_reference, since, lines)
        return None if asn_id is None else _adopted(body, asn_id, body.po_reference)

    def _look_up_order(self, claimed: Claimed, body: NewOrder) -> Settlement | None:
        found = self._mintsoft.find_order(self._client, body.order_number)
        if found is None or xero_id_in(found.external_reference) != claimed.xero_id:
            return None
        return _adopted(body, found.order_id, found.number)

    def _create(self, claimed: Claimed, body: Body, skus: frozenset[str]) -> Outcome | None:
        with self._pool.connection() as conn:
            if not imports.doubt(conn, claimed, body.body()):
                return None  # somebody else's by now
        try:
            number, mintsoft_id = self._put(body)
        except Permanent as failure:
            return self._not_created(claimed, body, failure, skus)
        except Failure as failure:
            return self._failed(claimed, failure, in_doubt=isinstance(failure, Uncertain))
        return Outcome(_in_mintsoft(ImportStatus.IMPORTED, body, mintsoft_id, number))

    def _put(self, body: Body) -> tuple[str, int]:
        if isinstance(body, NewAsn):
            return body.po_reference, self._mintsoft.create_asn(body)
        made = self._mintsoft.create_order(body)
        return made.number, made.order_id

    def _not_created(
        self, claimed: Claimed, body: Body, failure: Permanent, skus: frozenset[str]
    ) -> Outcome:
        """Mintsoft refuses; if because it has the order already, it may be ours."""
        with self._pool.connection() as conn:
            imports.forget_products(conn, self._connection, skus)
        if failure.reason.code != EXISTS or isinstance(body, NewAsn):
            return Outcome(_refused(failure))
        try:
            adopted = self._look_up_order(claimed, body)
        except Failure as trouble:
            return self._failed(claimed, trouble, in_doubt=True)
        return Outcome(adopted or _refused(failure))

    def _change(self, claimed: Claimed, change: Change) -> Settlement:
        """Give an order that is still new what Xero has now; else tell a person what differs."""
        if claimed.mintsoft_id is None or isinstance(change.body, NewAsn):
            return _attention(intending.changed(claimed, change.differences, ASN_IS_FIXED))
        found = self._mintsoft.look_at_order(claimed.mintsoft_id)
        if not found.is_new:
            return _attention(intending.changed(claimed, change.differences, standing(found)))
        try:
            self._mintsoft.update_order(claimed.mintsoft_id, change.body)
        except Permanent as failure:
            why = intending.changed(claimed, change.differences, "could not be changed there")
            return _attention(why, failure)
        return Settlement(ImportStatus.IMPORTED, placed=change.body.body())

    def _cancel(self, claimed: Claimed, status: str) -> Settlement:
        """Cancel an order that is still new; else tell a person."""
        if claimed.mintsoft_id is None or claimed.kind is ImportKind.PURCHASE_ORDER:
            return _attention(intending.voided(claimed, status, ASN_IS_FIXED))
        found = self._mintsoft.look_at_order(claimed.mintsoft_id)
        if found.status_id == OrderStatus.CANCELLED:
            return Settlement(ImportStatus.WITHDRAWN)
        if not found.is_new:
            return _attention(intending.voided(claimed, status, standing(found)))
        try:
            self._mintsoft.cancel_order(claimed.mintsoft_id)
        except Permanent as failure:
            why = intending.voided(claimed, status, "could not be cancelled there")
            return _attention(why, failure)
        return Settlement(ImportStatus.WITHDRAWN)

    def _failed(self, claimed: Claimed, failure: Failure, *, in_doubt: bool) -> Outcome:
        """Nothing is decided: it is tried again. A limit that is used up is no failure."""
        why = reason("mintsoft_unavailable", cause=str(failure))
        if isinstance(failure, Throttled):
            settlement = Settlement(
                ImportStatus.WAITING,
                claimed.failures,
                claimed.crashes,
                due_at=failure.until,
                in_doubt=in_doubt,
                reason=why,
            )
            return Outcome(settlement, failure=failure)
        delay = backoff(claimed.failures + 1, self._clock.rng)
        settlement = Settlement(
            ImportStatus.WAITING,
            claimed.failures + 1,
            claimed.crashes,
            delay=max(delay, SETTLING) if in_doubt else delay,
            in_doubt=in_doubt,
            reason=why,
        )
        return Outcome(settlement, failure=failure)

    def _by_defect(self, claimed: Claimed, error: Exception) -> Settlement:
        """A defect of ours in one document stops no other; a person is told in the end."""
        crashes = claimed.crashes + 1
        why = reason("unexpected", error=type(error).__name__)
        return Settlement(
            ImportStatus.NEEDS_ATTENTION if crashes >= CRASHES else ImportStatus.WAITING,
            claimed.failures,
            crashes,
            delay=backoff(crashes, self._clock.rng),
            in_doubt=claimed.in_doubt,
            reason=why,
        )

    def _record(self, claimed: Claimed, outcome: Outcome) -> None:
        """Write where an import stands, and say so, in one transaction."""
        trace = tracing.current()
        with self._pool.connection() as conn:
            status = imports.settle(conn, claimed, outcome.settlement)
            if status is None:
                log.warning("import.taken_over")
                return
            told = [*outcome.notices, *self._tidings(claimed, outcome.settlement, status)]
            outbox.add(conn, [replace(each, traceparent=trace) for each in told])
        to = outcome.settlement
        log.info(
            "import.recorded",
            kind=claimed.kind.value,
            status=status.value,
            reason=to.reason.code if to.reason else None,
            mintsoft_id=to.mintsoft_id or claimed.mintsoft_id,
        )

    def _tidings(self, claimed: Claimed, to: Settlement, status: ImportStatus) -> list[Notice]:
        told = []
        if to.mintsoft_id is not None and to.mintsoft_number is not None:
            told.append(
                reporting.imported(self._connection, claimed, to.mintsoft_number, to.mintsoft_id)
            )
        if status is ImportStatus.NEEDS_ATTENTION and to.reason is not None:
            told.append(reporting.needs_attention(self._connection, claimed, to.reason))
        return told


def document_of(claimed: Claimed, contacts: Mapping[UUID, dict[str, object]]) -> Document:
    """Return the document as Xero has it, its contact whole. Raises pydantic.ValidationError."""
    if claimed.kind is ImportKind.PURCHASE_ORDER:
        return PurchaseOrder.model_validate(claimed.payload)
    contact_id = contact_of(claimed)
    whole = contacts.get(contact_id) if contact_id else None
    payload = claimed.payload | {"Contact": whole} if whole else claimed.payload
    return SalesInvoice.model_validate(payload)


def contact_of(claimed: Claimed) -> UUID | None:
    """Return Xero's id of the contact of a document."""
    contact = claimed.payload.get("Contact")
    return results.uuid(contact.get("ContactID")) if isinstance(contact, dict) else None


def decide(
    document: Document, context: ImportContext, *, imported: bool
) -> SalesOrderDecision | PurchaseOrderDecision:
    """Return what is to become of *document*; *imported*: Mintsoft has it already."""
    if isinstance(document, SalesInvoice):
        return decide_sales_order(document, context, imported=imported)
    return decide_purchase_order(document, context, imported=imported)


def standing(found: Found) -> str:
    """Say where an order stands in Mintsoft that is not new any more."""
    if found.status_id == OrderStatus.CANCELLED:
        return "is cancelled there"
    if found.status_id in DESPATCHED:
        return "has left the warehouse"
    return "is being worked on there"


def _in_mintsoft(status: ImportStatus, body: Body, mintsoft_id: int, number: str) -> Settlement:
    return Settlement(
        status,
        placed=body.body(),
        delivery="api",
        mintsoft_id=mintsoft_id,
        mintsoft_number=number,
    )


def _adopted(body: Body, mintsoft_id: int, number: str) -> Settlement:
    """An earlier try has made it: recorded, and compared once more with what Xero has now."""
    return _in_mintsoft(ImportStatus.WAITING, body, mintsoft_id, number)


def _set_aside(claimed: Claimed) -> Settlement:
    why = reason("unexpected", error=f"{claimed.crashes} tries ended without a word")
    return replace(_attention(why), in_doubt=claimed.in_doubt)


def _refused(failure: Permanent) -> Settlement:
    return _attention(failure.reason, failure)


def _attention(why: Reason, failure: Permanent | None = None) -> Settlement:
    detail = failure.detail or None if failure else None
    return Settlement(ImportStatus.NEEDS_ATTENTION, reason=why, detail=detail)
