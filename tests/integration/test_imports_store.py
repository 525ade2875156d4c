"""The database's own guards of schedules and imports: impossible rows are refused."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from tests.support.fleet import Fleet
from tests.support.imports import office

IMPOSSIBLE = [
    "update imports set status = 'placing', tries = 0",
    "update imports set in_doubt = true",
    "update imports set mintsoft_id = null",
    "update imports set delivery = null",
    "update imports set placed = null",
    "update imports set imported_at = null",
    "update imports set status = 'needs_attention'",
    "update imports set status = 'skipped'",
    "update imports set reason_code = 'x'",
    "update imports set status = 'nonsense'",
    "update imports set kind = 'nonsense'",
    "update schedules set interval_minutes = 0",
    "update schedules set interval_minutes = 1441",
    "update schedules set enabled = false, next_run_at = now()",
    "update schedules set page = 0",
    "update schedules set kind = 'nonsense'",
]


def test_impossible_rows_are_refused(fleet: Fleet) -> None:
    """Whatever a defect may try to write; and a second row for the same document."""
    at = office(fleet)
    at.sell("INV-1")
    fleet.poll()
    with psycopg.connect(fleet.runtime.settings.database_url.get_secret_value()) as conn:
        for statement in IMPOSSIBLE:
            with pytest.raises(errors.CheckViolation), conn.transaction():
                conn.execute(statement.encode())
        with pytest.raises(errors.UniqueViolation), conn.transaction():
            conn.execute(
                "insert into imports (connection_id, tenant_id, account, client_id, kind, xero_id,"
                " number, status, xero_updated_at, payload) select connection_id, tenant_id,"
                " account, client_id, kind, xero_id, number, 'waiting', now(), '{}' from imports"
            )


def test_lists_are_in_the_order_in_which_documents_were_entered(fleet: Fleet) -> None:
    """One reading brings in many; ids, by which lists go, follow Xero's time and then numbers."""
    at = office(fleet)
    numbers = [f"INV-{number}" for number in range(11, 19)]
    for number in numbers:
        at.sell(number)
    fleet.poll()
    with psycopg.connect(fleet.runtime.settings.database_url.get_secret_value()) as conn:
        listed = [row[0] for row in conn.execute("select number from imports order by id")]
    assert listed == numbers
