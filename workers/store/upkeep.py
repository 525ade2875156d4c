"""What is done by the clock for a connection: its chart, and what Xero said of its invoices.

Both are claimed for two minutes, so that one worker does them and a dead one is replaced.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import kwargs_row

from schemas.exports import Kind
from workers.mapping.outcomes import InXero
from workers.mapping.reasons import Reason
from workers.store.sql import queries

SQL = queries("upkeep")

GATHER = timedelta(minutes=1)
"""An invoice is looked up this long after Xero spoke of it: one call serves all until then."""

MEMORY = timedelta(days=7)
"""How long it is known that an invoice has changed; every poll has asked Xero itself by then."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An invoice that Xero says has changed; *changed* is False for one just created."""

    tenant_id: UUID
    invoice_id: UUID
    changed: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """A document of ours whose invoice has changed in Xero; ``heard_at`` is the server's clock."""

    invoice_id: UUID
    heard_at: datetime
    document_id: int
    kind: Kind
    mintsoft_id: int
    traceparent: str | None
    xero_number: str
    xero_total: Decimal
    currency: str

    @property
    def in_xero(self) -> InXero:
        """The invoice as Xero has it, or had."""
        return InXero(self.invoice_id, self.xero_number, self.xero_total, self.currency)


def claim_chart(conn: Connection, connection_id: UUID) -> int | None:
    """Return how often reading the chart failed in a row, if it is to be read now; else None."""
    row = conn.execute(SQL["claim_chart"], {"connection_id": connection_id}).fetchone()
    return None if row is None else int(row[0])


def chart_read(conn: Connection, connection_id: UUID) -> None:
    """The chart is fresh again."""
    conn.execute(SQL["chart_read"], {"connection_id": connection_id})


def chart_later(conn: Connection, connection_id: UUID, delay: timedelta) -> None:
    """Try to read the chart again after *delay*."""
    conn.execute(SQL["chart_later"], {"connection_id": connection_id, "delay": delay})


def hear(conn: Connection, heard: Sequence[Heard]) -> int:
    """Note invoices of organisations we know; return how many. Forgets what is old."""
    noted = conn.execute(
        SQL["hear"],
        {
            "tenants": [each.tenant_id for each in heard],
            "invoices": [each.invoice_id for each in heard],
            "changed": [each.changed for each in heard],
            "pause": GATHER,
        },
    ).rowcount
    conn.execute(SQL["forget_heard"], {"life": MEMORY})
    return noted


def claim_heard(conn: Connection, connection_id: UUID, batch: int) -> list[Changed]:
    """Return up to *batch* documents whose invoices are to be looked up now."""
    values = {"connection_id": connection_id, "batch": batch}
    with conn.cursor(row_factory=kwargs_row(_changed)) as cursor:
        return cursor.execute(SQL["claim_heard"], values).fetchall()


def looked_up(conn: Connection, tenant_id: UUID, done: Sequence[Changed]) -> None:
    """These have been looked up."""
    conn.execute(
        SQL["looked_up"],
        {
            "tenant_id": tenant_id,
            "invoices": [each.invoice_id for each in done],
            "heard": [each.heard_at for each in done],
        },
    )


def look_up_later(
    conn: Connection, tenant_id: UUID, these: Sequence[Changed], delay: timedelta
) -> None:
    """Look these up after *delay*."""
    invoices = [each.invoice_id for each in these]
    values = {"tenant_id": tenant_id, "invoices": invoices, "delay": delay}
    conn.execute(SQL["look_up_later"], values)


def gone_in_xero(conn: Connection, document: Changed, why: Reason) -> bool:
    """Have a person look at a posted document; False when it is no longer posted."""
    values = {
        "document_id": document.document_id,
        "invoice_id": document.invoice_id,
        "code": why.code,
        "message": why.message,
        "remedy": why.remedy,
        "cure": why.cure.value,
    }
    return conn.execute(SQL["gone_in_xero"], values).rowcount == 1


def _changed(*, kind: str, **row: Any) -> Changed:
    return Changed(kind=Kind(kind), **row)
