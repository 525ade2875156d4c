"""Marks documents as already in Xero: looked up there, linked, told and tagged, never sent.

The rule behind it: what is in Xero is never sent a second time, and one invoice in Xero is one
document here. No transaction is open while Xero is asked.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from uuid import UUID

import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from schemas.exports import DocumentPostedV1, Kind
from schemas.orders import OrderDispatchedV1
from workers.deeds import HINDRANCES, Standing, Verb, hindrance
from workers.errors import Failure
from workers.mapping import numbers
from workers.mapping.reasons import Reason
from workers.store import acts, connections, documents, ledger, outbox
from workers.store.connections import ConnectionRow
from workers.store.documents import Document
from workers.xero.gateway import XeroGateway
from workers.xero.links import invoice_link
from workers.xero.results import FoundInvoice

log = structlog.get_logger(__name__)

MOST = 200
"""Documents marked at once: four look-ups, which a page can be waited for."""


class Unable(Exception):  # noqa: N818  it is no error of ours
    """A document that can't be marked; ``code`` is one of HINDRANCES, the text says why."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(text or HINDRANCES[code])
        self.code = code


class Marker:
    """Marks documents as already in Xero."""

    def __init__(
        self, pool: ConnectionPool, gateway_for: Callable[[ConnectionRow], XeroGateway]
    ) -> None:
        self._pool = pool
        self._gateway_for = gateway_for

    def mark(self, document: Document, number: str | None, who: str) -> Document:
        """Record that Xero has *document*: under *number*, by default the one it would have.

        One that is in Xero already and needs attention is closed as Xero has it. Raises Unable,
        and what the gateway raises.
        """
        check(document)
        row = self._usable(document.connection_id)
        wanted = number or document.xero_number or own_number(row, document)
        found = self._gateway_for(row).invoices_by_number([wanted]).get(wanted)
        accepted = judged(row, document, wanted, found)
        with self._pool.connection() as conn:
            record(conn, document, accepted, who)
            return _fresh(conn, document.id)

    def perform(self, act_id: int, who: str) -> None:
        """Mark the documents of an act, under their own numbers; each one's outcome is kept."""
        with self._pool.connection() as conn:
            taken = [each.id for each in acts.take(conn, act_id, MOST)]
            found = sorted((_fresh(conn, each) for each in taken), key=_by_connection)
        for connection_id, some in groupby(found, key=_by_connection):
            self._perform(act_id, connection_id, list(some), who)
        with self._pool.connection() as conn:
            acts.finish(conn, act_id)

    def _perform(
        self, act_id: int, connection_id: UUID, some: Sequence[Document], who: str
    ) -> None:
        try:
            row = self._usable(connection_id)
            wanted = {each.id: _number(row, each) for each in some}
            asked = [number for number in wanted.values() if number]
            found = self._gateway_for(row).invoices_by_number(asked) if asked else {}
        except (Failure, Unable) as error:
            log.warning("marking.not_asked", connection=str(connection_id), cause=str(error))
            code = error.code if isinstance(error, Unable) else "unasked"
            with self._pool.connection() as conn:
                acts.settle(conn, act_id, dict.fromkeys([each.id for each in some], code))
            return
        for document in some:
            self._settle(act_id, row, document, wanted[document.id], found, who)

    def _settle(
        self,
        act_id: int,
        row: ConnectionRow,
        document: Document,
        number: str,
        found: Mapping[str, FoundInvoice],
        who: str,
    ) -> None:
        outcome = "done"
        with self._pool.connection() as conn:
            try:
                check(document)
                if not number:
                    raise Unable("no_number")
                record(conn, document, judged(row, document, number, found.get(number)), who)
            except Unable as error:
                outcome = error.code
            acts.settle(conn, act_id, {document.id: outcome})

    def _usable(self, connection_id: UUID) -> ConnectionRow:
        with self._pool.connection() as conn:
            row = connections.find(conn, connection_id)
        assert row is not None, "a document has a connection"
        if row.status != "active":
            text = f"Connection {row.id} is {row.status}: connect the organisation again."
            raise Unable("disconnected", text)
        return row


def check(document: Document) -> None:
    """Raise Unable when *document* can't be marked as it stands."""
    code = hindrance(Verb.MARK_POSTED, standing_of(document))
    if code:
        raise Unable(code)


def standing_of(document: Document) -> Standing:
    """Return how *document* stands, as far as deeds with it depend on it."""
    return Standing(
        document.status,
        document.xero_id is not None,
        document.connection_status == "disconnected",
        document.reason_code == "came_from_xero",
        document.payload is not None,
    )


def own_number(row: ConnectionRow, document: Document) -> str:
    """Return the number that *document* has, or would have, in Xero. Raises Unable."""
    template = row.parsed_settings.invoice_number
    found: str | Reason
    if document.kind == "invoice":
        found = numbers.invoice_number(document.mintsoft_id, template)
    else:
        found = numbers.order_number(OrderDispatchedV1.model_validate(document.payload), template)
    if isinstance(found, str):
        return found
    raise Unable("no_number", f"{found.message} {found.remedy}")


def judged(
    row: ConnectionRow, document: Document, number: str, found: FoundInvoice | None
) -> FoundInvoice:
    """Return the invoice that was found, if it counts. Raises Unable."""
    if found is None:
        where = row.organisation or row.tenant_id
        raise Unable("not_in_xero", f"Xero has no sales invoice {number} in {where}.")
    if not found.live and found.in_xero.id != document.xero_id:
        status = found.status.lower()
        text = f"Invoice {number} is {status} in Xero: it does not count."
        raise Unable("dead_in_xero", text)
    return found


def record(conn: Connection, document: Document, found: FoundInvoice, who: str) -> None:
    """Write down that *document* is *found* in Xero, and tell it. Raises Unable."""
    other = documents.owner_of(conn, document.connection_id, found.in_xero.id, document.id)
    if other is not None:
        text = f"Invoice {found.number} in Xero is document {other} of the ledger already."
        raise Unable("owned", text)
    if not documents.mark_posted(conn, document.id, found.in_xero):
        raise Unable("sending")
    details = {"xero_number": found.number, "xero_status": found.status, "before": document.status}
    documents.note(conn, [document.id], who, "marked as posted", details)
    outbox.add(conn, [_posted(document, found)])
    if document.kind == "order":
        ledger.add_tags(conn, [document.id])


def _posted(document: Document, found: FoundInvoice) -> outbox.Notice:
    """Say that the document is in Xero, as if it had been sent."""
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
    return outbox.Notice(
        "document.posted.v1",
        document.account,
        str(document.mintsoft_id),
        data,
        document.traceparent,
    )


def _number(row: ConnectionRow, document: Document) -> str:
    """Return the number to look for, empty when there is none."""
    if document.payload is None:
        return ""
    try:
        return document.xero_number or own_number(row, document)
    except Unable:
        return ""


def _fresh(conn: Connection, document_id: int) -> Document:
    found = documents.find(conn, document_id)
    assert found is not None, "documents are never deleted"
    return found


def _by_connection(document: Document) -> UUID:
    return document.connection_id
