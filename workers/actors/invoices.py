"""Queue ``exports.invoices``: a 3PL has invoices to its clients for Xero."""

from uuid import UUID

from schemas.exports import Kind
from workers.runtime import Runtime


def export_invoices(runtime: Runtime, connection_id: str) -> None:
    """Send one batch of 3PL invoices."""
    runtime.exporter.export(UUID(connection_id), Kind.INVOICE)
