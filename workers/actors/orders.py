"""Queue ``exports.orders``: a connection has orders for Xero."""

from uuid import UUID

from schemas.exports import Kind
from workers.runtime import Runtime


def export_orders(runtime: Runtime, connection_id: str) -> None:
    """Send one batch of orders."""
    runtime.exporter.export(UUID(connection_id), Kind.ORDER)
