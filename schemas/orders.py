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
