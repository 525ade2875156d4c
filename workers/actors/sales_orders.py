"""Queue ``imports.sales_orders``: Xero may have sales invoices for Mintsoft."""

from uuid import UUID

from schemas.imports import ImportKind
from workers.runtime import Runtime


def import_sales_orders(runtime: Runtime, connection_id: str) -> None:
    """Read a page of changed invoices, place a batch of orders: whatever is due."""
    runtime.importer.run(UUID(connection_id), ImportKind.SALES_ORDER)
