"""Every event that crosses the border, by type; the type ends in the version of its data.

The list stands here once: schemas, documentation, bindings and decoding are all made from it.
A published version is never edited; a change is a further entry.
"""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.connections import ConnectionLostV1, ConnectionReadyV1, ConnectionRevokedV1
from schemas.exports import (
    DocumentNeedsAttentionV1,
    DocumentPostedV1,
    DocumentWithdrawnV1,
    ExportRequestedV1,
)
from schemas.imports import (
    AsnImportedV1,
    AsnImportRequestedV1,
    ImportNeedsAttentionV1,
    OrderImportedV1,
    OrderImportRequestedV1,
)
from schemas.invoices import InvoiceFinalisedV1, InvoiceUnconfirmedV1
from schemas.orders import OrderCancelledV1, OrderDispatchedV1
from schemas.values import MintsoftModel

MINTSOFT_EVENTS = "mintsoft.events"
"""Exchange on which Mintsoft publishes and we listen."""

XERO_EVENTS = "xero.events"
"""Exchange on which we publish."""

INCOMING: Mapping[str, type[MintsoftModel]] = MappingProxyType(
    {
        "order.dispatched.v1": OrderDispatchedV1,
        "order.cancelled.v1": OrderCancelledV1,
        "invoice.finalised.v1": InvoiceFinalisedV1,
        "invoice.unconfirmed.v1": InvoiceUnconfirmedV1,
        "export.requested.v1": ExportRequestedV1,
        "connection.revoked.v1": ConnectionRevokedV1,
    }
)
"""Events from Mintsoft: type to the model of its data."""

OUTGOING: Mapping[str, type[MintsoftModel]] = MappingProxyType(
    {
        "document.posted.v1": DocumentPostedV1,
        "document.needs-attention.v1": DocumentNeedsAttentionV1,
        "document.withdrawn.v1": DocumentWithdrawnV1,
        "connection.ready.v1": ConnectionReadyV1,
        "connection.lost.v1": ConnectionLostV1,
        "order.imported.v1": OrderImportedV1,
        "asn.imported.v1": AsnImportedV1,
        "order.import-requested.v1": OrderImportRequestedV1,
        "asn.import-requested.v1": AsnImportRequestedV1,
        "import.needs-attention.v1": ImportNeedsAttentionV1,
    }
)
"""Events from us: type to the model of its data."""


def split_type(event_type: str) -> tuple[str, str]:
    """Return name and version of *event_type*: ``("order.dispatched", "v1")``."""
    name, _, version = event_type.rpartition(".")
    return name, version
