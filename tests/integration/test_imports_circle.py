"""The full circle: what we export does not come back, and what comes in does not go out again."""

from __future__ import annotations

import json

from events.exact_json import loads
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.imports import line, office, sale
from tests.support.mintsoft import despatch


def test_three_hundred_orders_go_round(fleet: Fleet) -> None:
    """Exported, polled, edited, polled; imports despatched and told again: nothing is doubled."""
    at = office(fleet, settings={"import_filters": {"not_before": "2026-01-01"}})
    fleet.send(*(dispatched(order(number)) for number in range(1, 301)))
    fleet.drain()
    assert fleet.statuses() == {"posted": 300}
    sold = at.sell_at_once(*(sale(f"INV-{number}", line("MUG", number)) for number in (1, 2, 3)))
    fleet.poll()
    assert at.statuses() == {"imported": 3}
    made = at.orders()
    assert sorted(each["OrderNumber"] for each in made) == ["INV-1", "INV-2", "INV-3"]

    events = []
    for each in made:
        body = loads(json.dumps(despatch(fleet.mintsoft, each["ID"])).encode())
        assert isinstance(body, dict)
        events.append(body)
    fleet.send(*(dispatched(body) for body in events))
    fleet.send(*(dispatched(body) for body in events))
    fleet.send(*(dispatched(order(number)) for number in range(1, 301)))
    at.act(sold[0], "pay")
    fleet.drain()
    fleet.poll()
    assert fleet.statuses() == {"posted": 300, "skipped": 3}
    assert len(fleet.invoices()) == 303, "no second invoice"
    assert len(at.orders()) == 3, "no order of an export"
    assert at.statuses() == {"imported": 3}


def test_an_idle_poll_costs_one_call_and_no_body(fleet: Fleet) -> None:
    """Once an earlier one, by Xero's clock, was late enough to have seen what came late."""
    at = office(fleet, settings={"import_filters": {"not_before": "2026-01-01"}})
    fleet.send(*(dispatched(order(number)) for number in range(1, 101)))
    fleet.drain()
    fleet.poll()
    at.wait(400)
    fleet.poll()
    before = fleet.runtime.transport.traffic
    listed = fleet.calls("GET", "/api.xro/2.0/Invoices")
    fleet.poll()
    after = fleet.runtime.transport.traffic
    assert fleet.calls("GET", "/api.xro/2.0/Invoices") == listed + 1
    assert after.calls - before.calls == 2, "one for invoices, one for purchase orders"
    assert after.bytes_in - before.bytes_in < 1000
    assert at.sell("INV-1")
    fleet.poll()
    assert at.statuses() == {"imported": 1}
