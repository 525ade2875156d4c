"""The events by which others hear what became of an import. Pure."""

from schemas.imports import (
    AsnImportedV1,
    AsnImportRequestedV1,
    ImportAction,
    ImportKind,
    ImportNeedsAttentionV1,
    NewAsn,
    NewOrder,
    OrderImportedV1,
    OrderImportRequestedV1,
)
from workers.mapping.reasons import Reason
from workers.store.connections import ConnectionRow
from workers.store.imports import Claimed
from workers.store.outbox import Notice


def imported(connection: ConnectionRow, claimed: Claimed, number: str, mintsoft_id: int) -> Notice:
    """Say that a document of Xero is in Mintsoft now."""
    who = {"connection_id": str(connection.id), "xero_id": str(claimed.xero_id)}
    if claimed.kind is ImportKind.SALES_ORDER:
        order = OrderImportedV1(
            **who, xero_number=claimed.number, order_id=mintsoft_id, order_number=number
        )
        return Notice("order.imported.v1", connection.account, str(mintsoft_id), order)
    asn = AsnImportedV1(**who, xero_number=claimed.number, asn_id=mintsoft_id, po_reference=number)
    return Notice("asn.imported.v1", connection.account, str(mintsoft_id), asn)


def asked(
    connection: ConnectionRow, claimed: Claimed, action: ImportAction, body: NewOrder | NewAsn
) -> Notice:
    """Ask Mintsoft's own services for what *action* says."""
    subject, number = str(claimed.xero_id), claimed.number
    if isinstance(body, NewOrder):
        order = OrderImportRequestedV1(
            connection_id=connection.id,
            action=action,
            xero_id=claimed.xero_id,
            xero_number=number,
            order=body,
        )
        return Notice("order.import-requested.v1", connection.account, subject, order)
    asn = AsnImportRequestedV1(
        connection_id=connection.id,
        action=action,
        xero_id=claimed.xero_id,
        xero_number=number,
        asn=body,
    )
    return Notice("asn.import-requested.v1", connection.account, subject, asn)


def needs_attention(connection: ConnectionRow, claimed: Claimed, why: Reason) -> Notice:
    """Say that a person must act, and how."""
    data = ImportNeedsAttentionV1(
        connection_id=connection.id,
        kind=claimed.kind,
        xero_id=claimed.xero_id,
        xero_number=claimed.number,
        code=why.code,
        message=why.message,
        remedy=why.remedy,
        mintsoft_id=claimed.mintsoft_id,
    )
    return Notice("import.needs-attention.v1", connection.account, str(claimed.xero_id), data)
