"""Events about Mintsoft's orders. A published class is never edited: a change is a new version."""

from schemas.mintsoft import Order
from schemas.values import EventData, MintsoftId, Text


class OrderDispatchedV1(Order):
    """``order.dispatched.v1``: an order has left the warehouse; the whole order."""


class OrderCancelledV1(EventData):
    """``order.cancelled.v1``: an order will not be, or no longer is, sold."""

    order_id: MintsoftId
    client_id: MintsoftId
    reason: Text | None = None


class OrderImportedV1(EventData):
    """``order.imported.v1``: a Xero sales invoice became a Mintsoft order."""

    connection_id: Text
    xero_id: Text
    xero_number: Text | None = None
    order_id: MintsoftId
    order_number: Text


class AsnImportedV1(EventData):
    """``asn.imported.v1``: a Xero purchase order became a Mintsoft ASN."""

    connection_id: Text
    xero_id: Text
    xero_number: Text | None = None
    asn_id: MintsoftId
    po_reference: Text
