"""Whatever happens between us and Xero, each document is there once, and the ledger says so."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from schemas.exports import Kind
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet

INVOICES = "/api.xro/2.0/Invoices"
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Killed(BaseException):
    """Stands for kill -9: nothing of ours catches it, nothing of ours runs after it."""


class DiesOnce:
    """A gateway whose process dies once, before or after PUT /Invoices was carried out."""

    def __init__(self, gateway: Any, *, after: bool, left: list[int]) -> None:
        self._gateway = gateway
        self._after = after
        self._left = left

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateway, name)

    def put_invoices(self, body: bytes, key: UUID) -> Any:
        if not self._left:
            return self._gateway.put_invoices(body, key)
        self._left.pop()
        if self._after:
            self._gateway.put_invoices(body, key)
        raise Killed


@pytest.fixture
def loaded(fleet: Fleet) -> Fleet:
    """Ten orders wait; chart and item are known already."""
    fleet.connect()
    fleet.send(dispatched(order(100)))
    fleet.drain()
    fleet.send(*(dispatched(order(number)) for number in range(1, 11)))
    return fleet


def assert_each_once(fleet: Fleet, count: int = 11) -> None:
    numbers = sorted(each["InvoiceNumber"] for each in fleet.invoices())
    assert len(numbers) == len(set(numbers)) == count
    assert fleet.statuses() == {"posted": count}
    assert fleet.xero_total() == Decimal(12) * count
    assert not fleet.rows("select id from attempts where state <> 'done'")


@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the answer"])
@pytest.mark.parametrize("pause", [3 * MINUTE + SECOND, HOUR], ids=["key alive", "key dead"])
def test_a_worker_killed_around_the_write(loaded: Fleet, after: bool, pause: timedelta) -> None:
    """The attempt is repeated under its key, or looked up when the key may have died."""
    left = [1]
    loaded.runtime.around_gateway = lambda gateway: DiesOnce(gateway, after=after, left=left)
    with pytest.raises(Killed):
        loaded.drain()
    assert loaded.statuses() == {"posted": 1, "sending": 10}
    loaded.xero.admin.post("/_sim/clock", json={"advance_seconds": pause.total_seconds()})
    for _ in range(2):
        loaded.age(pause)
        loaded.drain()
    assert_each_once(loaded)


def test_a_worker_that_comes_back_after_another_took_over_records_nothing(loaded: Fleet) -> None:
    """Its fencing token is old: the second worker's record stands."""
    [connection] = loaded.rows("select id from connections")

    class TakenOver:
        def __init__(self, gateway: Any) -> None:
            self._gateway = gateway

        def __getattr__(self, name: str) -> Any:
            return getattr(self._gateway, name)

        def put_invoices(self, body: bytes, key: UUID) -> Any:
            answers = self._gateway.put_invoices(body, key)
            loaded.runtime.around_gateway = lambda gateway: gateway
            loaded.age(4 * MINUTE)
            loaded.runtime.exporter.export(connection["id"], Kind.ORDER)
            return answers

    loaded.runtime.around_gateway = TakenOver
    loaded.drain()
    assert_each_once(loaded)
    posted = [m for m in loaded.published if m.routing_key == "document.posted.v1"]
    assert len(posted) == 11


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "timeout_after_write", "seconds": 0.2},
        {"kind": "cut"},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 503},
        {"kind": "malformed"},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_an_answer_that_never_comes_or_says_nothing(loaded: Fleet, fault: dict[str, Any]) -> None:
    """The outcome is unknown: the same attempt is repeated until it is known."""
    loaded.fault(**fault, method="PUT", path=f"^{INVOICES}$", times=1)
    for _ in range(3):
        loaded.drain()
        loaded.age(4 * MINUTE)
    assert_each_once(loaded)


def test_a_repeat_that_xero_refuses_is_asked_for_first(loaded: Fleet) -> None:
    """Xero forgot the key, and the account was archived since: what the first try wrote is ours."""
    [connection] = loaded.rows("select tenant_id from connections")
    loaded.fault(
        kind="timeout_after_write", seconds=0.2, method="PUT", path=f"^{INVOICES}$", times=1
    )
    loaded.xero.admin.post("/_sim/idempotency", json={"seconds": 0})
    loaded.drain()
    assert loaded.statuses() == {"posted": 1, "sending": 10}
    account = f"/_sim/organisations/{connection['tenant_id']}/accounts/200"
    loaded.xero.admin.post(account, json={"Status": "ARCHIVED"})
    loaded.age(MINUTE)
    loaded.drain()
    assert loaded.calls("PUT", INVOICES) == 3, "the repeat was not sent: this shows nothing"
    assert_each_once(loaded)


def test_throttled_is_not_failed(loaded: Fleet) -> None:
    """A 429 puts documents back with a due time; no attempt is counted against them."""
    loaded.fault(
        kind="status",
        status=429,
        headers={"Retry-After": "30", "X-Rate-Limit-Problem": "minute"},
        method="PUT",
        path=f"^{INVOICES}$",
        times=1,
    )
    loaded.drain()
    assert loaded.statuses() == {"posted": 1, "waiting": 10}
    [row] = loaded.rows(
        "select max(failures) as failures, min(due_at) > now() + interval '20 s' as later"
        " from documents where status = 'waiting'"
    )
    assert row == {"failures": 0, "later": True}
    loaded.age(MINUTE)
    loaded.execute("update budgets set blocked_until = null, blocked_by = null")
    loaded.drain()
    assert_each_once(loaded)


def test_a_number_used_by_another_document_is_reported_not_overwritten(fleet: Fleet) -> None:
    """Url and total prove what is ours; anything else under our number needs a person."""
    fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    other = order(2, OrderNumber="ORD-1")
    fleet.send(dispatched(other))
    fleet.drain()
    stuck = fleet.document(2)
    assert (stuck["status"], stuck["reason_code"]) == ("needs_attention", "number_taken")
    assert "MS-ORD-1" in stuck["reason_message"]
    assert len(fleet.invoices()) == 1


def test_one_bad_document_does_not_hold_back_the_others(fleet: Fleet) -> None:
    """Each element of a batch is recorded by itself, with Xero's words and a remedy."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    [row] = fleet.rows("select tenant_id from connections where id = %s", [connection])
    fleet.send(
        dispatched(order(2)),
        dispatched(order(3, Currency={"Code": "EUR"})),
        dispatched(order(4)),
    )
    fleet.xero.admin.post(
        f"/_sim/organisations/{row['tenant_id']}/currencies", json={"codes": ["GBP"]}
    ).raise_for_status()
    fleet.drain()
    assert fleet.statuses() == {"posted": 3, "needs_attention": 1}
    stuck = fleet.document(3)
    assert stuck["reason_code"] == "xero_currency_not_enabled"
    assert "EUR" in stuck["reason_detail"]
    assert stuck["reason_remedy"]
