"""Mintsoft's totals beside Xero's: each way in which they can differ, from few calls."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from schemas.connections import Mode
from tests.support.command import Command
from tests.support.documents import dispatched, event, finalised, invoice, item, order
from tests.support.fleet import Fleet
from tests.support.imports import Office
from workers.store import balances
from workers.store.balances import Balance, Line, Period

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
LISTED = ("GET", "/api.xro/2.0/Invoices")


def found(fleet: Fleet, connection: UUID, *findings: str, page: int = 100) -> list[Line]:
    period = Period(connection, *NOVEMBER, findings or balances.FINDINGS, page=page)
    with fleet.runtime.pool.connection() as conn:
        found = balances.compare(conn, period).lines
        assert found == balances.lines(conn, period)
        return found


def sums(fleet: Fleet, connection: UUID) -> list[Balance]:
    with fleet.runtime.pool.connection() as conn:
        return balances.compare(conn, Period(connection, *NOVEMBER)).sums


def findings(fleet: Fleet, connection: UUID) -> dict[str, str]:
    return {
        each.number or each.xero_number or "": each.finding for each in found(fleet, connection)
    }


def test_each_difference_has_its_name(fleet: Fleet) -> None:
    """Given six orders, one of them left alone: the others are found out, and the sums say so."""
    connection = fleet.connect()
    fleet.send(*(dispatched(order(number)) for number in range(1, 6)))
    fleet.drain()
    posted = {each["Reference"]: each for each in fleet.invoices()}
    at = Office(fleet, connection)
    at.edit(
        posted["WEB-2"],
        LineItems=[{"Description": "Tea", "Quantity": 1, "UnitAmount": "12.00",
                    "AccountCode": "200", "TaxType": "OUTPUT2"}],
    )  # fmt: skip
    at.act(posted["WEB-3"], "void")
    fleet.send(
        dispatched(order(4, item("TEA-01", "11.00"), LastUpdated="2026-11-03T10:00:00")),
        dispatched(order(6, item("TEA-01", "10.00", rate=7))),
    )
    fleet.drain()
    fleet.execute("delete from attempt_members where invoice_number = 'MS-ORD-5'")
    fleet.execute("delete from tags where document_id in (select id from documents"
                  " where mintsoft_id = 5)")  # fmt: skip
    fleet.execute("delete from documents where mintsoft_id = 5")
    fleet.compare()
    assert findings(fleet, connection) == {
        "ORD-1": "agrees",
        "ORD-2": "edited",
        "ORD-3": "voided",
        "ORD-4": "different",
        "MS-ORD-5": "extra",
        "ORD-6": "missing",
    }
    [pounds] = sums(fleet, connection)
    assert pounds == Balance(
        "GBP", 5, Decimal("59.90"), 4, Decimal("50.40")
    )  # 12 + 12 + 12 + 13.20 + 10.70 beside 12 + 14.40 + 12 + 12
    with fleet.runtime.pool.connection() as conn:
        assert balances.compare(conn, Period(connection, *NOVEMBER)).counts["extra"] == 1


def test_what_was_taken_back_afterwards_is_no_longer_expected(fleet: Fleet, mx: Command) -> None:
    """A difference while Xero has it, none once it is voided, and none when it has been closed."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    gone = {"OrderId": 1, "ClientId": 3, "Reason": "Returned"}
    fleet.send(event("order.cancelled.v1", gone, time=datetime(2026, 11, 4, tzinfo=UTC)))
    fleet.compare()
    [line] = found(fleet, connection)
    assert (line.finding, line.mintsoft_total) == ("withdrawn", None)
    assert sums(fleet, connection) == [Balance("GBP", 0, Decimal(0), 1, Decimal(12))]
    Office(fleet, connection).act(fleet.invoices()[0], "void")
    fleet.compare()
    assert findings(fleet, connection) == {"ORD-1": "agrees"}
    assert mx("export", "mark-posted", "order:1").code == 0
    assert fleet.statuses() == {"posted": 1}
    assert findings(fleet, connection) == {"ORD-1": "agrees"}
    assert [each.xero_total for each in sums(fleet, connection)] in ([], [Decimal(0)])


def test_what_was_read_once_is_not_read_again(fleet: Fleet) -> None:
    """A second reading is one call without a body; then one change is one row."""
    connection = fleet.connect()
    fleet.send(*(dispatched(order(number)) for number in range(1, 4)))
    fleet.drain()
    before = fleet.calls(*LISTED)
    fleet.compare()
    assert fleet.calls(*LISTED) == before + 1
    Office(fleet, connection).wait(600)
    fleet.compare()
    fleet.compare()
    assert fleet.calls(*LISTED) == before + 3
    assert outcome(fleet) == "nothing new"
    [first, *_] = fleet.invoices()
    Office(fleet, connection).act(first, "void")
    fleet.compare()
    assert outcome(fleet) == "1 totals new or changed"
    assert sorted(findings(fleet, connection).values()) == ["agrees", "agrees", "voided"]


def outcome(fleet: Fleet) -> str:
    [row] = fleet.rows("select last_outcome from schedules where kind = 'xero_totals'")
    return str(row["last_outcome"])


def test_a_3pl_invoice_is_compared_net(fleet: Fleet) -> None:
    """Mintsoft's has no tax: its total is beside Xero's subtotal."""
    connection = fleet.connect(Mode.FULFILMENT)
    fleet.send(finalised(invoice(1, PickingCost=Decimal("100.00"))))
    fleet.drain()
    fleet.compare()
    [line] = found(fleet, connection)
    assert line.finding == "agrees"
    assert line.mintsoft_total == line.xero_total == Decimal(100)
    assert sums(fleet, connection) == [Balance("GBP", 1, Decimal(100), 1, Decimal(100))]


def test_currencies_are_never_added(fleet: Fleet) -> None:
    connection = fleet.connect()
    fleet.send(dispatched(order(1)), dispatched(order(2, Currency={"Code": "EUR"})))
    fleet.drain()
    fleet.compare()
    assert sums(fleet, connection) == [
        Balance("EUR", 1, Decimal(12), 1, Decimal(12)),
        Balance("GBP", 1, Decimal(12), 1, Decimal(12)),
    ]


def test_what_the_app_did_not_make_is_looked_up(fleet: Fleet) -> None:
    """Given two documents that a person marked as posted, one gone since: both are found out."""
    connection = fleet.connect()
    at = Office(fleet, connection)
    fleet.send(dispatched(order(1)), dispatched(order(2)), dispatched(order(3)))
    fleet.drain()
    by_hand = at.sell("BY-HAND")
    for number, key in ((1, by_hand["InvoiceID"]), (2, UUID(int=7))):
        fleet.execute(
            "update documents set xero_id = %s, xero_number = 'BY-HAND',"
            " posted_at = now() - interval '1 hour' where mintsoft_id = %s",
            [key, number],
        )
    fleet.compare()
    compared = findings(fleet, connection)
    assert (compared["ORD-1"], compared["ORD-2"], compared["ORD-3"]) == ("agrees", "gone", "agrees")
    assert compared["MS-ORD-1"] == "extra"
    calls = fleet.calls(*LISTED)
    fleet.compare()
    assert fleet.calls(*LISTED) == calls + 1, "what was looked up today is not looked up again"


def test_a_limit_that_is_used_up_puts_the_reading_off(fleet: Fleet) -> None:
    """It is no failure, nothing is lost, and the next run has it all."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    fleet.fault(kind="status", status=429, times=1, headers={"Retry-After": "30"})
    fleet.compare()
    assert found(fleet, connection) == []
    [row] = fleet.rows("select failures, complete_at from schedules where kind = 'xero_totals'")
    assert (row["failures"], row["complete_at"]) == (0, None)
    fleet.execute("update budgets set blocked_until = null, blocked_by = null")
    fleet.compare()
    assert [each.finding for each in found(fleet, connection)] == ["agrees"]


def test_half_of_a_days_calls_is_not_for_this(fleet: Fleet) -> None:
    """Exports go on when comparing has had its share, if together (they gather by then)."""
    connection = fleet.connect()
    tenant = fleet.connection(connection).tenant_id
    fleet.drain()
    fleet.execute("update budgets set day_used = 2600 where tenant_id = %s", [tenant])
    fleet.send(dispatched(order(1)))
    fleet.execute("update documents set due_at = due_at - interval '5 minutes'")
    fleet.drain()
    fleet.compare()
    assert fleet.statuses() == {"posted": 1}
    assert "day limit is used up" in outcome(fleet)


def test_a_page_is_followed_by_key(fleet: Fleet) -> None:
    """Line by line, nothing is left out or comes twice; an export has the same lines."""
    connection = fleet.connect()
    fleet.send(*(dispatched(order(number)) for number in range(1, 6)))
    fleet.drain()
    fleet.compare()
    period = Period(connection, *NOVEMBER, page=2)
    keys: list[str] = []
    while True:
        with fleet.runtime.pool.connection() as conn:
            page = balances.lines(conn, period)
        if not page:
            break
        keys += [each.line for each in page]
        last = page[-1]
        period = Period(connection, *NOVEMBER, before=last.line, before_day=last.day, page=2)
    exported = balances.every_line(fleet.runtime.pool, Period(connection, *NOVEMBER))
    assert keys == [each.line for each in exported]
    assert len(set(keys)) == 5


def test_how_fresh_the_figures_are_is_known(fleet: Fleet) -> None:
    """Never read, read, and what was sent since is counted."""
    connection = fleet.connect()
    fleet.drain()
    with fleet.runtime.pool.connection() as conn:
        assert balances.standing(conn, connection).complete_at is None
    fleet.compare()
    fleet.send(dispatched(order(1)), dispatched(order(2)))
    fleet.drain()
    with fleet.runtime.pool.connection() as conn:
        standing = balances.standing(conn, connection)
    assert standing.complete_at is not None
    assert standing.unread == 2
    assert found(fleet, connection) == []


def test_a_run_that_somebody_else_has_stores_nothing(fleet: Fleet) -> None:
    """Given a lease that ran out while Xero answered: the late one leaves the cursor alone."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()

    def overtaken(gateway: object) -> object:
        fleet.execute("update schedules set tries = tries + 1 where kind = 'xero_totals'")
        return gateway

    fleet.runtime.around_gateway = overtaken
    fleet.execute("update schedules set due_at = now() where kind = 'xero_totals'")
    fleet.runtime.comparer.read(connection)
    assert fleet.rows("select * from xero_totals") == []
    fleet.runtime.around_gateway = lambda gateway: gateway
    fleet.age(timedelta(minutes=6))
    fleet.compare()
    assert [each.finding for each in found(fleet, connection)] == ["agrees"]


@pytest.mark.parametrize("name", ["nonsense", "Missing"])
def test_a_finding_that_is_none_is_told(name: str) -> None:
    with pytest.raises(ValueError, match="choose missing, different"):
        balances.known_findings([name])
