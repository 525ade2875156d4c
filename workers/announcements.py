"""The events by which others hear what became of a document. Pure."""

from typing import Protocol
from uuid import UUID

from schemas.exports import (
    DocumentNeedsAttentionV1,
    DocumentPostedV1,
    DocumentWithdrawnV1,
    Kind,
    Status,
)
from workers.mapping.outcomes import InXero, Member, Settlement
from workers.mapping.reasons import Reason
from workers.store.connections import ConnectionRow
from workers.store.outbox import Notice
from workers.xero.links import invoice_link


def of_settlement(
    connection: ConnectionRow,
    kind: Kind,
    mintsoft_id: int,
    settlement: Settlement,
    traceparent: str | None,
) -> Notice | None:
    """Return what to say of a document that was not posted; None while it merely waits."""
    if settlement.status is Status.WITHDRAWN:
        return withdrawn(connection.account, connection.id, kind, mintsoft_id, traceparent)
    if settlement.status is Status.NEEDS_ATTENTION and settlement.reason is not None:
        return needs_attention(
            connection.account,
            connection.id,
            kind,
            mintsoft_id,
            settlement.reason,
            settlement.in_xero,
            traceparent,
        )
    return None


class Document(Protocol):
    """A document that somebody settles."""

    @property
    def mintsoft_id(self) -> int:
        """Its id in Mintsoft."""
        ...

    @property
    def traceparent(self) -> str | None:
        """The trace of the event that brought it."""
        ...


def of_document(
    connection: ConnectionRow, kind: Kind, document: Document, settlement: Settlement
) -> Notice | None:
    """Return the same of any document of *kind*."""
    return of_settlement(connection, kind, document.mintsoft_id, settlement, document.traceparent)


def of_member(
    connection: ConnectionRow, short_code: str, member: Member, settlement: Settlement
) -> Notice | None:
    """Return what to say of a document after its attempt; None while it merely waits."""
    if settlement.status is Status.POSTED and settlement.in_xero is not None:
        return posted(connection, short_code, member, settlement.in_xero, settlement)
    return of_settlement(
        connection, member.kind, member.mintsoft_id, settlement, member.traceparent
    )


def posted(
    connection: ConnectionRow,
    short_code: str,
    member: Member,
    found: InXero,
    settlement: Settlement,
) -> Notice:
    """Say that a document is in Xero, with its link."""
    data = DocumentPostedV1(
        connection_id=connection.id,
        kind=member.kind,
        mintsoft_id=member.mintsoft_id,
        xero_id=found.id,
        xero_number=found.number,
        xero_url=invoice_link(short_code, found.id),
        total=found.total,
        currency_code=member.currency,
        warnings=list(settlement.warnings),
    )
    return Notice(
        "document.posted.v1",
        connection.account,
        str(member.mintsoft_id),
        data,
        member.traceparent,
    )


def withdrawn(
    account: str,
    connection_id: UUID,
    kind: Kind,
    mintsoft_id: int,
    traceparent: str | None,
    why: str | None = None,
) -> Notice:
    """Say that a document was taken back before it was sent."""
    data = DocumentWithdrawnV1(
        connection_id=connection_id, kind=kind, mintsoft_id=mintsoft_id, reason=why
    )
    return Notice("document.withdrawn.v1", account, str(mintsoft_id), data, traceparent)


def needs_attention(
    account: str,
    connection_id: UUID,
    kind: Kind,
    mintsoft_id: int,
    why: Reason,
    found: InXero | None,
    traceparent: str | None,
) -> Notice:
    """Say that a person must act, and how; with the Xero document when there is one."""
    data = DocumentNeedsAttentionV1(
        connection_id=connection_id,
        kind=kind,
        mintsoft_id=mintsoft_id,
        code=why.code,
        message=why.message,
        remedy=why.remedy,
        xero_id=found.id if found else None,
        xero_number=found.number if found else None,
    )
    return Notice("document.needs-attention.v1", account, str(mintsoft_id), data, traceparent)
