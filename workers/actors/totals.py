"""Queue ``totals``: what our invoices come to in Xero is to be read."""

from uuid import UUID

from workers.runtime import Runtime


def read_totals(runtime: Runtime, connection_id: str) -> None:
    """Read a page of what changed among our invoices, if a run is due."""
    runtime.comparer.read(UUID(connection_id))
