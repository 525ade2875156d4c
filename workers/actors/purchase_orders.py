"""Queue ``imports.purchase_orders``: Xero may have purchase orders for Mintsoft."""

from uuid import UUID

from schemas.imports import ImportKind
from workers.runtime import Runtime


def import_purchase_orders(runtime: Runtime, connection_id: str) -> None:
    """Read a page of changed purchase orders, place a batch of ASNs: whatever is due."""
    runtime.importer.run(UUID(connection_id), ImportKind.PURCHASE_ORDER)
